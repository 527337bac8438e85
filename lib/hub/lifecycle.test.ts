import { pino } from 'pino'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { BackendHttp } from '../backend/http'
import { agent, START, Told } from '../testing/run/told-run'
import { MemoryPublisher } from '../sync/memory-publisher'
import { fleetScope, runScope } from '../sync/scope'
import { BackendLink } from './follow/backend-link'
import { Lifecycle } from './lifecycle'
import { unmetered } from './api/meter'
import { MemoryStore } from './runs/store'

const closes: (() => void)[] = []
afterEach(() => closes.splice(0).forEach(close => close()))

/** Runs of a backend that is never contacted. The store keeps one of them. */
function lifecycle() {
  const backendUrl = new URL('http://127.0.0.1:9')
  const http = new BackendHttp(backendUrl)
  const failed = (...details: unknown[]) => {
    throw new Error(`went wrong: ${String(details.at(-1))}`)
  }
  const link = new BackendLink(http)
  const publisher = new MemoryPublisher({ broadcast: () => undefined, audience: () => 0, failed })
  const changed = vi.fn()
  const life = new Lifecycle({
    ...{ backendUrl, origin: { backend: backendUrl.href }, http, link, publisher },
    store: new MemoryStore({ maxRuns: 1 }),
    recorder: null,
    log: pino({ level: 'silent' }),
    meter: unmetered,
  })
  life.listen(changed)
  closes.push(() => life.close(), publisher.stop.bind(publisher))
  /** A finished run of the history. */
  const archived = async (id: string) => {
    const state = life.foundInHistory(id, '001-todo')
    if (!state) throw new Error('no room')
    await life.archive(state)
    return state
  }
  return { life, changed, archived, publisher }
}

describe('runs that are closed', () => {
  it('[SYNC-9] take no other one in, also for who has waited for that since', () => {
    const { life } = lifecycle()
    life.close()
    expect(() => life.create('r', null)).toThrow('being stopped')
  })
})

describe('a run that is followed no more', () => {
  it('[RUN-9] has another link from then on, and pages are told', async () => {
    const { life, publisher } = lifecycle()
    const linkBegan = Date.now()
    await vi.waitFor(() => expect(Date.now()).toBeGreaterThan(linkBegan))
    const { state } = life.create('r', null)
    const touch = vi.spyOn(publisher, 'touch')
    await life.archive(state)
    expect(touch).toHaveBeenCalledWith(runScope('r'))
  })
})

describe('a run that is no longer kept', () => {
  it('[DOCK-4] has no containers any more: whose they are is weighed anew', async () => {
    const { life, changed, archived } = lifecycle()
    await archived('old')
    changed.mockClear()
    await archived('new')
    expect([...life.runs.all()].map(({ runId }) => runId)).toEqual(['new'])
    expect(changed).toHaveBeenCalled()
  })

  it('[SYNC-9.1] is not in the fleet that pages are then told of', async () => {
    const { life, publisher } = lifecycle()
    const { state } = life.create('r', null)
    const found = life.foundInHistory('entry', '001-todo')
    if (!found) throw new Error('no room')
    life.show(state)
    const fleets: string[][] = []
    vi.spyOn(publisher, 'touch').mockImplementation(scope => {
      if (scope === fleetScope) fleets.push(life.runs.newestFirst().map(({ runId }) => runId))
    })
    await life.merge(found, state)
    expect(fleets.at(-1)).toEqual(['r'])
    await life.discard(state)
    expect(fleets.at(-1)).toEqual([])
  })

  it('[DOCK-4] nor where it turned out to be none', async () => {
    const { life, changed } = lifecycle()
    await life.discard(life.create('r', null).state)
    expect(changed).toHaveBeenCalled()
  })
})

describe('a run that was found in the history, and is then followed', () => {
  it('[RUN-13] [RUN-18.2] is merged once, also if its evidence and notes change the followed run', async () => {
    const { life } = lifecycle()
    const found = life.foundInHistory('h', '001-todo')
    if (!found) throw new Error('no room')
    const { state } = life.create('r', '001-todo')
    const told = new Told(['a'])
    found.observe({ kind: 'container', at: told.now, batch: { id: 'a', by: 'tree' }, container: agent('c') })
    found.observe({ kind: 'noted', at: told.now, by: 'ann', text: 'flaky network' })
    const merge = vi.spyOn(life, 'merge')
    state.observe(told.say(START))
    state.update()
    life.runs.show(state)
    state.observe(told.say({ kind: 'history-id', id: 'h' }))
    await vi.waitFor(() => expect(life.runs.get('h')).toBe(state))
    expect(merge).toHaveBeenCalledTimes(1)
    expect(state.evidence).toHaveLength(1)
    expect(state.view().fields.notes).toMatchObject([{ by: 'ann', text: 'flaky network' }])
  })

  it('[RUN-13] is at no moment in the fleet twice', () => {
    const { life } = lifecycle()
    const found = life.foundInHistory('h', '001-todo')
    if (found) life.show(found)
    const { state } = life.create('r', '001-todo')
    const told = new Told(['a'])
    for (const says of [START, { kind: 'history-id', id: 'h' } as const]) state.observe(told.say(says))
    life.show(state)
    expect(life.runs.newestFirst().map(({ runId }) => runId)).toEqual(['r'])
    expect(life.runs.get('h')).toBe(state)
  })
})
