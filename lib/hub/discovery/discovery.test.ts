import { cp, rm } from 'node:fs/promises'
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { BackendHttp, type HistoryEntry } from '../../backend/http'
import { startReferenceBackend, type ReferenceBackend } from '../../reference-backend/server'
import type { PlanBatch } from '../../run/observation'
import { eventually } from '../../testing/support/eventually'
import { Discovery, type DiscoveryListener } from './discovery'
import { projectWith } from '../../testing/hub/project'

const SPEC = '001-todo'
const PLAN = [
  { id: 'setup', name: 'Project Setup' },
  { id: 'mail', name: 'Mail', dependsOn: ['setup'] },
]

/** Waits until everything that is due now has run. */
const realTimeout = setTimeout
const turns = async (count: number) => {
  for (let n = 0; n < count; n += 1) await new Promise(resolve => realTimeout(resolve, 0))
}

/** Holds the clock that makes rounds due. Answers still arrive in real time. */
const holdTimers = () => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })

/** How far the held clock must be moved until the condition is true, ms. */
async function movedUntil(isSo: () => boolean): Promise<number> {
  let moved = 0
  for (; !isSo(); moved += 50) {
    vi.advanceTimersByTime(50)
    await turns(1)
  }
  return moved
}

const cleanUp: (() => Promise<unknown>)[] = []
afterEach(async () => {
  vi.useRealTimers()
  for (const step of cleanUp.splice(0).reverse()) await step()
})

/** Sends requests to a real backend, and records which were sent in which round. */
class Asked extends BackendHttp {
  rounds = 0
  /** By round, from 1: the specs of which the history was requested. */
  readonly lists = new Map<number, string[]>()
  readonly details: string[] = []
  /** The number of requests without an answer yet. */
  open = 0
  atOnce = 0
  /** Whether each round waits until the test lets it begin. */
  isGuarded = false
  letIn: (() => void) | null = null
  beforeDetail: () => void = () => undefined

  override async specs() {
    this.rounds += 1
    if (this.isGuarded) await new Promise<void>(resolve => (this.letIn = resolve))
    return this.#counted(super.specs())
  }

  override historyList(spec: string, odd?: (reason: string) => void) {
    this.lists.set(this.rounds, [...(this.lists.get(this.rounds) ?? []), spec])
    return this.#counted(super.historyList(spec, odd))
  }

  override history(spec: string, id: string) {
    this.details.push(id)
    this.beforeDetail()
    return this.#counted(super.history(spec, id))
  }

  async #counted<T>(answer: Promise<T>): Promise<T> {
    this.open += 1
    this.atOnce = Math.max(this.atOnce, this.open)
    return answer.finally(() => (this.open -= 1))
  }
}

/** Records what the discovery reports. */
class Heard implements DiscoveryListener {
  readonly told: (HistoryEntry & { spec: string })[] = []
  readonly plans: { spec: string; batches: PlanBatch[] }[] = []
  readonly odds: string[] = []
  readonly failures: unknown[] = []
  wanted = new Set<string>()
  readonly atWork = new Set<string>()
  needsPlan = true
  broken = false

  entries(spec: string, entries: HistoryEntry[]) {
    if (this.broken) throw new Error('A listener at fault')
    this.told.push(...entries.map(entry => ({ ...entry, spec })))
  }
  plan(spec: string, batches: PlanBatch[]) {
    this.plans.push({ spec, batches })
  }
  wants(_: string, id: string) {
    return this.wanted.has(id)
  }
  followed() {
    return this.atWork
  }
  wantsPlan() {
    return this.needsPlan
  }
  odd(spec: string) {
    this.odds.push(spec)
  }
  failed(error: unknown) {
    this.failures.push(error)
  }
  statuses(spec = SPEC) {
    return this.told.filter(entry => entry.spec === spec).map(({ status }) => status)
  }
}

interface Found {
  discovery: Discovery
  http: Asked
  heard: Heard
  /** Lets exactly this many rounds run, and resolves when they are over. No round runs between two calls. */
  round: (rounds?: number) => Promise<void>
}

