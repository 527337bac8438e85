import { afterEach, describe, expect, it, vi } from 'vitest'
import { isOver } from '../run/is-over'
import type { Snapshot } from '../run/model'
import type { Hub } from './hub'
import { dashboardsOf } from '../testing/hub/dashboards'

const cleanUp: (() => unknown)[] = []
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step()
})

/** A backend of four batches, and dashboards that use the same folder one after the other. */
async function world() {
  const script = () => ({ ms: 600, lines: Array(1).fill({ stream: 'stdout' as const, text: 'working' }) })
  return dashboardsOf(
    [{ id: 'a' }, { id: 'b' }, { id: 'c', dependsOn: ['a'] }, { id: 'd', dependsOn: ['b', 'c'] }],
    { generation: 'C', script },
    step => cleanUp.push(step),
  )
}

const present = <T>(value: T | undefined): T => {
  if (value === undefined) throw new Error('no such run')
  return value
}

/** What a snapshot shows, but for the state that it is of, and for the last word, which only live runs have. */
const shown = ({ epoch: _, version: _version, lastWord: _word, ...rest }: Snapshot) => rest

/** How long a message may wait until it is taken in, ms: it was known from its receipt on. */
const TAKEN_WITHIN = 100

/** The snapshots of a run until it is over: those at moments before which nothing was received that they lack. */
async function watched(hub: Hub, runId: string): Promise<Snapshot[]> {
  const seen: Snapshot[] = []
  let first = present(await hub.snapshot(runId))
  await vi.waitFor(
    async () => {
      const later = present(await hub.snapshot(runId))
      if (later.version !== first.version) first = later
      else if (Date.parse(later.now) - Date.parse(first.now) > TAKEN_WITHIN && seen.at(-1) !== first) seen.push(first)
      expect(isOver(later.status) && seen.at(-1)?.version === later.version).toBe(true)
    },
    { timeout: 20_000, interval: 5 },
  )
  return seen
}

describe('a run that is looked back at', () => {
  it('[PAST-1.1] [PAST-1.2] [PAST-1.6] is at each moment what its page showed then, also after a restart', async () => {
    const { dashboard } = await world()
    const first = await dashboard()
    const { runId } = await first.hub.start({ spec: '001-todo' })
    const seen = await watched(first.hub, runId)
    expect(new Set(seen.map(({ counts }) => counts.completed)).size).toBeGreaterThan(2)

    const back = async (hub: Hub) => {
      const moments = [...seen].reverse().map(({ now }) => Date.parse(now))
      const all: Snapshot[] = []
      for (const moment of moments) all.unshift(present(await hub.past(runId, moment)))
      return all
    }
    const past = await back(first.hub)
    expect(past.map(({ epoch }) => epoch)).toEqual(seen.map(() => 'past'))
    expect(past.map(shown)).toEqual(seen.map(shown))
    const { from, to, changes } = present(await first.hub.moments(runId))
    expect(from <= present(changes[0])).toBe(true)
    expect(present(changes.at(-1)) <= to).toBe(true)
    expect(changes.length).toBeGreaterThan(3)

    await first.end()
    const second = await dashboard()
    expect((await back(second.hub)).map(shown)).toEqual(seen.map(shown))
  })

  it('[PAST-1.5] ends as it is, and a later moment than now is now', async () => {
    const { backend, dashboard } = await world()
    backend.hold('d')
    const { hub } = await dashboard()
    const { runId } = await hub.start({ spec: '001-todo' })
    await vi.waitFor(
      async () => expect((await hub.snapshot(runId))?.counts).toMatchObject({ completed: 3, running: 1 }),
      {
        timeout: 20_000,
      },
    )
    const now = present(await hub.snapshot(runId))
    const last = present(await hub.past(runId, Date.parse(now.now) + 3_600_000))
    expect(Date.parse(last.now)).toBeLessThan(Date.parse(now.now) + 10_000)
    expect({ ...shown(last), now: '', heardAt: '' }).toEqual({ ...shown(now), now: '', heardAt: '' })
  })

  it('[PAST-1] is none that nobody knows', async () => {
    const { dashboard } = await world()
    const { hub } = await dashboard()
    expect(await hub.past('nobody', Date.now())).toBeUndefined()
    expect(await hub.moments('nobody')).toBeUndefined()
  })
})
