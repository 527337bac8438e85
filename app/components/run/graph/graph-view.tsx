import { useEffect, useMemo, useRef, useState, type CSSProperties, type FocusEvent, type KeyboardEvent } from 'react'
import { createPortal, flushSync } from 'react-dom'
import { isOver } from '../../../../lib/run/is-over'
import { Nothing } from '../../nothing'
import { emptyPlace } from '../empty-place'
import { useKeptScroll, usePrinting } from '../../printing'
import { useMedia } from '../../use-media'
import { filterText } from '../views/filter-words'
import type { ViewProps } from '../views/view-props'
import { GraphEdge } from './graph-edge'
import { GraphNodes } from './graph-nodes'
import { GraphTools } from './graph-tools'
import { hasOwnHeight } from './graph-layout'
import { PAPER, STEP, fitScale, levelAt } from './scale'
import { useEdges } from './use-edges'
import { useCritical, useLayout } from './use-graph'
import { useNear } from './use-near'
import { usePan } from './use-pan'
import { useZoom } from './use-zoom'
import { walk } from './walk'
import printed from '../../printed.module.css'
import styles from './graph-view.module.css'

type Style = CSSProperties & Record<`--${string}`, string | number>

/** Below this width the graph is rows, and the page scrolls. */
const PHONE = '(max-width: 720px)'
/** Above this number only the nodes near the view have an element. */
const ALL = 200

/** The batches and what they need, as a graph: layers from left to right, on a phone from above [PAGE-6]. */
export function GraphView({ run, known, frozenAt, picked, shown, onPick, tools, words, filter = null }: ViewProps) {
  const { batches, clockOffset } = run
  const isPhone = useMedia(PHONE, false)
  const layout = useLayout(batches, isPhone)
  const critical = useCritical(layout.graph, batches, { frozenAt, clockOffset, isOff: words !== undefined })
  const [view, setView] = useState<HTMLElement | null>(null)
  const [content, setContent] = useState<HTMLElement | null>(null)
  const zoom = useZoom(view, content, layout, isPhone)
  const isPrinting = usePrinting()
  useKeptScroll(() => view, isPrinting)
  const near = useNear(view, content, zoom.scale, batches.length <= ALL || isPrinting)
  usePan(isPhone ? null : view)

  const inOrder = useMemo(() => layout.layers.flat(), [layout])
  const [focused, setFocused] = useState<string | null>(null)
  const current =
    inOrder.find(({ id }) => id === focused) ?? inOrder.find(({ id }) => id === picked) ?? inOrder[0] ?? null
  const edges = useEdges(layout, batches, { near, critical, picked, focused })

  const nodeOf = (id: string) => content?.querySelector<HTMLElement>(`[data-batch-id="${CSS.escape(id)}"] > button`)
  const shownLast = useRef<typeof shown>(null)
  useEffect(() => {
    if (content === null || shown === null || shownLast.current === shown) return
    shownLast.current = shown
    // On a phone the open batch covers the lower part of the page.
    const node = content.querySelector(`[data-batch-id="${CSS.escape(shown.batchId)}"]`)
    node?.scrollIntoView({ block: isPhone ? 'start' : 'nearest', inline: 'nearest' })
  }, [content, isPhone, shown])

  const onFocus = ({ target }: FocusEvent) => {
    const card = target.closest<HTMLElement>('[data-batch-id]')
    setFocused(card?.dataset['batchId'] ?? null)
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || current === null) return
    const next =
      event.key === 'Home'
        ? (inOrder[0] ?? null)
        : event.key === 'End'
          ? (inOrder.at(-1) ?? null)
          : walk(event.key, current, layout.layers[current.layer] ?? [])
    if (next !== null) {
      // A node outside of the view has an element only once it is the current one.
      flushSync(() => setFocused(next.id))
      nodeOf(next.id)?.focus()
    } else if (event.key === '+' || event.key === '=') zoom.by(STEP)
    else if (event.key === '-') zoom.by(1 / STEP)
    else if (event.key === '0') zoom.fit()
    else if (!event.key.startsWith('Arrow')) return
    event.preventDefault()
  }

  if (batches.length === 0) {
    return <Nothing in={emptyPlace(isOver(run.status), run.counts.totalKnown)} known={known} />
  }
  // Paper doesn't scroll: it has all of the graph.
  const scale = isPrinting && !isPhone ? fitScale(PAPER, layout) : zoom.scale
  const size: CSSProperties = isPhone
    ? { height: layout.height }
    : { width: Math.floor(layout.width * scale), height: Math.floor(layout.height * scale) }
  const height: Style = hasOwnHeight(batches.length) ? { '--height': `${layout.height}px` } : {}
  const world: Style = {
    width: isPhone ? undefined : layout.width,
    height: layout.height,
    '--zoom': scale,
    '--node-width': `${layout.node.width}px`,
    '--node-height': `${layout.node.height}px`,
  }
  // On paper smaller text is legible.
  const level = isPhone ? 'all' : levelAt(isPrinting ? 1.5 * scale : scale)
  return (
    <>
      {tools &&
        createPortal(
          <GraphTools
            critical={batches.filter(({ id }) => critical.includes(id))}
            frozenAt={frozenAt}
            clockOffset={clockOffset}
            undrawn={edges.undrawn}
            zoom={isPhone ? null : zoom}
          />,
          tools,
        )}
      {filter !== null && (
        <p className={styles.filtered}>
          {filterText({ batches, filter, picked, over: isOver(run.status), old: frozenAt !== null, others: 'faded' })}
        </p>
      )}
      {isPrinting && level === 'marks' && (
        <p className={printed.cut}>Printed without names: there is room for marks alone. The table has the names.</p>
      )}
      <div ref={setView} className={styles.view} style={height} data-rows={isPhone || undefined}>
        <div ref={setContent} className={styles.content} style={size}>
          <div className={styles.world} style={world} data-level={level} data-rows={isPhone || undefined}>
            <svg className={styles.edges} width={layout.width} height={layout.height} aria-hidden="true">
              {edges.shown.map(({ key, ...edge }) => (
                <GraphEdge key={key} {...edge} />
              ))}
            </svg>
            <GraphNodes
              run={run}
              layout={layout}
              inOrder={inOrder}
              level={level}
              near={near}
              critical={critical}
              current={current?.id ?? null}
              picked={picked}
              frozenAt={frozenAt}
              words={words}
              filter={filter}
              onPick={onPick}
              onFocus={onFocus}
              onKeyDown={onKeyDown}
            />
          </div>
        </div>
      </div>
    </>
  )
}
