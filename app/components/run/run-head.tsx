import Link from 'next/link'
import { countsToShow } from '../../../lib/run/counts'
import { shownName } from '../../../lib/run/text/display-text'
import type { BatchStatus, Snapshot } from '../../../lib/run/model'
import { isOver } from '../../../lib/run/is-over'
import { specPath } from '../../paths'
import { classNames } from '../../class-names'
import { tallyOf } from '../../evidence'
import { batchStatuses, completedText, countsText, runSentence, statusWord } from '../../labels'
import { CopyButton } from '../copy-button'
import { DockerLink, useLiveSince } from '../docker-link'
import { Glyph, LastKnown, LinkMark, StatusMark, Tag } from '../icons'
import { Name, RunName } from '../outside'
import { lateComponent } from '../late-component'
import { RunTimer } from '../run-timer'
import { PlanSegments } from '../segments'
import { ClockTime, DatedAge } from '../time'
import { RunMenu } from './run-menu'
import { useIsPast } from '../../../lib/client/live'
import { runParts } from './run-parts'
import { useIsOperator } from '../visitor'
import controls from '../controls.module.css'
import marks from '../icons.module.css'
import styles from './run-head.module.css'

const LateEta = lateComponent<{ run: Snapshot }>(async () => (await runParts()).Eta)

interface Props {
  run: Snapshot
  frozenAt: number | null
  stale: boolean
  /** The backend is heard, but its link was cut again and again. */
  isUnsteady: boolean
}

interface HeadProps extends Props {
  /** The batches of which status the table shows; null: all. */
  filter: BatchStatus | null
  onFilter: (filter: BatchStatus | null) => void
}

