import { defaultRangeExtractor, type Range as VisibleRows } from '@tanstack/react-virtual'
import { useCallback, useEffect, useState, type ClipboardEvent, type RefObject } from 'react'
import { copiedText } from './copied-text'
import type { DatedRow } from './row'
import { indexOf } from './rows'

/** The lines in which the reader's selection begins and ends. */
interface Selected {
  anchor: number
  focus: number
}

/**
 * Keeps the rows in which a selection begins and ends while they are out of view, so that it lasts while the log scrolls, and copies
 * it line by line.
 * @param onSelect the reader has begun to select text in the log
 */
export function useSelectedRows(
  scroller: RefObject<HTMLElement | null>,
  rows: readonly DatedRow[],
  onSelect: () => void,
) {
  const [selected, setSelected] = useState<Selected | null>(null)
  useEffect(() => {
    const read = () => {
      const next = selectedIn(scroller.current)
      setSelected(now => (now?.anchor === next?.anchor && now?.focus === next?.focus ? now : next))
    }
    document.addEventListener('selectionchange', read)
    return () => document.removeEventListener('selectionchange', read)
  }, [scroller])
  const isSelecting = selected !== null
  useEffect(() => {
    if (isSelecting) onSelect()
  }, [isSelecting, onSelect])

  const withSelected = useCallback(
    (range: VisibleRows) => {
      const visible = defaultRangeExtractor(range)
      if (!selected) return visible
      const ends = [indexOf(rows, selected.anchor), indexOf(rows, selected.focus)].filter(index => index >= 0)
      return [...new Set([...visible, ...ends])].sort((a, b) => a - b)
    },
    [selected, rows],
  )
  const copy = useCallback(
    (event: ClipboardEvent) => {
      const selection = window.getSelection()
      const text = selection && selection.rangeCount > 0 ? copiedText(selection.getRangeAt(0), rows) : null
      if (text === null) return
      event.preventDefault()
      event.clipboardData.setData('text/plain', text)
    },
    [rows],
  )
  return { copy, withSelected }
}

function selectedIn(scroller: HTMLElement | null): Selected | null {
  const selection = window.getSelection()
  if (!scroller || !selection || selection.isCollapsed) return null
  const [anchor, focus] = [seqAt(selection.anchorNode, scroller), seqAt(selection.focusNode, scroller)]
  return anchor === null || focus === null ? null : { anchor, focus }
}

function seqAt(node: Node | null, scroller: HTMLElement): number | null {
  const element = node instanceof Element ? node : node?.parentElement
  if (!element || !scroller.contains(element)) return null
  const seq = element.closest<HTMLElement>('[data-seq]')?.dataset['seq']
  return seq === undefined ? null : Number(seq)
}
