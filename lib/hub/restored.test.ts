import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { pino } from 'pino'
import { afterEach, describe, expect, it } from 'vitest'
import { BackendHttp } from '../backend/http'
import { isOver } from '../run/is-over'
import type { Observation } from '../run/observation'
import { MemoryPublisher } from '../sync/memory-publisher'
import { BackendLink } from './follow/backend-link'
import { Lifecycle } from './lifecycle'
import { Recorder } from './recording/recorder'
import { unmetered } from './api/meter'
import { MemoryStore } from './runs/store'

const T0 = Date.parse('2026-01-15T14:00:00Z')
const silent = pino({ level: 'silent' })
const closes: (() => void)[] = []
afterEach(() =>
  closes
    .splice(0)
    .reverse()
    .forEach(close => close()),
)

const dataDir = () => {
  const folder = mkdtempSync(join(tmpdir(), 'groundtruth-'))
  closes.push(() => rmSync(folder, { recursive: true }))
  return folder
}

/**
 * Runs of a backend that is never contacted, recorded in this folder. `end` has the effect of a kill 100 ms later, when
 * all is written.
 */
function lifecycle(folder: string, { backend = 'http://127.0.0.1:9/', maxRuns = 10, maxBytes = 1_000_000 } = {}) {
  const backendUrl = new URL(backend)
  const http = new BackendHttp(backendUrl)
  const failed = (...details: unknown[]) => {
    throw new Error(`went wrong: ${String(details.at(-1))}`)
  }
  const link = new BackendLink(http)
  const publisher = new MemoryPublisher({ broadcast: () => undefined, audience: () => 0, failed })
  const recorder = new Recorder(folder, silent, undefined, maxBytes)
  const life = new Lifecycle({
    ...{ backendUrl, origin: { backend }, http, link, publisher, recorder, log: silent },
    store: new MemoryStore({ maxRuns }),
    meter: unmetered,
  })
  const end = () => {
    life.close()
    publisher.stop()
    recorder.close()
  }
  closes.push(end)
  return { life, recorder, end }
}

const found = (life: Lifecycle, id: string, status: 'running' | 'completed' = 'running') => {
  const state = life.foundInHistory(id, '001-todo')
  if (!state) throw new Error('no room')
  const endedAt = status === 'running' ? null : T0
  const entry: Observation = {
    ...{ kind: 'history', at: T0, id, status, dryRun: false, startedAt: T0, endedAt, error: null },
    batches: [{ id: 'b1', name: null, status, startedAt: null, endedAt, branch: null, error: null }],
  }
  state.observe(entry)
  return state
}

const ids = ({ runs }: Lifecycle) => [...runs.all()].map(({ runId }) => runId)
const linesOf = ({ agentLogs }: Lifecycle, runId: string, batchId: string) =>
  agentLogs.get(runId, batchId)?.tail(Infinity)

const mergedOf = ({ runs }: Lifecycle, runId: string) => runs.get(runId)?.merged.tail(Infinity)

const containers = fc.constantFrom('c1', 'c2', '__proto__')
const batches = fc.record({ runId: fc.constantFrom('r1', 'r2'), batchId: fc.constantFrom('b1', '__proto__') })
const steps = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('line' as const), id: containers }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('gap' as const), id: containers }) },
    {
      weight: 2,
      arbitrary: fc.record({ kind: fc.constant('assigned' as const), id: containers, batch: fc.option(batches) }),
    },
  ),
  { maxLength: 60 },
)

describe('what containers printed', () => {
  it('[REC-1.3] [REC-7.6] [LOG-3.1] is in the batches’ logs and in the merged ones as before, line by line, wherever they were taken to be at work', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async all => {
        const folder = dataDir()
        const { life, end } = lifecycle(folder)
        for (const id of ['r1', 'r2']) found(life, id)
        const at = new Map<string, number>()
        for (const [n, step] of all.entries()) {
          if (step.kind === 'assigned') life.agentLogs.assign(step.id, step.batch)
          else if (step.kind === 'gap') life.agentLogs.gap(step.id, `gap ${n}`)
          else {
            at.set(step.id, (at.get(step.id) ?? T0) + (n % 2))
            life.agentLogs.line(step.id, { at: at.get(step.id) ?? T0, stream: 'stdout', text: `line ${n}` })
          }
        }
        const merged = ['r1', 'r2'].map(runId => mergedOf(life, runId))
        end()
        const { life: again, end: endAgain } = lifecycle(folder)
        await again.restore()
        for (const runId of ['r1', 'r2']) {
          for (const batchId of ['b1', '__proto__']) {
            const before = linesOf(life, runId, batchId) ?? []
            expect(linesOf(again, runId, batchId) ?? []).toEqual(before)
          }
        }
        expect(['r1', 'r2'].map(runId => mergedOf(again, runId))).toEqual(merged)
        endAgain()
      }),
      { numRuns: 60 },
    )
  }, 60_000)
})

