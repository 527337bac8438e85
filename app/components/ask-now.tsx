import { useState } from 'react'
import { ASK_AFTER } from '../../lib/run/link'
import { askSources } from '../late-api'
import { Prose } from './outside'
import controls from './controls.module.css'

/** When a lost source is tried next, and a button that makes the server try it at once [ASK-1]. For viewers, too. */
export function AskNow({ source, site }: { source: 'backend' | 'docker'; site: string | undefined }) {
  const [isAsking, setAsking] = useState(false)
  const [said, setSaid] = useState<string | null>(null)
  const press = async () => {
    if (isAsking) return
    setAsking(true)
    setSaid(null)
    const answer = await askSources(site)
    setSaid(!answer.ok ? answer.error : answer.value[source] === 'live' ? 'It answers.' : 'Tried: still no answer.')
    setAsking(false)
  }
  return (
    <span className={controls.actions} data-testid="ask-now">
      <span>{said === null ? `Tried again ${ASK_AFTER / 1_000} s after each try.` : <Prose text={said} />}</span>
      {/* Not disabled: that would take the focus away. */}
      <button
        className={controls.smallButton}
        type="button"
        aria-disabled={isAsking}
        onClick={() => void press()}
        title="Makes the server ask backend and Docker now, at most once a second"
      >
        {isAsking ? 'Trying…' : 'Try now'}
      </button>
    </span>
  )
}
