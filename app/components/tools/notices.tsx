import { useRef, useSyncExternalStore, type FocusEvent } from 'react'
import type { Notice } from '../../notice'
import { Glyph } from '../icons'
import { Prose } from '../outside'
import { shownNotice } from './shown-notice'
import controls from '../controls.module.css'
import styles from './notices.module.css'

const none = () => null

/** What became of the last action, said aloud and shown, with its way back where there is one [NOTICE-1]. */
export function Notices() {
  const notice = useSyncExternalStore(shownNotice.listen, shownNotice.get, none)
  const said = useSyncExternalStore(shownNotice.listen, shownNotice.said, none)
  return <NoticePlace notice={notice} said={said} />
}

/** The place of the notice is always there: what a new region says is not read out. */
export function NoticePlace({ notice, said }: { notice: Notice | null; said: string | null }) {
  const status = useRef<HTMLParagraphElement>(null)
  const before = useRef<Element | null>(null)
  const onFocus = ({ currentTarget, relatedTarget }: FocusEvent) => {
    if (!currentTarget.contains(relatedTarget)) before.current = relatedTarget
  }
  // The pressed button is about to go: the focus must not go with it.
  const leave = () => {
    const last = before.current
    const next = last instanceof HTMLElement && last.isConnected ? last : status.current
    next?.focus({ preventScroll: true })
  }
  return (
    <div className={notice === null ? 'sr' : styles.notice} data-testid="notice" onFocus={onFocus}>
      {/* Only what is new in it is read out: what is said does not repeat the notice that is shown. */}
      <p ref={status} role="status" aria-atomic="false" tabIndex={-1}>
        {notice !== null && <Prose text={notice.text} />}
        {said !== null && (
          <span className="sr">
            <Prose text={said} />
          </span>
        )}
      </p>
      {notice?.undo && (
        <button
          className={controls.smallButton}
          type="button"
          onClick={() => {
            leave()
            void shownNotice.undo(notice)
          }}
        >
          Undo
        </button>
      )}
      {notice !== null && (
        <button
          className={controls.smallIconButton}
          type="button"
          aria-label="Close this notice"
          onClick={() => {
            leave()
            shownNotice.show(null)
          }}
        >
          <Glyph id="i-close" />
        </button>
      )}
    </div>
  )
}
