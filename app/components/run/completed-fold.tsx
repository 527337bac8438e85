import { classNames } from '../../class-names'
import type { Batch } from '../../../lib/run/model'
import { plural, statusWord } from '../../labels'
import { Glyph } from '../icons'
import { Name } from '../outside'
import type { Fold, Foldable } from './table-places'
import type { VirtualPlace } from './virtual-rows'
import controls from '../controls.module.css'
import styles from './completed-fold.module.css'

interface Props {
  /** How many batches are completed. */
  count: number
  unfolded: boolean
  /** The number is only last known. */
  old: boolean
  onToggle: () => void
}

/** The line into which a phone folds the completed batches; nothing on a wider page, or while there are none. */
export function CompletedFold({ count, unfolded, old, onToggle }: Props) {
  if (count === 0) return null
  return (
    <button
      className={classNames(controls.plain, styles.fold)}
      type="button"
      aria-expanded={unfolded}
      data-old={old || undefined}
      onClick={onToggle}
    >
      <Glyph id="s-completed" />
      {plural(count, 'batch')} completed
      <span className={styles.word}>{unfolded ? 'Hide' : 'Show'}</span>
    </button>
  )
}

interface FoldRowProps extends Partial<VirtualPlace> {
  fold: Fold
  batches: readonly Batch[]
  open: boolean
  isStop: boolean
  /** The claims are only last known. */
  old: boolean
  onToggle: (status: Foldable) => void
}

/** A line of the table or the timeline into which a stretch of batches is folded [PAGE-15.3]. */
export function FoldRow({
  fold: { place, status, from, to },
  batches,
  open,
  isStop,
  old,
  onToggle,
  index,
  gap = 0,
  measure,
}: FoldRowProps) {
  const count = to - from + 1
  return (
    <li
      ref={measure}
      style={gap > 0 ? { marginTop: gap } : undefined}
      data-index={index}
      data-line={String(place)}
      className={styles.stretch}
    >
      <button
        className={classNames(controls.plain, styles.line)}
        type="button"
        tabIndex={isStop ? 0 : -1}
        aria-expanded={open}
        data-old={old || undefined}
        data-status={status}
        onClick={() => onToggle(status)}
      >
        <Glyph id={`s-${status}`} />
        {plural(count, 'batch')} {statusWord(status)}
        <span className="dim">
          <Name text={batches[from]?.name ?? ''} /> to <Name text={batches[to]?.name ?? ''} />
        </span>
        <span className={styles.word}>{open ? 'Hide' : 'Show'}</span>
      </button>
    </li>
  )
}
