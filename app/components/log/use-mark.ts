import { useEffect, useState } from 'react'
import { replaceAddress } from '../../address'
import { MERGED, type LogId } from '../../log-id'
import { addressWith, markIn, markOf, type Mark } from './line-mark'

/** Which lines are marked: those between the first and the last one that was pressed. */
interface Marked {
  anchor: number
  focus: number
}

export interface MarkOnPage {
  mark: Mark | null
  /** The line that was pressed last. */
  focus: number | null
  /** Marks a line; with `extend`, all lines from the one that was marked first up to it. */
  set: (seq: number, extend: boolean) => void
  clear: () => void
}

/** The marked lines of a log. The address names them as long as this log is shown [LOG-2.8]. */
export function useMark(logId: LogId): MarkOnPage {
  const [marked, setMarked] = useState<Marked | null>(() => {
    const mark = typeof window === 'undefined' ? null : markIn(window.location.search, logId)
    return mark && { anchor: mark.from, focus: mark.to }
  })
  const { anchor = 0, focus = 0 } = marked ?? {}
  const { from = 0, to = 0 } = markOf(anchor, focus) ?? {}
  useEffect(() => {
    if (from === 0) return
    writeAddress({ from, to }, logId)
    return () => writeAddress(null, logId)
  }, [from, to, logId])
  useEffect(() => {
    if (logId !== MERGED) return
    // Without a marked line it is named as well [LOG-3.7]. Declared last: a mark that goes with the log leaves its name.
    writeAddress(markIn(window.location.search, logId), logId)
    return () => writeAddress(null, null)
  }, [logId])
  return {
    mark: markOf(anchor, focus),
    focus: marked?.focus ?? null,
    set: (seq, extend) => setMarked(now => ({ anchor: extend && now ? now.anchor : seq, focus: seq })),
    clear: () => setMarked(null),
  }
}

function writeAddress(mark: Mark | null, logId: LogId): void {
  const url = addressWith(window.location.href, mark, logId)
  if (url.href !== window.location.href) replaceAddress(url)
}
