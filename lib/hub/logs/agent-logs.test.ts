import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AgentLogs, type AgentLogsListener, type BatchOfRun } from './agent-logs'
import { LogBudget } from './log-budget'
import type { LogBuffer } from './log-buffer'

const out = (text: string) => ({ at: 0, stream: 'stdout' as const, text })

/** The logs that a publisher would hold open, by the reports it received. */
function watched() {
  const open = new Map<string, LogBuffer>()
  const told: string[] = []
  const key = (runId: string, batchId: string) => JSON.stringify([runId, batchId])
  const listener: AgentLogsListener = {
    opened: (runId, batchId, log) => {
      expect(open.has(key(runId, batchId))).toBe(false)
      open.set(key(runId, batchId), log)
      told.push(`opened ${runId} ${batchId}`)
    },
    appended: (runId, batchId) => {
      expect(open.has(key(runId, batchId))).toBe(true)
      told.push(`appended ${runId} ${batchId}`)
    },
    rebuilt: (runId, batchId) => {
      expect(open.has(key(runId, batchId))).toBe(true)
      told.push(`rebuilt ${runId} ${batchId}`)
    },
    closed: (runId, batchId) => {
      expect(open.delete(key(runId, batchId))).toBe(true)
      told.push(`closed ${runId} ${batchId}`)
    },
  }
  const budget = new LogBudget()
  return { logs: new AgentLogs(budget, listener), told, open, budget, key }
}

const texts = (log: LogBuffer | undefined) => log?.tail(Infinity).map(({ source, text }) => `${source}: ${text}`)

// Ids come from labels and plans, so these may occur as well.
const containers = fc.constantFrom('c1', 'c2', 'c3', '__proto__')
const batches = fc.record({
  runId: fc.constantFrom('r1', 'constructor'),
  batchId: fc.constantFrom('b1', '__proto__', ''),
})
const steps = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: fc.record({ kind: fc.constant('line' as const), id: containers }) },
    {
      weight: 2,
      arbitrary: fc.record({ kind: fc.constant('assigned' as const), id: containers, batch: fc.option(batches) }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('gap' as const), id: containers }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('forget' as const), runId: fc.constantFrom('r1', 'r2') }) },
  ),
  { maxLength: 120 },
)

