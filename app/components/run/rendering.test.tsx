import { Window } from 'happy-dom'
import { memo, Profiler, type ComponentProps, type ComponentType, type ReactNode } from 'react'
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest'
import { countBatches } from '../../../lib/run/counts'
import type { Batch, Snapshot } from '../../../lib/run/model'
import type { ConnectionEvents } from '../../../lib/client/connection'
import { codecs } from '../../../lib/client/scope-codecs'
import type { Environment } from '../../../lib/client/store'
import { runScope } from '../../../lib/sync/scope'
import { someBatch } from '../../../lib/testing/run/documents'
import { someSnapshot, VirtualClock } from '../../../lib/testing/sync/fixtures'
import type { BatchRow } from './batch-row'
import type { LiveRow } from './timeline/live-row'
import type { View } from './views/view-names'

/** These tests count the renderings that a push causes, in a document without a layout. */

const page = vi.hoisted(() => ({
  /** The id of the batch of each row that was rendered. */
  rows: [] as string[],
  environment: null as Environment | null,
}))

vi.mock('../../../lib/client/browser', () => ({
  get browser() {
    return page.environment
  },
}))
// There is no router here to go anywhere with.
vi.mock('next/navigation', () => ({ useRouter: () => ({ push: () => undefined }) }))
vi.mock('./batch-row', async original => {
  const { BatchRow: Row, ...others } = await original<{ BatchRow: typeof BatchRow }>()
  // The row must be memoised by itself: only then does it have a `type`.
  const Inner: ComponentType<ComponentProps<typeof BatchRow>> = Row.type
  const Counted = memo(function Counted(props: ComponentProps<typeof BatchRow>) {
    page.rows.push(props.batch.id)
    return <Inner {...props} />
  })
  return { ...others, BatchRow: Counted }
})
vi.mock('./timeline/live-row', async original => {
  const { LiveRow: Row } = await original<{ LiveRow: typeof LiveRow }>()
  const Inner: ComponentType<ComponentProps<typeof LiveRow>> = Row.type
  const Counted = memo(function Counted(props: ComponentProps<typeof LiveRow>) {
    page.rows.push(props.batch.id)
    return <Inner {...props} />
  })
  return { LiveRow: Counted }
})

const window = new Window({ width: 1440, height: 900, url: 'http://localhost/' })
const globals = [
  'document',
  'navigator',
  'HTMLElement',
  'Element',
  'Node',
  'ResizeObserver',
  'HTMLIFrameElement',
] as const
vi.stubGlobal('window', window)
vi.stubGlobal('self', window)
for (const name of globals) vi.stubGlobal(name, window[name])
// There is no layout, so every element has the height of the list.
Object.defineProperty(window.HTMLElement.prototype, 'clientHeight', { value: 580 })
Object.defineProperty(window.HTMLElement.prototype, 'offsetHeight', { value: 29 })

const { createRoot } = await import('react-dom/client')
const { LiveProvider } = await import('../../../lib/client/live')
const { Age } = await import('../time')
const { RunView } = await import('./run-view')

const clock = new VirtualClock(Date.parse(someSnapshot('r').now))
const ends: (() => void)[] = []
afterEach(() => {
  ends.splice(0).forEach(end => end())
})
afterAll(async () => {
  await window.happyDOM.close()
})

const settled = () => new Promise(resolve => setTimeout(resolve, 50))

function mount(shown: ReactNode, now: string) {
  const container = document.createElement('div')
  document.body.append(container)
  let commits = 0
  const root = createRoot(container)
  root.render(
    <Profiler id="page" onRender={() => (commits += 1)}>
      <LiveProvider initialNow={now}>{shown}</LiveProvider>
    </Profiler>,
  )
  ends.push(() => {
    root.unmount()
    container.remove()
  })
  return {
    container,
    /** Counts the renderings while `act` is done and `ms` pass. */
    rendered: async (ms: number, act: () => void | Promise<void> = () => {}) => {
      page.rows.length = 0
      commits = 0
      await act()
      clock.advance(ms)
      await settled()
      return { commits, rows: [...page.rows] }
    },
  }
}

