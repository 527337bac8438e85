import { memo } from 'react'
import { shownName, shownProse } from '../../../lib/run/text/display-text'
import type { Batch, LinkState } from '../../../lib/run/model'
import { elapsed } from '../../../lib/run/time/time'
import { useOfTime } from '../../../lib/client/live'
import { classNames } from '../../class-names'
import { hasVerdict } from '../../evidence'
import { statusWord } from '../../labels'
import { CopyButton } from '../copy-button'
import { Glyph, StatusMark, VerdictMark } from '../icons'
import { Name } from '../outside'
import { ClockTime, Duration } from '../time'
import { BatchEvidence } from './batch-evidence'
import { shortBranch } from './short-branch'
import type { VirtualPlace } from './virtual-rows'
import controls from '../controls.module.css'
import styles from './batch-row.module.css'

interface Props extends Partial<VirtualPlace> {
  batch: Batch
  place: number
  /** The run is over: pending batches will not begin. */
  over: boolean
  /** The batch may be one of those that were completed before the run [RUN-8.6]. */
  maybeCompleted: boolean
  after: string
  afterNames: string
  waitsFor: string
  frozenAt: number | null
  clockOffset: number
  /** Where Docker is watched, there is evidence to show, and a verdict. */
  docker: LinkState
  picked: boolean
  /** The row is the tab stop of the list. */
  isStop: boolean
  /** `byKey`: the keyboard pressed its button. */
  onPick: (batchId: string, byKey: boolean) => void
}

/** One batch in a line. Renders again only if its batch changed; for a running batch only the time ticks. */
export const BatchRow = memo(function BatchRow({
  batch,
  place,
  over,
  maybeCompleted,
  after,
  afterNames,
  waitsFor,
  frozenAt,
  clockOffset,
  docker,
  picked,
  isStop,
  onPick,
  index,
  setSize,
  gap = 0,
  measure,
}: Props) {
  const { id, name, status, branch, error, basis, verdict } = batch
  const watched = docker !== 'off'
  const old = frozenAt !== null
  return (
    <li
      ref={measure}
      style={gap > 0 ? { marginTop: gap } : undefined}
      aria-setsize={setSize}
      aria-posinset={setSize === undefined ? undefined : place}
      data-index={index}
      className={classNames(styles.row, picked && styles.picked)}
      data-testid="batch-card"
      data-batch-id={id}
      data-line={id}
      data-status={status}
      data-verdict={verdict}
      data-old={old || undefined}
      data-evidence={watched ? (docker === 'live' ? 'current' : 'old') : undefined}
    >
      <span className={styles.place}>{place}</span>
      <StatusMark status={status} dense="on phones" old={old} className={styles.status}>
        {statusWord(status, over)}
      </StatusMark>
      <span className={styles.name} title={name === id ? shownName(name) : `${shownName(name)} (${shownName(id)})`}>
        <button
          className={controls.plain}
          type="button"
          aria-pressed={picked}
          data-whole="panel"
          tabIndex={isStop ? 0 : -1}
          onClick={event => onPick(id, event.detail === 0)}
        >
          <Name text={name} />
        </button>
        {name !== id && (
          <span className={classNames('id', styles.batchId)}>
            <Name text={id} />
          </span>
        )}
        {basis !== 'stream' && (
          <span className={styles.basis}>{basis === 'inferred' ? 'inferred' : `from ${basis}`}</span>
        )}
      </span>
      {watched && (
        <span className={styles.evidence}>
          <BatchEvidence batch={batch} />
        </span>
      )}
      <span className={styles.detail} data-whole="panel">
        {status === 'pending' ? (
          <span className="dim">{pendingText(waitsFor, over, maybeCompleted)}</span>
        ) : (
          branch !== null && (
            <>
              <Glyph id="i-branch" />
              <Branch branch={branch} />
              <CopyButton text={branch} what="branch" />
            </>
          )
        )}
      </span>
      <span className={styles.after} title={afterNames} data-whole="panel">
        {after !== '' && <span className="sr">needs </span>}
        {after}
      </span>
      <span className={styles.from}>{batch.startedAt !== null && <ClockTime at={batch.startedAt} bare />}</span>
      <span className={styles.took}>
        <Took batch={batch} frozenAt={frozenAt} clockOffset={clockOffset} />
      </span>
      {watched && hasVerdict(batch) && <VerdictMark verdict={verdict} className={styles.verdict} />}
      {error !== null && <BatchError text={error} />}
    </li>
  )
})

const pendingText = (waitsFor: string, over: boolean, maybeCompleted: boolean) =>
  maybeCompleted ? 'or completed before' : over ? '' : waitsFor === '' ? 'ready to begin' : `waits for ${waitsFor}`

/** How long the batch took, or has taken so far, as the backend says. */
export function Took({ batch, frozenAt, clockOffset }: Pick<Props, 'batch' | 'frozenAt' | 'clockOffset'>) {
  const { status, startedAt, endedAt, durationUncertain } = batch
  if (startedAt === null || (endedAt === null && status !== 'running')) return <span className="dim">–</span>
  if (endedAt === null && frozenAt === null) return <Ticking batch={batch} clockOffset={clockOffset} />
  return (
    <Duration short seconds={elapsed({ ...batch, clockOffset }, frozenAt ?? 0) / 1000} uncertain={durationUncertain} />
  )
}

function Ticking({ batch, clockOffset }: { batch: Batch; clockOffset: number }) {
  const seconds = useOfTime(now => Math.floor(elapsed({ ...batch, clockOffset }, now) / 1000))
  return <Duration short seconds={seconds} uncertain={batch.durationUncertain} />
}

function BatchError({ text }: { text: string }) {
  const [first = '', ...rest] = shownProse(text).trim().split('\n')
  if (first === '') return <p className={styles.error}>It failed without a word.</p>
  return rest.length === 0 ? (
    <p className={styles.error} dir="auto">
      {first}
    </p>
  ) : (
    <details className={styles.error}>
      <summary tabIndex={-1}>
        <bdi>{first}</bdi>
      </summary>
      <pre dir="auto">{rest.join('\n')}</pre>
    </details>
  )
}

/** The part of a branch that tells it apart; the rest is there for those who read by ear, and for programs. */
function Branch({ branch }: { branch: string }) {
  const short = shortBranch(branch)
  const rest = branch.slice(0, branch.length - short.length)
  return (
    <span className="id" title={shownName(branch)}>
      {rest !== '' && (
        <span className="sr">
          <Name text={rest} />
        </span>
      )}
      <Name text={short} />
    </span>
  )
}