function discover(url: string, timeout = 5_000): Found {
  const http = new Asked(new URL(url), timeout)
  const heard = new Heard()
  const discovery = new Discovery(http, heard)
  cleanUp.push(async () => discovery.close())
  const waiting = () =>
    eventually(() => {
      if (http.letIn) return http.letIn
      throw new Error('No round waits')
    })
  const round = async (rounds = 1) => {
    http.isGuarded = true
    for (let left = rounds; left > 0; left -= 1) {
      discovery.pollNow()
      const letIn = await waiting()
      http.letIn = null
      discovery.pollNow()
      letIn()
      // When the next round waits, this one is over.
      await waiting()
    }
  }
  return { discovery, http, heard, round }
}

async function backendWith(generation: 'A' | 'B', specs = 1): Promise<{ backend: ReferenceBackend; project: string }> {
  const project = await projectWith(PLAN)
  cleanUp.push(() => rm(project, { recursive: true, force: true }))
  for (let n = 2; n <= specs; n += 1) await cp(folder(project), folder(project, named(n)), { recursive: true })
  const backend = await startReferenceBackend({ project, generation, speed: Infinity })
  cleanUp.push(() => backend.close())
  return { backend, project }
}

const folder = (project: string, spec = SPEC) => join(project, '.specs', spec)
const named = (n: number) => `${String(n).padStart(3, '0')}-more`

/** Starts a run as the backend's own page does. */
const startElsewhere = ({ url }: ReferenceBackend, spec = SPEC, more: { resumeRunId?: string; runId?: string } = {}) =>
  new BackendHttp(new URL(url)).start({
    ...{ spec, runId: more.runId ?? `page-${String(Math.random())}` },
    ...{ dryRun: false, model: undefined, resumeRunId: more.resumeRunId },
  })

const historyOf = ({ url }: ReferenceBackend, spec = SPEC) => new BackendHttp(new URL(url)).historyList(spec)
const ended = (backend: ReferenceBackend, spec = SPEC) =>
  eventually(async () => {
    const [newest] = await historyOf(backend, spec)
    expect(newest?.status).toBe('completed')
    return newest!
  })

