import { useState } from 'react'
import { shownName } from '../../../lib/run/text/display-text'
import { classNames } from '../../class-names'
import { StartDialog } from '../fleet/start-dialog'
import { Glyph } from '../icons'
import { useIsOperator } from '../visitor'
import controls from '../controls.module.css'

interface Props {
  spec: string
  /** Null: not known now. */
  onBackend: boolean | null
  primary?: boolean
  /** In a row of a table. */
  small?: boolean
}

/** The button that opens the start dialog with this spec chosen, for an operator and a spec that the backend may have. */
export function StartSpec({ spec, onBackend, primary = false, small = false }: Props) {
  const isOperator = useIsOperator()
  const [isAsking, setAsking] = useState(false)
  if (!isOperator || onBackend === false) return null
  return (
    <div className={controls.actions}>
      <button
        className={classNames(small ? controls.smallButton : primary ? controls.primaryButton : controls.button)}
        type="button"
        aria-label={`Start ${shownName(spec)}…`}
        onClick={() => setAsking(true)}
      >
        <Glyph id="i-play" />
        Start…
      </button>
      {isAsking && <StartDialog initialSpec={spec} onClose={() => setAsking(false)} />}
    </div>
  )
}
