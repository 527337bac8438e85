/** What became of an action, for its reader [NOTICE-1]. */
export interface Notice {
  text: string
  /** Takes the action back, and says what became of that. Absent where it can't be taken back. */
  undo?: () => Promise<Notice> | Notice
  /** It shows by itself, so it is only said aloud. */
  isShown?: true
}

declare global {
  interface WindowEventMap {
    notice: CustomEvent<Notice>
  }
}

/** Says it on the page. An event, because what shows it is loaded late [PAGE-4.1]. */
export const say = (notice: Notice): boolean => dispatchEvent(new CustomEvent('notice', { detail: notice }))