describe('a run that nobody announced', () => {
  it('[RUN-13] is told with its batches and its plan while it runs, and once more when it has ended', async () => {
    const { backend } = await backendWith('B')
    const { heard, round } = discover(backend.url)
    backend.hold('mail')
    await startElsewhere(backend)
    await eventually(async () => {
      await round()
      expect(heard.told.at(-1)?.batches).toMatchObject([
        { id: 'setup', status: 'completed' },
        { id: 'mail', status: 'pending' },
      ])
    })
    expect(heard.told.at(-1)).toMatchObject({ spec: SPEC, status: 'running', dryRun: false, endedAt: null })
    expect(heard.plans.at(-1)?.batches).toMatchObject([
      { id: 'setup', name: 'Project Setup', completed: true, running: false },
      { id: 'mail', dependsOn: ['setup'], completed: false, running: true },
    ])
    backend.release('mail')
    await ended(backend)
    await round(3)
    expect(heard.statuses().filter(status => status === 'completed')).toEqual(['completed'])
    expect(heard.told.at(-1)?.batches.map(({ status }) => status)).toEqual(['completed', 'completed'])
    expect(heard.failures).toEqual([])
  })

  it('[RUN-13] that began and ended between two rounds is told', async () => {
    const { backend } = await backendWith('B')
    const { heard, round } = discover(backend.url)
    await round()
    expect(heard.told).toEqual([])
    await startElsewhere(backend)
    const { id } = await ended(backend)
    await round(3)
    expect(heard.told).toMatchObject([{ id, status: 'completed', batches: [{ id: 'setup' }, { id: 'mail' }] }])
  })

  it('[RUN-13] that ended before this dashboard started is told only to who wants it, or when it is resumed', async () => {
    const { backend, project } = await backendWith('B')
    await startElsewhere(backend)
    const { id, endedAt } = await ended(backend)
    await eventually(() => expect(Date.now()).toBeGreaterThan(endedAt!))
    const { http, heard, round } = discover(backend.url)
    await round(2)
    expect(heard.told).toEqual([])
    expect(http.details).toEqual([])
    heard.wanted.add(id)
    await round()
    heard.wanted.clear()
    expect(heard.statuses()).toContain('completed')
    await cp(await untouched(), join(folder(project), 'plan.yaml'))
    heard.told.length = 0
    backend.hold('setup')
    await startElsewhere(backend, SPEC, { resumeRunId: id })
    await eventually(async () => {
      await round()
      expect(heard.told.at(-1)).toMatchObject({ id, status: 'running' })
    })
    backend.release('setup')
    await ended(backend)
    await round(2)
    expect(heard.statuses().filter(status => status === 'completed')).toHaveLength(1)
  })

  it('[RUN-13.21] is read once where a session reads it, until it ends, and its plan only for who needs it', async () => {
    const { backend } = await backendWith('B')
    const { heard, http, round } = discover(backend.url)
    backend.hold('mail')
    await startElsewhere(backend)
    heard.needsPlan = false
    const [entry] = await historyOf(backend)
    heard.atWork.add(entry!.id)
    await round(3)
    expect(http.details).toEqual([entry!.id])
    expect(heard.statuses()).toEqual(['running', 'running', 'running'])
    expect(heard.plans).toEqual([])
    backend.release('mail')
    await ended(backend)
    await round(2)
    expect(http.details).toEqual([entry!.id, entry!.id])
    expect(heard.statuses().slice(3)).toEqual(['completed'])
    heard.atWork.clear()
    heard.needsPlan = true
  })

  it('[RUN-13] is told again where the listener failed', async () => {
    const { backend } = await backendWith('B')
    const { heard, round } = discover(backend.url)
    await startElsewhere(backend)
    await ended(backend)
    heard.broken = true
    await round()
    expect(heard.failures).toContainEqual(new Error('A listener at fault'))
    heard.broken = false
    await round()
    expect(heard.statuses()).toEqual(['completed'])
  })
})

/** The plan of a project in which nothing has run yet. */
async function untouched(): Promise<string> {
  const project = await projectWith(PLAN)
  cleanUp.push(() => rm(project, { recursive: true, force: true }))
  return join(folder(project), 'plan.yaml')
}

