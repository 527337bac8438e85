import { defaultRangeExtractor, useVirtualizer, useWindowVirtualizer, type Range } from '@tanstack/react-virtual'
import {
  useCallback,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
  type FocusEvent,
  type ReactNode,
  type RefObject,
} from 'react'
import type { Batch } from '../../../lib/run/model'
import { useKeptScroll, usePrinting } from '../printing'
import { useMedia } from '../use-media'
import type { Shown } from './use-picked'
import styles from './batches.module.css'

/** The place of a row in a virtual list. */
export interface VirtualPlace {
  /** Its number among the rows of the list. */
  index: number
  /** How many batches there are. */
  setSize: number
  /** The height of the rows that are left out above it, px. */
  gap: number
  /** Measures the row. */
  measure: (row: HTMLElement | null) => void
}

export interface VirtualRowsProps {
  batches: Batch[]
  /** What the list shows, in its order: places of batches, and negative numbers for other lines. All batches by default. */
  places?: readonly number[]
  /** The completed ones are folded on a phone. */
  folded: boolean
  /** The id of the open batch. */
  picked: string | null
  shown: Shown | null
  /** The row at which the list opens where it scrolls by itself, if none was asked for. */
  first?: Shown | null
  /** Contains the list; on a desktop it scrolls. Null until it is in the document. */
  section: HTMLElement | null
  row: (place: number, virtual?: VirtualPlace) => ReactNode
  /** The class of the list. */
  className?: string | undefined
  /** The height of a row until it is measured, px: on a desktop and on a phone. */
  heights?: readonly [number, number]
}

/** Here the section scrolls, else the page [run-view.module.css]. */
const SECTION_SCROLLS = '(min-width: 1101px) and (min-height: 640px)'
const PHONE = '(max-width: 720px)'
/** The height of a row of the table until it is measured, px: on a desktop and on a phone. */
const ROWS = [28, 64] as const
/** The height of the head that stays above the rows where the section scrolls, px. */
const HEAD = 31
/** The height of the bar that stays above the page, and some room, px. */
const BAR = 56
/** The height of the view until it is measured, px. */
const FIRST_VIEW = 900

/**
 * Only the rows near the view, with the space of the others. The open batch and the one with the focus always have a row, so
 * that the focus is not lost and can move to their neighbours [PAGE-3.4].
 */