describe('AgentLogs', () => {
  it('[DOCK-8.18] keeps all lines of a container in order in the log of the batch that it is said to work on last', () => {
    fc.assert(
      fc.property(steps, all => {
        const { logs, open, key } = watched()
        const printed = new Map<string, string[]>()
        const placed = new Map<string, BatchOfRun>()
        const known = new Map<string, BatchOfRun>()
        all.forEach((step, index) => {
          switch (step.kind) {
            case 'line':
              logs.line(step.id, out(String(index)))
              printed.set(step.id, [...(printed.get(step.id) ?? []), `${step.id}: ${index}`])
              break
            case 'gap':
              logs.gap(step.id, `gap ${index}`)
              printed.set(step.id, [...(printed.get(step.id) ?? []), `${step.id}: gap ${index}`])
              break
            case 'assigned':
              logs.assign(step.id, step.batch)
              if (step.batch) {
                placed.set(step.id, step.batch)
                known.set(key(step.batch.runId, step.batch.batchId), step.batch)
              } else placed.delete(step.id)
              break
            case 'forget':
              logs.forget(step.runId)
              for (const [name, { runId }] of known) if (runId === step.runId) known.delete(name)
              for (const [id, { runId }] of placed) {
                if (runId !== step.runId) continue
                placed.delete(id)
                printed.delete(id)
              }
          }
        })
        expect(new Set(open.keys())).toEqual(new Set(known.keys()))
        for (const [name, { runId, batchId }] of known) {
          const log = logs.get(runId, batchId)
          expect(log).toBe(open.get(name))
          const kept = log!.tail(Infinity)
          const here = [...placed].filter(([, batch]) => key(batch.runId, batch.batchId) === name).map(([id]) => id)
          expect(new Set(kept.map(({ source }) => source))).toEqual(new Set(here.filter(id => printed.has(id))))
          for (const id of here) {
            const own = kept.filter(({ source }) => source === id).map(({ source, text }) => `${source}: ${text}`)
            expect(own).toEqual(printed.get(id) ?? [])
          }
          expect(kept.map(({ seq }) => seq)).toEqual(kept.map((_, index) => index + 1))
        }
      }),
      { numRuns: 300 },
    )
  })

  it('opens a log with the first container of a batch, and appends what it had printed before', () => {
    const { logs, told } = watched()
    logs.line('c1', { at: Date.UTC(2026, 0, 2), stream: 'stderr', text: 'early' })
    expect(told).toEqual([])
    expect(logs.get('r', 'b')).toBeUndefined()
    logs.assign('c1', { runId: 'r', batchId: 'b' })
    logs.gap('c1', 'lines may be missing')
    expect(told).toEqual(['opened r b', 'appended r b', 'appended r b'])
    const lines = logs.get('r', 'b')!.tail(Infinity)
    expect(lines[0]).toEqual({ seq: 1, at: '2026-01-02T00:00:00.000Z', source: 'c1', stream: 'stderr', text: 'early' })
    expect(lines[1]).toMatchObject({ seq: 2, source: 'c1', stream: 'system', text: 'lines may be missing' })
  })

  it('[DOCK-8.18] tells whose log was rebuilt when a container turns out to be of another batch', () => {
    const { logs, told } = watched()
    for (const id of ['c1', 'c2']) logs.assign(id, { runId: 'r', batchId: 'b' })
    for (const id of ['c1', 'c2', 'c1']) logs.line(id, out('hello'))
    told.length = 0
    logs.assign('c1', { runId: 'r', batchId: 'other' })
    expect(told).toEqual(['opened r other', 'rebuilt r b', 'appended r other', 'appended r other'])
    expect(texts(logs.get('r', 'b'))).toEqual(['c2: hello'])
    expect(texts(logs.get('r', 'other'))).toEqual(['c1: hello', 'c1: hello'])
    logs.assign('c1', { runId: 'r', batchId: 'other' })
    expect(told).toHaveLength(4)
  })

  it('[DOCK-8.17] [DOCK-8.19] [SAFE-5] says so where lines had to go while the batch was not known', () => {
    const { logs } = watched()
    for (let n = 1; n <= 5_001; n += 1) logs.line('talkative', out(`line ${n}`))
    logs.assign('talkative', { runId: 'r', batchId: 'a' })
    const kept = logs.get('r', 'a')!.tail(Infinity)
    expect(kept).toHaveLength(5_001)
    expect(kept[0]).toMatchObject({ stream: 'system', text: expect.stringContaining('not kept') as string })
    expect(kept[1]?.text).toBe('line 2')

    for (let n = 1; n <= 201; n += 1) logs.line(`waiting ${n}`, out('hello'))
    logs.assign('waiting 1', { runId: 'r', batchId: 'b' })
    expect(logs.get('r', 'b')!.tail(Infinity)).toMatchObject([{ stream: 'system' }])
    logs.assign('waiting 2', { runId: 'r', batchId: 'c' })
    expect(texts(logs.get('r', 'c'))).toEqual(['waiting 2: hello'])
  })

  it('[SAFE-5] bounds the logs of one run; what is beyond waits as if its batch were not known', () => {
    const { logs, open } = watched()
    for (let n = 1; n <= 2_001; n += 1) logs.assign(`c${n}`, { runId: 'r', batchId: `b${n}` })
    expect(open.size).toBe(2_000)
    logs.line('c2001', out('hello'))
    expect(logs.get('r', 'b2001')).toBeUndefined()
    logs.assign('c2001', { runId: 'r', batchId: 'b1' })
    expect(texts(logs.get('r', 'b1'))).toEqual(['c2001: hello'])
  })

  it('[SYNC-9.1] [SAFE-5] a run that is forgotten gives back all that its logs took', () => {
    const { logs, told, budget } = watched()
    logs.assign('c1', { runId: 'r', batchId: 'b' })
    logs.assign('c2', { runId: 's', batchId: 'b' })
    logs.line('c1', out('hello'))
    logs.line('c2', out('hello'))
    const both = budget.bytes
    told.length = 0
    logs.forget('r')
    expect(told).toEqual(['closed r b'])
    expect(budget.bytes).toBe(both / 2)
    expect(logs.get('r', 'b')).toBeUndefined()
    expect(texts(logs.get('s', 'b'))).toEqual(['c2: hello'])
    logs.line('c1', out('still there'))
    logs.assign('c1', { runId: 'r', batchId: 'b' })
    expect(texts(logs.get('r', 'b'))).toEqual(['c1: still there'])
  })
})
