import { classNames } from '../../class-names'
import { plural } from '../../labels'
import { Glyph } from '../icons'
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
