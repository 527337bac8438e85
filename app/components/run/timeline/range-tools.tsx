import { classNames } from '../../../class-names'
import type { RangeChoice } from './range'
import controls from '../../controls.module.css'
import styles from './range-tools.module.css'

const keys = [
  ['claim', 'claim'],
  ['evidence', 'evidence'],
  ['waiting', 'waiting'],
  ['starting', 'starting'],
  ['running', 'running'],
  ['ran', 'ran'],
  ['merging', 'merging'],
  ['silent', 'no word'],
] as const

/**
 * The legend of the textures, and the buttons that choose the part of the run. Where the line has no room for the legend, a button opens
 * it. The server renders both, too.
 */
export function RangeTools({
  choice,
  watched,
  old = false,
  unseen = false,
  onChoice,
}: {
  choice: RangeChoice
  /** Docker is watched, so there is evidence. */
  watched: boolean
  /** The claims, and the evidence, are only last known. */
  old?: boolean
  unseen?: boolean
  onChoice?: (choice: RangeChoice) => void
}) {
  const button = (name: 'whole' | 'recent', label: string) => (
    <button type="button" aria-pressed={choice === name} onClick={onChoice && (() => onChoice(name))}>
      {label}
    </button>
  )
  return (
    <>
      <button className={classNames(controls.smallButton, styles.opener)} type="button" popoverTarget="legend">
        Legend
      </button>
      <p
        className={styles.legend}
        id="legend"
        popover="auto"
        data-watched={watched}
        data-old={old || undefined}
        data-unseen={unseen || undefined}
      >
        {keys.map(([key, label]) => (
          <span key={key} data-key={key}>
            <i aria-hidden="true" />
            {label}
          </span>
        ))}
      </p>
      <div className={classNames(controls.choice, styles.choice)} role="group" aria-label="Part of the run">
        {button('whole', 'whole run')}
        {button('recent', 'last 15 min')}
      </div>
    </>
  )
}
