import type { ReactNode } from 'react'
import { shownName } from '../../../../lib/run/text/display-text'
import type { Batch } from '../../../../lib/run/model'
import { classNames } from '../../../class-names'
import { hasVerdict } from '../../../evidence'
import { statusWord } from '../../../labels'
import { StatusMark, VerdictMark } from '../../icons'
import { Name } from '../../outside'
import type { VirtualPlace } from '../virtual-rows'
import controls from '../../controls.module.css'
import styles from './timeline-row.module.css'

interface Props extends Partial<VirtualPlace> {
  batch: Batch
  place: number
  /** The run is over: pending batches will not begin. */
  over: boolean
  /** The claim is the last known one. */
  old: boolean
  /** Docker is watched, so there is a verdict. */
  watched: boolean
  /** What the bars say. */
  words: string
  /** The bars. */
  track: ReactNode
  took: ReactNode
  picked: boolean
  onPick?: (batchId: string) => void
}

/** One batch in the timeline. It has no state and no clock, so the server renders it, too. */
export function TimelineRow(props: Props) {
  const {
    batch,
    place,
    over,
    old,
    watched,
    words,
    track,
    took,
    picked,
    onPick,
    index,
    setSize,
    gap = 0,
    measure,
  } = props
  const { id, name, status, verdict } = batch
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
      data-status={status}
      data-verdict={verdict}
      data-old={old || undefined}
    >
      <span className={styles.place}>{place}</span>
      <StatusMark status={status} dense old={old}>
        {statusWord(status, over)}
      </StatusMark>
      <span className={styles.name} title={shownName(name)}>
        <button
          className={controls.plain}
          type="button"
          aria-pressed={picked}
          data-whole="panel"
          onClick={onPick && (() => onPick(id))}
        >
          <Name text={name} />
          <span className="sr">{words}</span>
        </button>
      </span>
      {track}
      <span className={styles.took}>{took}</span>
      {watched && hasVerdict(batch) && <VerdictMark verdict={verdict} className={styles.verdict} />}
    </li>
  )
}
