import type { ReactNode } from 'react'
import type { Batch, Container, LinkState, Snapshot } from '../../../lib/run/model'
import { isOver } from '../../../lib/run/is-over'
import { isAtWork } from '../../../lib/run/evidence/container'
import { elapsed } from '../../../lib/run/time/time'
import { useIsPast, useOfTime } from '../../../lib/client/live'
import { classNames } from '../../class-names'
import { containerText, weightOf } from '../../evidence'
import { statusWord } from '../../labels'
import { Glyph } from '../icons'
import { ClockTime, DatedAge, Duration } from '../time'
import { ZoneNote } from '../zone'
import { Took } from './batch-row'
import styles from './verdict-table.module.css'

interface Props {
  run: Snapshot
  batch: Batch
  frozenAt: number | null
}

/** Compares claim and evidence fact by fact, each with the age of its source. */
export function VerdictTable({ run, batch, frozenAt }: Props) {
  const { container, containers, verdict, status } = batch
  const differ = verdict !== 'unknown' && weightOf(verdict) !== 'quiet'
  const over = isOver(run.status)
  const begun = containers[0]?.startedAt ?? null
  return (
    <div
      className={styles.verdictTable}
      role="table"
      aria-label="Claim beside evidence"
      data-docker={run.link.docker}
      data-old={frozenAt !== null || undefined}
    >
      <div className={styles.head} role="row">
        <span role="columnheader">
          <span className="sr">fact</span>
        </span>
        <span role="columnheader" className={styles.claim}>
          <b>Claim</b> {!over && <AgeOf link={run.link.backend} since={run.linkSince} />}
        </span>
        <span role="columnheader">
          <span className="sr">match</span>
        </span>
        <span role="columnheader" className={styles.evidence}>
          <b>Evidence</b> <AgeOf link={run.link.docker} since={run.dockerSince} />
        </span>
      </div>
      <Fact name="source" said={batch.basis === 'stream' ? 'backend' : batch.basis} shown="Docker" />
      <Fact
        name="state"
        said={statusWord(status, over)}
        shown={container === null ? null : containerText(container)}
        differ={differ}
      />
      <Fact name="from" zoned said={clock(batch.startedAt)} shown={clock(begun)} />
      <Fact
        name="until"
        zoned
        said={status === 'running' ? 'no word yet' : clock(batch.endedAt)}
        shown={container === null ? null : isAtWork(container) ? still(container) : clock(container.finishedAt)}
        differ={differ && container !== null && isAtWork(container) !== (status === 'running')}
      />
      <Fact
        name="took"
        said={<Took batch={batch} frozenAt={frozenAt} clockOffset={run.clockOffset} />}
        shown={
          <Ran
            batch={batch}
            clockOffset={run.clockOffset}
            until={run.link.docker === 'live' ? null : run.dockerSince}
          />
        }
      />
      <Fact
        name="memory"
        said={null}
        shown={
          container === null
            ? null
            : containers.some(({ oomKilled }) => oomKilled)
              ? 'killed for it'
              : 'not killed for it'
        }
      />
    </div>
  )
}

/** How old the word of a source is: what it said last holds for as long as its link is live. */
function AgeOf({ link, since }: { link: LinkState; since: string | null }) {
  const isPast = useIsPast()
  if (link === 'live') return <span className={styles.age}>{isPast ? 'then live' : 'live'}</span>
  return (
    since !== null && (
      <span className={styles.age}>
        {isPast && 'then '}
        <DatedAge since={since} /> old
      </span>
    )
  )
}

interface FactProps {
  name: string
  /** The times are in the zone of the page. */
  zoned?: boolean
  said: ReactNode
  shown: ReactNode
  differ?: boolean
}

function Fact({ name, zoned = false, said, shown, differ = false }: FactProps) {
  return (
    <div className={styles.row} role="row">
      <span role="rowheader">
        {name}
        {zoned && <ZoneNote />}
      </span>
      <Cell className={styles.claim}>{said}</Cell>
      <span role="cell" className={styles.match}>
        {differ && (
          <>
            <Glyph id="v-conflict" />
            <span className="sr">differ</span>
          </>
        )}
      </span>
      <Cell className={styles.evidence}>{shown}</Cell>
    </div>
  )
}

function Cell({ className, children }: { className: string | undefined; children: ReactNode }) {
  return (
    <span role="cell" className={classNames(className, children === null && styles.none)}>
      {children ?? '–'}
    </span>
  )
}

/** For a container that has started and has not ended. */
const still = ({ state }: Container) => (state === 'running' ? 'still runs' : 'not ended')

const clock = (at: string | null) => (at === null ? null : <ClockTime at={at} bare />)

/**
 * The time from the start of the first container to the end of the last. `until`: since when it is not visible whether it still
 * runs.
 */
function Ran({ batch, clockOffset, until }: { batch: Batch; clockOffset: number; until: string | null }) {
  const last = batch.containers.at(-1)
  const ticks = last !== undefined && until === null && isAtWork(last)
  const seconds = useOfTime(now => ranSeconds(batch, clockOffset, until, now), ticks)
  return Number.isNaN(seconds) ? <span className="dim">–</span> : <Duration short seconds={seconds} />
}

/** NaN if it is not known. */
function ranSeconds({ containers, ...batch }: Batch, clockOffset: number, until: string | null, now: number): number {
  const last = containers.at(-1)
  const from = containers[0]?.startedAt ?? null
  if (!last || from === null) return NaN
  const seen = until !== null ? Date.parse(until) : isAtWork(last) ? now : null
  if (last.finishedAt === null && seen === null) return NaN
  const end = last.finishedAt === null ? seen : Date.parse(last.finishedAt)
  // The Engine's clock may be the server's or the backend's: take the reading that is nearer to the backend's claim.
  const said = elapsed({ ...batch, clockOffset }, seen ?? now)
  const readings = [0, last.finishedAt === null ? clockOffset : 0].map(
    offset => (end ?? now) - offset - Date.parse(from),
  )
  const [took = 0] = readings.sort((a, b) => Math.abs(a - said) - Math.abs(b - said))
  return Math.floor(Math.max(0, took) / 1000)
}