/** The run's name, its duration, its progress, and how fresh these are. */
export function RunHead({ run, frozenAt, stale, isUnsteady, filter, onFilter }: HeadProps) {
  const old = frozenAt !== null
  const over = isOver(run.status)
  const counts = countsToShow(run)
  const path = specPath(run.spec ?? '', run.site)
  const [completed, total] = completedText(counts).split('/')
  return (
    <section className={styles.head} aria-label="Run" data-old={old || undefined}>
      <div className={styles.title}>
        <p className={styles.crumb}>
          <Link href="/">Fleet</Link> <span aria-hidden="true">/</span>{' '}
          {run.imported ? 'imported run' : path ? <Link href={path}>All runs of this spec</Link> : 'run'}
        </p>
        <h1>
          <RunName run={run} />
          {run.site !== undefined && <Tag>{run.site}</Tag>}
          {run.dryRun && <Tag>dry run</Tag>}
          {run.basis === 'history' && <Tag>from history</Tag>}
          {run.imported && <Tag>imported</Tag>}
        </h1>
        <div className={styles.idLine}>
          <span className={classNames('id', styles.runId)}>
            <Name text={run.runId} />
          </span>
          <CopyButton text={run.runId} what="run id" />
          <RunMenu run={run} />
        </div>
        <p className={styles.started} title={shownName(run.backend)}>
          {run.startedAt === null ? (
            'Not started'
          ) : (
            <>
              Started <ClockTime at={run.startedAt} />
            </>
          )}
          {run.startedBy !== undefined && (
            <>
              {' '}
              by <Name text={run.startedBy} />
            </>
          )}
          , on <Name text={run.backend.replace(/^https?:\/\//, '')} />
        </p>
      </div>

      <div className={classNames(styles.readout, styles.time)}>
        <p className={styles.label}>
          <StatusMark status={run.status} old={old} className={styles.status} testid="run-status" />
          {run.stopping && !isOver(run.status) && (
            <span className={styles.stopping} data-testid="run-stopping">
              stopping
            </span>
          )}
          {old && <LastKnown />}
        </p>
        <p className={styles.value} role="timer" aria-label={old ? 'Elapsed, last known' : 'Elapsed'}>
          <RunTimer run={run} frozenAt={frozenAt} />
        </p>
        <p className={styles.note}>
          <Note run={run} frozenAt={frozenAt} />
        </p>
      </div>

      <div className={classNames(styles.readout, styles.progress)}>
        <div className={styles.completed}>
          <p className={styles.label}>
            <span>batches completed</span>
            {old && <LastKnown />}
          </p>
          <button
            className={styles.value}
            type="button"
            data-digits={String(counts.total).length}
            data-testid="batches-completed"
            data-opens="count-proof"
            aria-haspopup="dialog"
            aria-describedby="counts"
          >
            {completed}
            <span className={styles.of}>/{total}</span>
          </button>
        </div>
        <PlanSegments
          batches={run.batches}
          label={countsText(counts, over)}
          over={over}
          old={old}
          docker={run.link.docker}
          className={styles.segments}
        />
        <div className={styles.counts} id="counts">
          {batchStatuses
            .filter(
              status =>
                counts[status] > 0 ||
                status === 'completed' ||
                status === filter ||
                (!isOver(run.status) && !isEnd(status)),
            )
            .map(status => (
              <button
                key={status}
                className={classNames(controls.plain, styles.toggle)}
                type="button"
                aria-pressed={status === filter}
                title={`Show only what is ${statusWord(status, over)}`}
                onClick={() => onFilter(status === filter ? null : status)}
              >
                <StatusMark status={status} old={old} className={styles.count}>
                  {counts[status]} {statusWord(status, over)}
                </StatusMark>
              </button>
            ))}
          {filter !== null && (
            <button className={classNames(controls.plain, styles.toggle)} type="button" onClick={() => onFilter(null)}>
              All
            </button>
          )}
          <Tally run={run} />
        </div>
      </div>

      <div className={styles.side}>
        {run.imported ? <Recorded /> : <Links {...{ run, frozenAt, stale, isUnsteady }} />}
        <StopButton run={run} disabled={old} />
      </div>
    </section>
  )
}

const isEnd = (status: BatchStatus) => status === 'failed' || status === 'aborted'

function Note({ run, frozenAt }: { run: Snapshot; frozenAt: number | null }) {
  if (frozenAt !== null)
    return (
      <>
        known until <ClockTime at={new Date(frozenAt).toISOString()} />
      </>
    )
  if (isOver(run.status) && run.endedAt !== null)
    return (
      <>
        ended <ClockTime at={run.endedAt} />
        {run.inferred && ', inferred'}
      </>
    )
  return (
    <>
      {runSentence(run)}
      {run.status === 'running' && <LateEta run={run} />}
    </>
  )
}

function Links({ run, frozenAt, stale, isUnsteady }: Props) {
  const { link, heardAt, linkSince } = run
  const over = isOver(run.status)
  const isLive = link.backend === 'live'
  const isPast = useIsPast()
  return (
    <div className={marks.links} role="group" aria-label="Sources">
      <LinkMark
        source="backend"
        link={link.backend}
        was={isPast ? 'then' : stale}
        isUnsteady={isUnsteady && isLive}
        title={run.backend + useLiveSince(link.backend, linkSince)}
      >
        {over || stale || isLive || link.backend === 'off' || linkSince === null ? null : (
          <DatedAge since={linkSince} />
        )}
      </LinkMark>
      <DockerLink link={link.docker} since={run.dockerSince} stale={stale} />
      {!over && heardAt !== null && (
        <span className="dim" data-testid="last-word">
          last word <DatedAge since={heardAt} until={frozenAt} /> ago
        </span>
      )}
    </div>
  )
}

function StopButton({ run, disabled }: { run: Snapshot; disabled: boolean }) {
  const isOperator = useIsOperator()
  // Nothing can be stopped in the past.
  const isPast = useIsPast()
  if (isOver(run.status) || run.basis === 'history' || isPast || !isOperator) return null
  return (
    <div className={controls.actions}>
      <button
        className={controls.button}
        type="button"
        disabled={disabled || run.stopping}
        title={disabled ? 'The backend can’t be reached from here now' : undefined}
        data-opens="stop"
      >
        <Glyph id="i-stop" />
        {run.stopping ? 'Stopping…' : 'Stop run…'}
      </button>
    </div>
  )
}

/** Replaces the sources for an imported run, which has none [IMP-2]. */
function Recorded() {
  return (
    <p className={marks.links} data-testid="recorded">
      <span className={marks.link} data-link="off">
        <Glyph id="l-off" />
        <span className={marks.linkName}>Recorded</span> <span className={marks.linkState}>no source is heard</span>
      </span>
    </p>
  )
}

/** How many batches agree with Docker's evidence; nothing unless Docker is live, and where there was nothing to see [PAGE-13]. */
function Tally({ run: { batches, link, startedAt, dockerSince } }: { run: Snapshot }) {
  const { agree, differ, unseen } = tallyOf(batches)
  if (link.docker !== 'live' || agree + differ + unseen === 0) return null
  const parts = [
    agree > 0 && `${agree} ${agree === 1 ? 'agrees' : 'agree'}`,
    differ > 0 && `${differ} ${differ === 1 ? 'differs' : 'differ'}`,
    unseen > 0 && `${unseen} not seen`,
  ]
  return (
    <span className={styles.agreeing} data-testid="agreeing">
      {agree + differ > 0 && <Glyph id={differ > 0 ? 'v-conflict' : 'v-agrees'} />}
      <span>
        {parts.filter(Boolean).join(', ')}
        {unseen > 0 && dockerSince !== null && startedAt !== null && dockerSince > startedAt && (
          <>
            : Docker live since <ClockTime at={dockerSince} />
          </>
        )}
      </span>
    </span>
  )
}
