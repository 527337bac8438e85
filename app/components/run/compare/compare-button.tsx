import type { KeyboardEvent } from 'react'
import controls from '../../controls.module.css'

/** The id of the button, to which the focus returns. */
export const COMPARE_BUTTON = 'compare'

/** Opens and closes the comparison with another run. The server renders it, too. */
export function CompareButton({
  isOn = false,
  onClick,
  onKeyDown,
}: {
  isOn?: boolean
  onClick?: () => void
  onKeyDown?: (event: KeyboardEvent<HTMLElement>) => void
}) {
  return (
    <button
      className={controls.smallButton}
      id={COMPARE_BUTTON}
      type="button"
      aria-pressed={isOn}
      disabled={!onClick}
      onClick={onClick}
      onKeyDown={onKeyDown}
    >
      Compare…
    </button>
  )
}
