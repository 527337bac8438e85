import { useEffect, useRef } from 'react'
import { nextAlarms, nextProgress, saidAtFirst, type Said, type State } from './said-aloud'
import { play } from './sound'
import { notifications, sounds } from './stored-choice'

/** Says aloud what changes: progress now and then, alarms at once [PAGE-8]. */
export function Announcer({ state }: { state: State }) {
  // Written past React, so that a push renders the page once [PAGE-3.1].
  const polite = useRef<HTMLParagraphElement>(null)
  const atOnce = useRef<HTMLParagraphElement>(null)
  const said = useRef<Said | null>(null)
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const look = () => {
      const now = performance.now()
      said.current ??= saidAtFirst(state, now)
      const alarms = nextAlarms(state, said.current, now)
      said.current = alarms.said
      if (alarms.text !== null) {
        if (atOnce.current) atOnce.current.textContent = alarms.text
        notify(alarms.text)
        if (alarms.tone !== null && sounds.get()) void play(alarms.tone)
      }
      const { text, dueAt } = nextProgress(state, said.current, now)
      if (text !== null) {
        said.current = { ...said.current, progress: { text, at: now } }
        if (polite.current) polite.current.textContent = text
      } else if (dueAt !== null) timer = setTimeout(look, dueAt - now)
    }
    look()
    return () => clearTimeout(timer)
  }, [state])
  return (
    <>
      <p ref={polite} className="sr" aria-live="polite" aria-atomic="true" data-testid="said-politely" />
      <p ref={atOnce} className="sr" aria-live="assertive" aria-atomic="true" data-testid="said-at-once" />
    </>
  )
}

/** Shows an alarm outside the page while nobody looks at it, if the reader has asked for that. */
function notify(text: string): void {
  if (!document.hidden || !notifications.get() || !('Notification' in window)) return
  if (Notification.permission === 'granted')
    new Notification(document.title, { body: text, tag: window.location.pathname })
}
