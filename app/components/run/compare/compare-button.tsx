import controls from '../../controls.module.css'

/** Opens the comparison with another run. The server renders it, too. */
export function CompareButton({ isOn = false, onClick }: { isOn?: boolean; onClick?: () => void }) {
  return (
    <button className={controls.smallButton} type="button" disabled={isOn || !onClick} onClick={onClick}>
      Compare…
    </button>
  )
}
