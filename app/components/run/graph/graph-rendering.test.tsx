import { Window } from 'happy-dom'
import { memo, type ComponentProps, type ComponentType } from 'react'
import { afterAll, afterEach, expect, it, vi } from 'vitest'
import { countBatches } from '../../../../lib/run/counts'
import type { Batch, Snapshot } from '../../../../lib/run/model'
import { codecs } from '../../../../lib/client/scope-codecs'
import type { Environment } from '../../../../lib/client/store'
import { someBatch } from '../../../../lib/testing/run/documents'
import { largePlan } from '../../../../lib/testing/run/plans'
import { someSnapshot, VirtualClock } from '../../../../lib/testing/sync/fixtures'
import type { columnsOf } from './columns'
import type { Graph } from './graph'
import type { GraphNode } from './graph-node'

/** These tests count the nodes that are rendered, and the layouts, in a document without a layout. */

const page = vi.hoisted(() => ({
  /** The id of each node that was rendered. */
  nodes: [] as string[],
  layouts: 0,
  environment: null as Environment | null,
}))

vi.mock('../../../../lib/client/browser', () => ({
  get browser() {
    return page.environment
  },
}))
vi.mock('./graph-node', async original => {
  const { GraphNode: Node } = await original<{ GraphNode: typeof GraphNode }>()
  // The node must be memoised by itself: only then does it have a `type`.
  const Inner: ComponentType<ComponentProps<typeof GraphNode>> = Node.type
  const Counted = memo(function Counted(props: ComponentProps<typeof GraphNode>) {
    page.nodes.push(props.batch.id)
    return <Inner {...props} />
  })
  return { GraphNode: Counted }
})
vi.mock('./columns', async original => {
  const columns = await original<{ columnsOf: typeof columnsOf }>()
  return {
    columnsOf: (graph: Graph) => {
      page.layouts += 1
      return columns.columnsOf(graph)
    },
  }
})

const window = new Window({ width: 1440, height: 900, url: 'http://localhost/' })
vi.stubGlobal('window', window)
vi.stubGlobal('self', window)
const globals = [
  'document',
  'navigator',
  'HTMLElement',
  'Element',
  'Node',
  'ResizeObserver',
  'HTMLIFrameElement',
  'CSS',
]
for (const name of globals) vi.stubGlobal(name, Reflect.get(window, name))

const { createRoot } = await import('react-dom/client')
const { LiveProvider } = await import('../../../../lib/client/live')
const { GraphView } = await import('./graph-view')

const clock = new VirtualClock(Date.parse(someSnapshot('r').now))
const ends: (() => void)[] = []
afterEach(() => {
  ends.splice(0).forEach(end => end())
})
afterAll(async () => {
  await window.happyDOM.close()
})

const settled = () => new Promise(resolve => setTimeout(resolve, 50))

/** A graph of this many batches of which the first runs. */
async function open(count: number) {
  page.environment = {
    codecs,
    openConnection: () => ({ ask: () => {}, leave: () => {}, reconnect: () => {}, close: () => {} }),
    wall: () => clock.now,
    steady: () => clock.now,
    setTimer: clock.setTimer,
    nextFrame: callback => clock.setTimer(16, callback),
    onWake: () => () => undefined,
    reload: () => undefined,
  }
  const batches = largePlan(count).map(({ id, dependsOn }, n) =>
    n === 0
      ? someBatch(id, 'running', { dependsOn, startedAt: '2025-12-31T23:00:00.000Z' })
      : someBatch(id, 'pending', { dependsOn }),
  )
  const container = document.createElement('div')
  document.body.append(container)
  const root = createRoot(container)
  ends.push(() => {
    root.unmount()
    container.remove()
  })
  const onPick = () => undefined
  const show = async () => {
    page.nodes.length = 0
    page.layouts = 0
    const run: Snapshot = { ...someSnapshot('r', [...batches]), counts: countBatches(batches, true) }
    root.render(
      <LiveProvider initialNow={run.now}>
        <GraphView run={run} known="current" frozenAt={null} picked={null} shown={null} onPick={onPick} tools={null} />
      </LiveProvider>,
    )
    await settled()
    return { nodes: [...page.nodes], layouts: page.layouts }
  }
  return {
    first: await show(),
    show,
    change: (index: number, changes: Partial<Batch>) => {
      batches[index] = { ...batches[index]!, ...changes }
      return show()
    },
    tick: async (ms: number) => {
      page.nodes.length = 0
      clock.advance(ms)
      await settled()
      return [...page.nodes]
    },
  }
}

it.each([14, 200])(
  '[PAGE-6.5] [PAGE-6.2] a change of one of %i batches renders its node, and lays nothing out',
  async count => {
    const { first, show, change, tick } = await open(count)
    expect([first.nodes.length, first.layouts]).toEqual([count, 1])
    expect(await show()).toEqual({ nodes: [], layouts: 0 })
    // What does not change the critical path: the first batch has worked for an hour.
    expect(await change(count - 1, { status: 'failed', error: 'no' })).toEqual({ nodes: [`b${count - 1}`], layouts: 0 })
    expect(await change(3, { status: 'running', startedAt: '2025-12-31T23:59:59.000Z' })).toMatchObject({ layouts: 0 })
    // As time passes, only times render.
    for (let second = 0; second < 3; second += 1) expect(await tick(1_000)).toEqual([])
  },
)

it('[PAGE-6.2] another dependency lays out anew', async () => {
  const { change } = await open(14)
  expect((await change(5, { dependsOn: ['b0', 'b1', 'b2', 'b3', 'b4'] })).layouts).toBe(1)
})
