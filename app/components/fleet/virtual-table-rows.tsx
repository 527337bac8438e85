import { defaultRangeExtractor, useWindowVirtualizer, type Range } from '@tanstack/react-virtual'
import { useCallback, useLayoutEffect, useRef, useState, type FocusEvent, type ReactNode, type RefObject } from 'react'
import type { RunFields } from '../../../lib/run/model'
import { printedPart } from '../printed-words'
import { usePrinting } from '../printing'
import { useMedia } from '../use-media'
import type { RowPlace } from './history-row'
import printed from '../printed.module.css'
import styles from './run-table.module.css'

export interface VirtualTableRowsProps {
  runs: readonly RunFields[]
  row: (index: number, place?: RowPlace) => ReactNode
}

/** The height of a row until it is measured, px. */
const ROW = 34
const ROW_ON_PHONES = 92
/** How many rows are printed at most: more would take the page minutes to lay out. */
const MOST_PRINTED = 1_000
/** The height of the view until it is measured, px. */
const FIRST_VIEW = 900

/** The rows near the view, with the space of the others. The row with the focus and its neighbours stay [FLEET-4.4]. */
export function VirtualTableRows({ runs, row }: VirtualTableRowsProps) {
  const isNarrow = useMedia('(max-width: 1100px)', false)
  const [focused, setFocused] = useState<string | null>(null)
  const body = useRef<HTMLTableSectionElement>(null)
  const top = useTop(body)
  const virtualizer = useWindowVirtualizer<HTMLElement>({
    count: runs.length,
    estimateSize: () => (isNarrow ? ROW_ON_PHONES : ROW),
    getItemKey: useCallback((index: number) => runs[index]?.runId ?? index, [runs]),
    rangeExtractor: useCallback(
      (range: Range) => {
        const near = defaultRangeExtractor(range)
        const active = focused === null ? -1 : runs.findIndex(({ runId }) => runId === focused)
        if (active < 0) return near
        const kept = [active - 1, active, active + 1].filter(index => index >= 0 && index < runs.length)
        return [...new Set([...near, ...kept])].sort((a, b) => a - b)
      },
      [runs, focused],
    ),
    overscan: 10,
    scrollMargin: top,
    initialRect: { width: 0, height: FIRST_VIEW },
  })

  const isPrinting = usePrinting()
  if (isPrinting) {
    return (
      <tbody ref={body} data-virtual>
        {runs.length > MOST_PRINTED && (
          <tr className={printed.cut} data-testid="printed-part">
            <td colSpan={7}>{printedPart('rows', 1, MOST_PRINTED, runs.length)} Filters choose others.</td>
          </tr>
        )}
        {runs.slice(0, MOST_PRINTED).map((_, index) => row(index))}
      </tbody>
    )
  }
  const shown = virtualizer.getVirtualItems()
  const onFocus = ({ target }: FocusEvent) => {
    setFocused(target.closest<HTMLElement>('[data-run-id]')?.dataset['runId'] ?? null)
  }
  const onBlur = ({ target, relatedTarget, currentTarget }: FocusEvent) => {
    // The window lost the focus, which comes back to this element.
    if (document.activeElement === target) return
    if (!currentTarget.contains(relatedTarget)) setFocused(null)
  }
  const end = virtualizer.getTotalSize() + top
  return (
    <tbody ref={body} data-virtual onFocus={onFocus} onBlur={onBlur}>
      {shown.flatMap(({ index, start }, n) => {
        const above = start - (shown[n - 1]?.end ?? top)
        return [
          above > 0 && <Space key={`above ${index}`} height={above} />,
          row(index, { index, measure: virtualizer.measureElement }),
        ]
      })}
      <Space height={end - (shown.at(-1)?.end ?? top)} />
    </tbody>
  )
}

/** In place of the rows that are left out. */
function Space({ height }: { height: number }) {
  if (height <= 0) return null
  return (
    <tr className={styles.space} aria-hidden="true">
      <td colSpan={7} style={{ height }}>
        {'\u00a0'}
      </td>
    </tr>
  )
}

/** How far below the beginning of the page the rows begin, px. */
function useTop(body: RefObject<HTMLElement | null>): number {
  const [top, setTop] = useState(0)
  useLayoutEffect(() => {
    const look = () => setTop(Math.round((body.current?.getBoundingClientRect().top ?? 0) + window.scrollY))
    look()
    // Whatever appears above the table makes the page higher.
    const observer = new ResizeObserver(look)
    observer.observe(document.body)
    return () => observer.disconnect()
  }, [body])
  return top
}