export function VirtualRows(props: VirtualRowsProps) {
  const {
    batches,
    places: given,
    folded,
    picked,
    shown: asked,
    section,
    row,
    className = styles.rows,
    heights = ROWS,
  } = props
  const isBoxed = useMedia(SECTION_SCROLLS, true)
  const isPhone = useMedia(PHONE, false)
  const [focused, setFocused] = useState<string | null>(null)
  const shown = asked ?? (isBoxed ? (props.first ?? null) : null)
  const list = useRef<HTMLOListElement>(null)
  const top = useTop(list, isBoxed ? section : 'page')

  const places = useMemo(
    () =>
      (given ?? [...batches.keys()]).filter(place => !(isPhone && folded && batches[place]?.status === 'completed')),
    [batches, folded, isPhone, given],
  )
  const ids = useSame(places.map(place => batches[place]?.id ?? String(place)))
  const options = {
    count: ids.length,
    estimateSize: () => heights[isPhone ? 1 : 0],
    getItemKey: useCallback((index: number) => ids[index] ?? index, [ids]),
    rangeExtractor: useCallback((range: Range) => withKept(range, ids, picked, focused), [ids, picked, focused]),
    overscan: 12,
    scrollMargin: top,
    initialRect: { width: 0, height: FIRST_VIEW },
  }
  const ofSection = useVirtualizer<HTMLElement, HTMLElement>({
    ...options,
    enabled: isBoxed,
    getScrollElement: () => section,
    scrollPaddingStart: HEAD,
  })
  const ofPage = useWindowVirtualizer<HTMLElement>({ ...options, enabled: !isBoxed, scrollPaddingStart: BAR })
  const virtualizer = isBoxed ? ofSection : ofPage

  const scrolledTo = useRef<Shown | null>(null)
  useEffect(() => {
    if (section === null || shown === null || scrolledTo.current === shown) return
    scrolledTo.current = shown
    const index = ids.indexOf(shown.batchId)
    // On a phone the open batch covers the lower part of the page.
    if (index >= 0) virtualizer.scrollToIndex(index, { align: isPhone ? 'start' : asked === null ? 'center' : 'auto' })
  }, [asked, isPhone, section, shown, ids, virtualizer])

  const isPrinting = usePrinting()
  useKeptScroll(() => section, isPrinting)
  if (isPrinting) {
    // Paper has room for what is folded, and no place for what is left out [PRINT-1.3].
    const isFolded = given?.some(place => place < 0) === true
    const printed = isFolded || !given ? [...batches.keys()] : given
    return (
      <ol ref={list} className={className} data-virtual>
        {printed.map(place => row(place))}
      </ol>
    )
  }
  const rows = virtualizer.getVirtualItems()
  const above = (rows[0]?.start ?? top) - top
  const below = virtualizer.getTotalSize() - ((rows.at(-1)?.end ?? top) - top)
  const onFocus = ({ target }: FocusEvent) => {
    const { line, batchId } = target.closest<HTMLElement>('[data-line], [data-batch-id]')?.dataset ?? {}
    setFocused(line ?? batchId ?? null)
  }
  const onBlur = ({ target, relatedTarget, currentTarget }: FocusEvent) => {
    // The window lost the focus, which comes back to this element.
    if (document.activeElement === target) return
    if (!currentTarget.contains(relatedTarget)) setFocused(null)
  }
  return (
    <ol
      ref={list}
      className={className}
      data-virtual
      // The height stays while rows come and go: a list that is shorter for a moment loses its place.
      style={{ paddingBlock: `${above}px ${below}px`, minHeight: virtualizer.getTotalSize() }}
      onFocus={onFocus}
      onBlur={onBlur}
    >
      {rows.map(({ index, start }, n) => {
        const before = rows[n - 1]
        const gap = before === undefined ? 0 : start - before.end
        return row(places[index] ?? 0, { index, setSize: batches.length, gap, measure: virtualizer.measureElement })
      })}
    </ol>
  )
}

/** The rows near the view, the open one, and the one with the focus with its neighbours, in order. */
function withKept(range: Range, ids: readonly string[], picked: string | null, focused: string | null): number[] {
  const near = defaultRangeExtractor(range)
  const open = picked === null ? -1 : ids.indexOf(picked)
  const active = focused === null ? -1 : ids.indexOf(focused)
  const kept = active === -1 ? [open] : [open, active - 1, active, active + 1]
  const missing = kept.filter(index => index >= 0 && index < ids.length && !near.includes(index))
  return missing.length === 0 ? near : [...new Set([...near, ...missing])].sort((a, b) => a - b)
}

/** The same array as at the last render if it holds the same. */
function useSame(list: readonly string[]): readonly string[] {
  const [same, setSame] = useState(list)
  if (list.length === same.length && list.every((item, index) => item === same[index])) return same
  setSame(list)
  return list
}

/** How far below the beginning of what scrolls the list begins, px. */
function useTop(list: RefObject<HTMLElement | null>, scroller: HTMLElement | 'page' | null): number {
  const [top, setTop] = useState(0)
  useLayoutEffect(() => {
    if (scroller === null) return
    const look = () => {
      const from =
        scroller === 'page'
          ? -window.scrollY
          : scroller.getBoundingClientRect().top + scroller.clientTop - scroller.scrollTop
      setTop(Math.round((list.current?.getBoundingClientRect().top ?? 0) - from))
    }
    look()
    // Whatever appears above the list makes the page higher.
    const observer = new ResizeObserver(look)
    observer.observe(document.body)
    return () => observer.disconnect()
  }, [list, scroller])
  return top
}
