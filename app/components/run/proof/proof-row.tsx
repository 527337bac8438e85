import { memo } from 'react'
import type { Batch, LogLine, Snapshot } from '../../../../lib/run/model'
import { plainLine } from '../../../../lib/run/text/log-text'
import { useOfDate } from '../../../../lib/client/live'
import { clockText, dayText, momentText, sameDay } from '../../../format'
import { statusWord } from '../../../labels'
import { StatusMark } from '../../icons'
import { Name } from '../../outside'
import { addressWith, linkPrefix, markOf } from '../../log/line-mark'
import { wholeAtPress } from '../../tip'
import { useZone } from '../../zone'
import { sinceOf, sourceName, sourceOf, whyText } from './proof'
import tip from '../../tip.module.css'
import controls from '../../controls.module.css'
import styles from './count-proof.module.css'

/** A longer line is cut; the log has all of it. */
const LONGEST = 400

interface Props {
  batch: Batch
  place: number
  /** The run, where the sentence of this row depends on it; else null, so that the row need not render for every change of it. */
  run: Snapshot | null
  over: boolean
  /** The run is known from the backend's history alone. */
  ofHistory: boolean
  line: LogLine | undefined
  isTabStop: boolean
  onPick: (batchId: string) => void
}

/** One batch of the proof. */
export const ProofRow = memo(function ProofRow({ batch, place, run, over, ofHistory, line, isTabStop, onPick }: Props) {
  const { id, name, status, basis } = batch
  const source = sourceOf(batch)
  const since = sinceOf(batch)
  const counted = status === 'completed'
  const alone = { status: over ? 'completed' : 'running', basis: ofHistory ? 'history' : 'stream' } as const
  const why = whyText(batch, run ?? { ...alone, endedAt: null, batches: [] })
  return (
    <tr data-testid="proof-row" data-batch-id={id} data-basis={basis} data-source={source} data-counted={counted}>
      <td className={styles.place}>{place + 1}</td>
      <th scope="row">
        <button
          className={controls.linkButton}
          type="button"
          data-place={place}
          tabIndex={isTabStop ? 0 : -1}
          onClick={() => onPick(id)}
        >
          <Name text={name} />
        </button>
      </th>
      <td className={styles.counts}>
        <StatusMark status={status}>{statusWord(status, over)}</StatusMark>
        <span className={styles.counted}>{counted ? 'counted' : 'not counted'}</span>
      </td>
      <td className={styles.source}>{sourceName(source)}</td>
      <td className={styles.since}>
        {since === null ? <span className="dim">–</span> : <Since at={since} isTabStop={isTabStop} />}
      </td>
      <td className={styles.said}>
        {line === undefined ? (
          <span className="dim">{why}</span>
        ) : (
          <Line line={line} why={source === 'stream' ? null : why} isTabStop={isTabStop} />
        )}
      </td>
    </tr>
  )
})

function Line({ line, why, isTabStop }: { line: LogLine; why: string | null; isTabStop: boolean }) {
  const text = plainLine(line.text)
  return (
    <>
      {why !== null && <span className="dim">{why} </span>}
      <q className="id" data-testid="proof-line" data-seq={line.seq}>
        {text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text}
      </q>{' '}
      <a className={styles.seq} href={addressOf(line.seq)} tabIndex={isTabStop ? 0 : -1}>
        line {line.seq.toLocaleString('en')}
      </a>
    </>
  )
}

/** The address of this page with its log at a line. Only the browser opens the proof. */
const addressOf = (seq: number) =>
  typeof window === 'undefined'
    ? `${linkPrefix(null)}${seq}`
    : addressWith(window.location.href, markOf(seq, seq), null).href

/** A time of day as `ClockTime` shows it, but a Tab stop only in the row that has it: 500 of them would be in the way. */
function Since({ at, isTabStop }: { at: string; isTabStop: boolean }) {
  const zone = useZone()
  const ms = Date.parse(at)
  const day = useOfDate(now => (sameDay(ms, now, zone) ? '' : `${dayText(ms, now, zone)}, `))
  return (
    <time className={tip.whole} dateTime={at} {...wholeAtPress(momentText(ms, zone))} tabIndex={isTabStop ? 0 : -1}>
      {day}
      {clockText(ms, zone)}
    </time>
  )
}
