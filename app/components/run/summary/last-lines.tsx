import { hasEnded } from '../../../../lib/run/evidence/container'
import type { Batch, LogLine, Snapshot } from '../../../../lib/run/model'
import { isError } from '../../../../lib/run/text/log-level'
import { Moment } from '../../time'
import { classNames } from '../../../class-names'
import { clockText } from '../../../format'
import { useZone } from '../../zone'
import { exitReason } from './exit-reason'
import { lineText, shortened, useBatchLines } from './batch-lines'
import controls from '../../controls.module.css'
import styles from './last-lines.module.css'

/** How many lines say how a batch stands. */
const LINES = 5
/** The rest of a longer line is in the log, characters. */
const LONGEST = 1_000

export interface LastLinesProps {
  run: Snapshot
  batch: Batch
  /** Shows the log of the batch. */
  onRead: (batchId: string) => void
}

/** Why the container of a batch ended, and the last lines that it printed [PAGE-12.6]. */
export function LastLines({ run, batch, onRead }: LastLinesProps) {
  const log = useBatchLines(run, batch.id)
  const { container } = batch
  const reason = container !== null && hasEnded(container) && container.exitCode !== 0 ? exitReason(container) : null
  return (
    <>
      <section className={styles.lines} aria-label="Last lines" data-testid="last-lines">
        {reason !== null && (
          <p className={styles.reason}>
            {reason.charAt(0).toUpperCase()}
            {reason.slice(1)}.
          </p>
        )}
        {log === null ? (
          <p className="dim">Its last lines are not here yet.</p>
        ) : log.lines.length === 0 ? (
          <p className="dim">Nothing that it printed is known here.</p>
        ) : (
          <LineList lines={log.lines.slice(-LINES)} />
        )}
      </section>
      {/* Where the open batch hides the log, or is far from it. */}
      <button className={classNames(controls.button, styles.read)} type="button" onClick={() => onRead(batch.id)}>
        Read its log
      </button>
    </>
  )
}

export function LineList({ lines }: { lines: readonly LogLine[] }) {
  const zone = useZone()
  return (
    <ol>
      {lines.map(line => (
        <li key={line.seq} data-error={isError(line) || undefined}>
          {line.at !== null && (
            <span className={styles.time}>
              <Moment at={line.at}>{clockText(Date.parse(line.at), zone)}</Moment>{' '}
            </span>
          )}
          <bdi>{shortened(lineText(line).trimEnd(), LONGEST)}</bdi>
        </li>
      ))}
    </ol>
  )
}