describe('rounds', () => {
  it('[RUN-13] come every 3 s by themselves', async () => {
    let isAtWork = false
    const { http, discovery, heard } = discover(await stub({ atWork: () => isAtWork }))
    holdTimers()
    discovery.start()
    vi.advanceTimersByTime(0)
    await eventually(() => expect(http.lists.get(1)).toHaveLength(20))
    isAtWork = true
    expect(await movedUntil(() => http.rounds === 2)).toBeGreaterThanOrEqual(3_000)
    await eventually(() => expect(heard.statuses(named(1))).toContain('running'))
  })

  it('[RUN-13] read 20 of 60 specs each, and all of them within three', async () => {
    const { backend } = await backendWith('B', 60)
    const { http, discovery } = discover(backend.url)
    discovery.start()
    for (let rounds = 1; rounds <= 3; rounds += 1) {
      await eventually(() => expect(http.lists.get(rounds)).toHaveLength(20))
      discovery.pollNow()
    }
    await eventually(() => expect(http.rounds).toBe(4))
    const asked = [1, 2, 3].flatMap(round => http.lists.get(round) ?? [])
    expect(new Set(asked).size).toBe(60)
    expect(http.atOnce).toBeLessThanOrEqual(4)
  })

  it.each([
    ['a few: each', 3, 3],
    ['many: ten', 15, 10],
  ])('[RUN-13] read specs with a run at work first; of %s, and the others take their turns', async (_, many, first) => {
    const atWork = Array.from({ length: many }, (_, index) => named(index + 16))
    const { http, round } = discover(await stub({ atWork: spec => atWork.includes(spec) }))
    await round(2)
    const from = http.rounds
    await round(3)
    const rounds = [from, from + 1, from + 2].map(each => http.lists.get(each) ?? [])
    for (const asked of rounds) {
      expect(asked).toHaveLength(20)
      expect(asked.filter(spec => atWork.includes(spec)).length).toBeGreaterThanOrEqual(first)
    }
    expect(new Set(rounds.flat()).size).toBe(30)
  })

  it('[RUN-13] are one at a time, however often one is asked for', async () => {
    const { backend } = await backendWith('B')
    const { http, discovery } = discover(backend.url)
    holdTimers()
    for (let n = 0; n < 100; n += 1) discovery.pollNow()
    vi.advanceTimersByTime(0)
    expect(http.rounds).toBe(1)
    for (let n = 0; n < 100; n += 1) discovery.pollNow()
    await eventually(() => {
      vi.advanceTimersByTime(0)
      expect(http.lists.get(2)).toEqual([SPEC])
    })
    // The third round was not asked for: it is due three seconds after the second.
    expect(await movedUntil(() => http.rounds === 3)).toBeGreaterThanOrEqual(3_000)
  })

  it('[SAFE-5] forget what is no longer listed', async () => {
    const { backend, project } = await backendWith('B', 2)
    const { heard, round } = discover(backend.url)
    await startElsewhere(backend, named(2))
    await ended(backend, named(2))
    await round(2)
    expect(heard.statuses(named(2))).toEqual(['completed'])
    const aside = `${project}-aside`
    cleanUp.push(() => rm(aside, { recursive: true, force: true }))
    await cp(folder(project, named(2)), aside, { recursive: true })
    await rm(folder(project, named(2)), { recursive: true })
    await round()
    await cp(aside, folder(project, named(2)), { recursive: true })
    await round()
    // Reported as if it were new: nothing of it was kept.
    expect(heard.statuses(named(2))).toEqual(['completed', 'completed'])
  })

  it('[RUN-13] end with the discovery', async () => {
    const { backend } = await backendWith('B')
    const { discovery, http, heard } = discover(backend.url)
    backend.hold('setup')
    await startElsewhere(backend)
    await eventually(async () => expect(await historyOf(backend)).toHaveLength(1))
    http.beforeDetail = () => discovery.close()
    discovery.start()
    await eventually(() => expect(http.details).toHaveLength(1))
    discovery.pollNow()
    await eventually(() => expect(http.open).toBe(0))
    await turns(3)
    expect(http.rounds).toBe(1)
    expect([heard.told, heard.plans, heard.failures]).toEqual([[], [], []])
  })
})

