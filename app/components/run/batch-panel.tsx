import { shownName, shownProse } from '../../../lib/run/text/display-text'
import type { Batch, Snapshot } from '../../../lib/run/model'
import { isOver } from '../../../lib/run/is-over'
import { weightOf } from '../../evidence'
import { statusWord } from '../../labels'
import { CopyButton } from '../copy-button'
import { Glyph, StatusMark, VerdictMark } from '../icons'
import { Name } from '../outside'
import { Reason, ReasonSince } from '../reason'
import { lateComponent } from '../late-component'
import { ContainerList } from './container-list'
import { runParts } from './run-parts'
import type { LastLinesProps } from './summary/last-lines'
import type { BatchTasksProps } from './tasks/batch-tasks'
import { VerdictTable } from './verdict-table'
import controls from '../controls.module.css'
import facts from '../facts.module.css'
import styles from './batch-panel.module.css'

/** Keeps the place of the lines, so that nothing moves when they come. */
const NoLines = () => <div className={styles.lines} />
const LateLastLines = lateComponent<LastLinesProps>(async () => (await runParts()).LastLines, NoLines)
const LateBatchTasks = lateComponent<BatchTasksProps>(async () => (await runParts()).BatchTasks)

interface Props {
  run: Snapshot
  batch: Batch
  frozenAt: number | null
  /** The page itself has just opened it. */
  isOwn: boolean
  onPick: (batchId: string) => void
  onRead: (batchId: string) => void
  onClose: () => void
}

/** One batch: the verdict, its last lines, claim beside evidence, its containers, and its dependencies. */
export function BatchPanel({ run, batch, frozenAt, isOwn, onPick, onRead, onClose }: Props) {
  const { batches } = run
  const place = batches.indexOf(batch)
  const { docker } = run.link
  return (
    <aside
      className={styles.panel}
      id="batch"
      tabIndex={-1}
      aria-label={`Batch ${shownName(batch.name)}`}
      data-testid="batch-panel"
      data-batch-id={batch.id}
      data-own={isOwn || undefined}
      onKeyDown={event => {
        if (event.key === 'Escape') onClose()
      }}
    >
      <header className={styles.head}>
        <h2>
          <StatusMark status={batch.status} dense old={frozenAt !== null}>
            {statusWord(batch.status, isOver(run.status))}
          </StatusMark>
          <span className={styles.name} title={shownName(batch.name)} data-whole="facts">
            <Name text={batch.name} />
          </span>
        </h2>
        <span className={styles.steps}>
          <Step glyph="i-up" label="Previous batch" to={batches[place - 1]} onPick={onPick} />
          <span className="num dim">
            {place + 1} of {batches.length}
          </span>
          <Step glyph="i-down" label="Next batch" to={batches[place + 1]} onPick={onPick} />
          <button className={controls.iconButton} type="button" aria-label="Close the batch" onClick={onClose}>
            <Glyph id="i-close" />
          </button>
        </span>
      </header>
      <section
        className={styles.verdict}
        data-weight={docker === 'live' ? weightOf(batch.verdict) : 'quiet'}
        data-verdict={batch.verdict}
        aria-label="Verdict"
      >
        <VerdictMark verdict={batch.verdict} chip className={styles.mark} />
        <p data-testid="batch-reason">
          <Reason text={batch.reason} since={batch.reasonSince} />{' '}
          <ReasonSince text={batch.reason} since={batch.reasonSince} />
        </p>
      </section>
      {batch.container !== null && <LateLastLines key={batch.id} {...{ run, batch, onRead }} />}
      {docker !== 'off' && <VerdictTable run={run} batch={batch} frozenAt={frozenAt} />}
      <ContainerList containers={batch.containers} />
      <Facts batch={batch} batches={batches} onPick={onPick} />
      <LateBatchTasks key={`tasks ${batch.id}`} {...{ run, batch }} />
    </aside>
  )
}

function Step({
  glyph,
  label,
  to,
  onPick,
}: {
  glyph: string
  label: string
  to: Batch | undefined
  onPick: (batchId: string) => void
}) {
  return (
    <button
      className={controls.iconButton}
      type="button"
      aria-label={label}
      disabled={!to}
      onClick={() => {
        if (to) onPick(to.id)
      }}
    >
      <Glyph id={glyph} />
    </button>
  )
}

const bases: Record<Batch['basis'], string> = {
  stream: 'the backend’s stream',
  plan: 'the plan: the stream did not tell',
  history: 'the backend’s history: no stream is followed',
  inferred: 'no source: concluded from the run and its other batches',
}

/** More facts about the batch, and the batches before and after it in the plan. */
function Facts({ batch, batches, onPick }: { batch: Batch; batches: readonly Batch[]; onPick: Props['onPick'] }) {
  const needs = batches.filter(({ id }) => batch.dependsOn.includes(id))
  const unplanned = [...new Set(batch.dependsOn)].filter(needed => !batches.some(({ id }) => id === needed))
  const holdsUp = batches.filter(({ dependsOn }) => dependsOn.includes(batch.id))
  return (
    <dl className={facts.facts}>
      {batch.name !== batch.id && (
        <div>
          <dt>Name</dt>
          <dd>
            <Name text={batch.name} />
          </dd>
        </div>
      )}
      {batch.branch !== null && (
        <div>
          <dt>Branch</dt>
          <dd className={styles.branch}>
            <span className="id">
              <Name text={batch.branch} />
            </span>
            <CopyButton text={batch.branch} what="branch" />
          </dd>
        </div>
      )}
      <div>
        <dt>Claim from</dt>
        <dd>{bases[batch.basis]}</dd>
      </div>
      <div>
        <dt>Id</dt>
        <dd className="id">
          <Name text={batch.id} />
        </dd>
      </div>
      <Others name="Needs" batches={needs} onPick={onPick} />
      {unplanned.length > 0 && (
        <div>
          <dt>Needs, not in the plan</dt>
          <dd className={styles.others}>
            {unplanned.map(id => (
              <span key={id} className="id">
                <Name text={id} />
              </span>
            ))}
          </dd>
        </div>
      )}
      <Others name="Holds up" batches={holdsUp} onPick={onPick} />
      {batch.error !== null && (
        <div>
          <dt>Error</dt>
          <dd>
            <pre className={styles.error} dir="auto">
              {shownProse(batch.error)}
            </pre>
          </dd>
        </div>
      )}
    </dl>
  )
}

function Others({ name, batches, onPick }: { name: string; batches: readonly Batch[]; onPick: Props['onPick'] }) {
  if (batches.length === 0) return null
  return (
    <div>
      <dt>{name}</dt>
      <dd className={styles.others}>
        {batches.map(({ id, name: title }) => (
          <button key={id} className={controls.linkButton} type="button" onClick={() => onPick(id)}>
            <Name text={title} />
          </button>
        ))}
      </dd>
    </div>
  )
}
