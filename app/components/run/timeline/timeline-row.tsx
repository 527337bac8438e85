import { shownName } from '../../../../lib/run/text/display-text'
import type { Batch } from '../../../../lib/run/model'
import { classNames } from '../../../class-names'
import { statusWord } from '../../../labels'
import { StatusMark } from '../../icons'
import { Name } from '../../outside'
import controls from '../../controls.module.css'
import styles from './timeline-row.module.css'

interface Props {
  batch: Batch
  place: number
  /** The run is over: pending batches will not begin. */
  over: boolean
  old: boolean
  picked: boolean
  onPick?: (batchId: string) => void
}

/** One batch in the timeline. It has no state and no clock, so the server renders it, too. */
export function TimelineRow({ batch, place, over, old, picked, onPick }: Props) {
  const { id, name, status, verdict } = batch
  return (
    <li
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
        </button>
      </span>
    </li>
  )
}