describe('a backend', () => {
  it('[RUN-13] without a history is asked for it again after a minute', async () => {
    const { backend } = await backendWith('A', 3)
    const { http, heard, round } = discover(backend.url)
    backend.hold('setup')
    await startElsewhere(backend)
    await round(3)
    const asked = () => [...http.lists.values()].flat()
    expect(asked().sort()).toEqual([SPEC, named(2), named(3)])
    expect([...heard.odds].sort()).toEqual(asked())
    const now = Date.now()
    vi.useFakeTimers({ toFake: ['Date'], now: now + 58_000 })
    await round()
    expect(asked()).toHaveLength(3)
    vi.setSystemTime(now + 61_000)
    await round()
    expect(asked()).toHaveLength(6)
    expect([heard.told, heard.plans, heard.failures]).toEqual([[], [], []])
  })

  it('[RUN-13] that dies in the middle of a round and comes back is asked on', async () => {
    const { backend } = await backendWith('B', 30)
    const { discovery, http, heard, round } = discover(backend.url)
    backend.hold('setup')
    await startElsewhere(backend)
    discovery.start()
    await eventually(() => expect(http.lists.get(1)?.length).toBeGreaterThan(3))
    await backend.kill()
    await round(3)
    const before = heard.told.length
    await backend.restart()
    await round(2)
    // Its history still shows the run at work. Discovery does not decide that the run died with the process.
    expect(heard.told.length).toBeGreaterThan(before)
    expect(heard.told.at(-1)).toMatchObject({ spec: SPEC, status: 'running' })
    expect(heard.failures).toEqual([])
  })

  it('[RUN-13] whose answers hang costs a round no more than one time-out, and the next round asks for others', async () => {
    const stalled = await stub({ hanging: () => true })
    const { http, heard, round } = discover(stalled, 200)
    await round()
    // All open requests time out together, and no other spec is read after them.
    expect(http.atOnce).toBe(4)
    for (const asked of http.lists.values()) expect(asked.length).toBeLessThanOrEqual(4)
    await round(2)
    expect(new Set([...http.lists.values()].flat()).size).toBeGreaterThanOrEqual(12)
    expect([heard.told, heard.failures]).toEqual([[], []])
  })

  it('[RUN-13] that hangs for one spec tells of the others', async () => {
    const stalled = await stub({ hanging: spec => spec === named(1) })
    const { heard, round } = discover(stalled, 200)
    const told = () => new Set(heard.told.map(({ spec }) => spec)).size
    // On a busy machine other requests may also take more than 200 ms: those specs are read in a later round.
    while (told() < 29) await round()
    expect(told()).toBe(29)
  })

  it('[RUN-7] whose clock is an hour off is judged by its own clock', async () => {
    for (const ahead of [-3_600_000, 3_600_000]) {
      const { heard, discovery, round } = discover(await stub({ ahead, endedAgo: -60_000 }))
      await round()
      expect(heard.told[0]?.endedAt).toBeGreaterThan(discovery.since + ahead)
      const late = discover(await stub({ ahead, endedAgo: 60_000 }))
      await late.round()
      expect(late.heard.told).toEqual([])
    }
  })

  it('[SAFE-4] that can’t tell one entry tells the others', async () => {
    const odd = await stub({ unreadable: 'run-1' })
    const { heard, round } = discover(odd)
    await round(2)
    expect(new Set(heard.told.map(({ id }) => id))).toEqual(new Set(['run-0', 'run-2']))
    expect(heard.odds).toContain(named(1))
    expect(heard.failures).toEqual([])
  })
})

/** A backend with faults that the reference backend lacks: 30 specs with three runs each, and one spec without a plan. */
async function stub({
  atWork = () => true,
  hanging = () => false,
  unreadable = '',
  ahead = 0,
  endedAgo = null,
}: {
  /** Which specs have runs. */
  atWork?: (spec: string) => boolean
  /** The specs whose history gets no answer. */
  hanging?: (spec: string) => boolean
  /** The id of an entry that is in the list, but can't be read on its own. */
  unreadable?: string
  /** How far its clock is ahead of ours, ms. */
  ahead?: number
  /** How long ago all runs ended, ms. Null: they are still running. */
  endedAgo?: number | null
}): Promise<string> {
  const specs = Array.from({ length: 30 }, (_, index) => ({ name: named(index + 1), has_plan: true }))
  const now = Date.now() + ahead
  const end = endedAgo === null ? {} : { status: 'completed', ended_at: new Date(now - endedAgo).toISOString() }
  const runs = ['run-0', 'run-1', 'run-2'].map(id => ({ id, status: 'running', ...end }))
  const answer = (path: string): unknown => {
    const [, , area, spec = '', id] = path.split('/')
    if (area === 'specs') return { specs: [...specs, { name: 'bare', has_plan: false }] }
    if (area === 'plans') return { success: true, batches: [] }
    if (hanging(spec)) return undefined
    if (id === undefined) return { success: true, runs: atWork(spec) ? runs : [] }
    return { success: true, run: id === unreadable ? { id: 5 } : runs.find(run => run.id === id) }
  }
  const server: Server = createServer((request, response: ServerResponse) => {
    const json = answer(new URL(request.url ?? '/', 'http://stub').pathname)
    response.setHeader('date', new Date(Date.now() + ahead).toUTCString())
    if (json !== undefined) response.end(JSON.stringify(json))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  cleanUp.push(async () => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