describe('runs that were recorded', () => {
  it('[REC-7.2] [REC-7.3] [REC-7.4] are there again: those that are over in the store, the others as they were', async () => {
    const folder = dataDir()
    const { life, end } = lifecycle(folder)
    found(life, 'open')
    await life.archive(found(life, 'over', 'completed'))
    life.create('followed', '001-todo').observe({ kind: 'accepted', at: T0, spec: '001-todo', dryRun: false })
    end()
    const { life: again } = lifecycle(folder)
    await again.restore()
    expect(new Set(ids(again))).toEqual(new Set(['open', 'over', 'followed']))
    const { runs } = again
    const of = (id: string) => {
      const state = runs.get(id)
      return (
        state && {
          isOver: state.isOver,
          isStored: runs.isStored(state),
          isFollowed: again.sessionOf(state) !== undefined,
        }
      )
    }
    expect(of('open')).toEqual({ isOver: false, isStored: false, isFollowed: false })
    expect(of('over')).toEqual({ isOver: true, isStored: true, isFollowed: false })
    expect(of('followed')).toEqual({ isOver: false, isStored: false, isFollowed: true })
    expect(runs.get('over')?.since).toBe(life.runs.get('over')?.since)
    expect(runs.get('followed')?.view().fields.link.backend).not.toBe('live')
  })

  it('[REC-3.2] also one of which pages know nothing but that it is followed', async () => {
    const folder = dataDir()
    const { life, end } = lifecycle(folder)
    life.create('tried', null)
    life.show(life.create('shown', '001-todo').state)
    end()
    const { life: again, end: endAgain } = lifecycle(folder)
    await again.restore()
    expect(ids(again)).toEqual(['shown'])
    again.runs.get('shown')?.note('A word.')
    endAgain()
    const { life: last } = lifecycle(folder)
    await last.restore()
    expect(last.runs.get('shown')).toMatchObject({ spec: '001-todo' })
    expect(last.runs.get('shown')?.log.tail(Infinity)).toMatchObject([{ text: 'A word.' }])
  })

  it('[REC-5.4] [SYNC-9.1] one that the store let go of does not come back', async () => {
    const folder = dataDir()
    const { life, end } = lifecycle(folder, { maxRuns: 1 })
    for (const id of ['old', 'new']) await life.archive(found(life, id, 'completed'))
    end()
    const { life: again } = lifecycle(folder)
    await again.restore()
    expect(ids(again)).toEqual(['new'])
  })

  it('[REC-5.6] [SYNC-9.2] where all together are too large, finished ones go, and a live one never does', async () => {
    const { life, recorder } = lifecycle(dataDir(), { maxBytes: 500 })
    const live = life.create('live', '001-todo')
    life.show(live.state)
    live.state.note('x'.repeat(1_000))
    await life.archive(found(life, 'over', 'completed'))
    expect(ids(life)).toEqual(['live'])
    expect(recorder.files()).toHaveLength(1)
  })

  it('[REC-5.5] nor one that turned out to be none', async () => {
    const folder = dataDir()
    const { life, recorder } = lifecycle(folder)
    const { state } = life.create('r1', '001-todo')
    state.note('A word.')
    await life.discard(state)
    expect(recorder.files()).toEqual([])
  })

  it('[REC-1.3] [RUN-13] one that got another id is found by both', async () => {
    const folder = dataDir()
    const { life, end } = lifecycle(folder)
    const { state } = life.create('r1', '001-todo')
    await life.merge(found(life, 'entry'), state)
    end()
    const { life: again } = lifecycle(folder)
    await again.restore()
    expect(ids(again)).toEqual(['r1'])
    expect(again.runs.get('entry')?.runId).toBe('r1')
  })

  it('[REC-1.9] of another backend are left alone', async () => {
    const folder = dataDir()
    const { life, end } = lifecycle(folder)
    found(life, 'r1')
    end()
    const { life: other, recorder, end: endOther } = lifecycle(folder, { backend: 'http://127.0.0.1:7/' })
    await other.restore()
    expect(ids(other)).toEqual([])
    expect(recorder.files()).toHaveLength(1)
    endOther()
    const { life: again } = lifecycle(folder)
    await again.restore()
    expect(ids(again)).toEqual(['r1'])
  })

  it('[REC-6.9] whose recording has a hole say so', async () => {
    const folder = dataDir()
    const { life, end } = lifecycle(folder)
    const state = found(life, 'r1', 'completed')
    state.restoreGap(T0, null)
    expect(state.view().fields.findings).toMatchObject([{ kind: 'incomplete' }])
    expect(isOver(state.view().fields.status)).toBe(true)
    end()
  })
})
