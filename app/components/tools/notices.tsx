import { useSyncExternalStore } from 'react'
import type { Notice } from '../../notice'
import { Glyph } from '../icons'
import { Prose } from '../outside'
import { shownNotice } from './shown-notice'
import controls from '../controls.module.css'
import styles from './notices.module.css'

const none = () => null

/** What became of the last action, said aloud and shown, with its way back where there is one [NOTICE-1]. */
export function Notices() {
  return <NoticePlace notice={useSyncExternalStore(shownNotice.listen, shownNotice.get, none)} />
}

/** The place of the notice is always there: what a new region says is not read out. */
export function NoticePlace({ notice }: { notice: Notice | null }) {
  const isShown = notice !== null && !notice.isShown
  return (
    <div className={isShown ? styles.notice : 'sr'} data-testid="notice">
      <p role="status">{notice !== null && <Prose text={notice.text} />}</p>
      {isShown && notice.undo && (
        <button className={controls.smallButton} type="button" onClick={() => void shownNotice.undo(notice)}>
          Undo
        </button>
      )}
      {isShown && (
        <button
          className={controls.smallIconButton}
          type="button"
          aria-label="Close this notice"
          onClick={() => shownNotice.show(null)}
        >
          <Glyph id="i-close" />
        </button>
      )}
    </div>
  )
}