/** A page of this many batches of which the first ten run. */
async function open(count: number, view: View = 'table') {
  const batches = Array.from({ length: count }, (_, n) =>
    n < 10
      ? someBatch(`b${n}`, 'running', { startedAt: '2025-12-31T22:00:00.000Z' })
      : someBatch(`b${n}`, 'pending', { dependsOn: ['b0'] }),
  )
  const initial: Snapshot = { ...someSnapshot('r', batches), counts: countBatches(batches, true) }
  let link: ConnectionEvents | undefined
  page.environment = {
    codecs,
    openConnection: events => {
      link = events
      return {
        ask: ({ scope }, _, done) => {
          const now = new Date(clock.now).toISOString()
          if (scope === runScope('r')) done({ kind: 'diffs', epoch: 'p.1', scope, now, version: 1, steps: [] })
          else {
            const state = JSON.stringify({ lines: [], dropped: 0 })
            done({ kind: 'snapshot', epoch: 'p.1', scope, version: 1, now, state })
          }
        },
        leave: () => undefined,
        reconnect: () => undefined,
        close: () => undefined,
      }
    },
    wall: () => clock.now,
    steady: () => clock.now,
    setTimer: clock.setTimer,
    nextFrame: callback => clock.setTimer(16, callback),
    onWake: () => () => undefined,
    reload: () => undefined,
  }
  const { container, rendered } = mount(<RunView initial={initial} firstView={view} />, initial.now)
  await vi.waitFor(() => {
    expect(container.querySelector('[data-testid="batch-card"]')).not.toBeNull()
    expect(container.querySelector('[role="tab"]')).not.toBeNull()
  })
  await settled()
  link?.up()
  clock.advance(100)
  await settled()
  let version = 1
  const text = (testid: string) => container.querySelector(`[data-testid="${testid}"]`)?.textContent
  return {
    text,
    row: (id: string) => container.querySelector(`[data-batch-id="${id}"]`),
    rowCount: () => container.querySelectorAll('[data-testid="batch-card"]').length,
    /** Shows the batches that wait. */
    unfold: () => container.querySelector<HTMLElement>('li > button[aria-expanded="false"]')?.click(),
    /** The batch changes, and with it the counts, as the server sends it. */
    push: (changes: Partial<Batch> & { id: string }) => {
      const index = batches.findIndex(({ id }) => id === changes.id)
      batches[index] = { ...batches[index]!, ...changes }
      const diff = JSON.stringify({ fields: { counts: countBatches(batches, true) }, items: [changes] })
      const now = new Date(clock.now).toISOString()
      const message = { epoch: 'p.1', scope: runScope('r'), from: version, to: ++version, now, diff }
      link?.heard({ event: 'push', message })
    },
    rendered,
  }
}

const ENDED = { status: 'completed', endedAt: '2026-01-01T00:00:30.000Z' } as const

describe.each([
  ['table', 14],
  ['table', 1_500],
  ['timeline', 14],
  ['timeline', 1_500],
] as const)('a page with the %s of %i batches', (view, count) => {
  it('[PAGE-3.1] renders one row and the counter once when one batch changes', async () => {
    const { push, rendered, row, text } = await open(count, view)
    expect(text('batches-completed')).toBe(`0/${count}`)
    expect(await rendered(16, () => push({ id: 'b3', ...ENDED }))).toEqual({ commits: 1, rows: ['b3'] })
    expect(text('batches-completed')).toBe(`1/${count}`)
    expect(row('b3')?.getAttribute('data-status')).toBe('completed')
  })

  it('[PAGE-3.2] renders what was pushed between two frames once', async () => {
    const { push, rendered, text } = await open(count, view)
    const several = await rendered(16, async () => {
      for (const change of [{ id: 'b1' }, { id: 'b2' }, { id: 'b4' }, { id: 'b2', error: 'no' }]) {
        push({ ...change, ...ENDED })
        // Each comes in a task of its own, in which React could render it.
        await settled()
      }
    })
    expect(several.commits).toBe(1)
    expect(several.rows.sort()).toEqual(['b1', 'b2', 'b4'])
    expect(text('batches-completed')).toBe(`3/${count}`)
  })

  it('[PAGE-3.3] [PAGE-5.5] renders no row as time passes, only the times of what runs', async () => {
    const { push, rendered, row } = await open(count, view)
    const took = () => row('b3')?.querySelector('time[datetime^="PT"]')?.textContent
    const before = took()
    // One commit in each second, in which the times of running batches and the timer of the run change.
    for (let second = 1; second <= 3; second += 1) expect(await rendered(1_000)).toEqual({ commits: 1, rows: [] })
    expect(took()).not.toBe(before)
    await rendered(16, () => {
      for (let n = 0; n < 10; n += 1) push({ id: `b${n}`, ...ENDED })
    })
    const ended = took()
    await rendered(3_000)
    expect(took()).toBe(ended)
  })
})

it('[PAGE-3.4] has a bounded number of rows, whatever the number of batches', async () => {
  const { rowCount, rendered, unfold } = await open(1_500)
  expect(rowCount()).toBe(10)
  await rendered(16, unfold)
  expect(rowCount()).toBeGreaterThan(15)
  expect(rowCount()).toBeLessThan(80)
  const few = await open(100)
  expect(few.rowCount()).toBe(100)
})

it('[PAGE-3.3] renders an age by the minute once a minute, and the time of what is over never', async () => {
  const { rendered: few } = await open(14)
  await few(0)
  const now = new Date(clock.now).toISOString()
  const hoursAgo = new Date(clock.now - 5 * 3_600_000).toISOString()
  const { container, rendered } = mount(<Age since={hoursAgo} />, now)
  await vi.waitFor(() => expect(container.textContent).toBe('5 h 00 min'))
  let commits = 0
  for (let step = 0; step < 13; step += 1) commits += (await rendered(10_000)).commits
  expect(container.textContent).toBe('5 h 02 min')
  expect(commits).toBe(2)
  const over = mount(<Age since={hoursAgo} until={clock.now} />, now)
  await vi.waitFor(() => expect(over.container.textContent).toBe('5 h 02 min'))
  expect(await over.rendered(120_000)).toEqual({ commits: 0, rows: [] })
})
