import { useEffect, useRef, useState } from 'react'
import { nextAlarms, nextProgress, saidAtFirst, type Said, type State } from './said-aloud'
import { notifications } from './stored-choice'

/** Says aloud what changes: progress now and then, alarms at once [PAGE-8]. */
export function Announcer({ state }: { state: State }) {
  const [progress, setProgress] = useState('')
  const [alarm, setAlarm] = useState('')
  const said = useRef<Said | null>(null)
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const look = () => {
      const now = performance.now()
      said.current ??= saidAtFirst(state, now)
      const alarms = nextAlarms(state, said.current, now)
      said.current = alarms.said
      if (alarms.text !== null) {
        setAlarm(alarms.text)
        notify(alarms.text)
      }
      const { text, dueAt } = nextProgress(state, said.current, now)
      if (text !== null) {
        said.current = { ...said.current, progress: { text, at: now } }
        setProgress(text)
      } else if (dueAt !== null) timer = setTimeout(look, dueAt - now)
    }
    look()
    return () => clearTimeout(timer)
  }, [state])
  return (
    <>
      <p className="sr" aria-live="polite" aria-atomic="true" data-testid="said-politely">
        {progress}
      </p>
      <p className="sr" aria-live="assertive" aria-atomic="true" data-testid="said-at-once">
        {alarm}
      </p>
    </>
  )
}

/** Shows an alarm outside the page while nobody looks at it, if the reader has asked for that. */
function notify(text: string): void {
  if (!document.hidden || !notifications.get() || !('Notification' in window)) return
  if (Notification.permission === 'granted')
    new Notification(document.title, { body: text, tag: window.location.pathname })
}
