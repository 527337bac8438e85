import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { needsYou } from '../attention'
import { COMPLETED_BEFORE } from './completed-before'
import { countsToShow } from '../counts'
import type { PlanBatch } from '../observation'
import {
  branchOf,
  COMPLETED,
  FAILED,
  resuming,
  RUNNING,
  START,
  status,
  SUCCESS,
  Told,
} from '../../testing/run/told-run'

const findingOf = (told: Told) => told.view.findings.find(({ kind }) => kind === COMPLETED_BEFORE)?.text
const shown = (told: Told) => countsToShow(told.view)

/** A run of that plan that resumes with `count` batches completed before. */
const resumed = (plan: readonly (string | Partial<PlanBatch>)[], count: number): Told => {
  const told = new Told(plan)
  for (const says of [START, RUNNING, resuming(count)]) told.say(says)
  return told
}

describe('batches completed before the run that neither plan nor history names', () => {
  it('[RUN-8.6] count as the backend says, and no batch is said to be one of them', () => {
    const told = resumed(['a', 'b', 'c'], 2)
    expect(told.statuses).toEqual({ a: 'pending', b: 'pending', c: 'pending' })
    expect(told.view).toMatchObject({ counts: { total: 3, pending: 3, completed: 0 }, unnamedCompleted: 2 })
    expect(shown(told)).toMatchObject({ total: 3, totalKnown: true, completed: 2, pending: 1 })
    told.say(status('c', 'running'))
    expect(shown(told)).toMatchObject({ completed: 2, running: 1, pending: 0 })
    told.say(status('c', 'completed'))
    expect(shown(told)).toMatchObject({ completed: 3, running: 0, pending: 0 })
  })

  it('[RUN-8.6] count beside those that are named', () => {
    const told = resumed([{ id: 'a', name: 'A', completed: true, branch: branchOf('a') }, 'b', 'c'], 2)
    expect(told.statuses).toEqual({ a: 'completed', b: 'pending', c: 'pending' })
    expect(shown(told)).toMatchObject({ completed: 2, pending: 1 })
    expect(findingOf(told)).toContain('2 batches were completed before')
    expect(findingOf(told)).toContain('name 1 of them')
    expect(findingOf(told)).toContain('1 more is counted')
  })

  it('[RUN-8.26] count beside one that only the history tells of, and that was completed in this run', () => {
    const told = resumed(['a', 'b', 'c', 'd'], 2)
    told.say(status('c', 'running'))
    const ended = (id: string, at: number) => ({
      id,
      name: null,
      status: 'completed',
      startedAt: null,
      endedAt: at,
      branch: null,
      error: null,
    })
    const began = told.run.first?.time.ms ?? NaN
    told.history({ startedAt: began, batches: [ended('d', began + 1_000)] })
    expect(told.statuses).toEqual({ a: 'pending', b: 'pending', c: 'running', d: 'completed' })
    expect(shown(told)).toMatchObject({ completed: 3, running: 1, pending: 0 })
    // The batch that ended before the run began is one of the two.
    told.history({ startedAt: began, batches: [ended('a', began - 1_000), ended('d', began + 1_000)] })
    expect(told.statuses).toEqual({ a: 'completed', b: 'pending', c: 'running', d: 'completed' })
    expect(shown(told)).toMatchObject({ completed: 3, running: 1, pending: 0 })
  })

  it('[RUN-8.6] count where no plan is known, and the total is not known', () => {
    const told = resumed([], 3)
    expect(shown(told)).toMatchObject({ completed: 3, totalKnown: false })
    told.say(status('x', 'running'))
    expect(shown(told)).toMatchObject({ completed: 3, running: 1, total: 4, totalKnown: false })
    told.plan(['x', 'y', { id: 'p', completed: true }, { id: 'q', completed: true }, { id: 'r', completed: true }])
    expect(shown(told)).toMatchObject({ completed: 3, running: 1, pending: 1, total: 5, totalKnown: true })
    expect(findingOf(told)).toBeUndefined()
  })

  it('[RUN-8.27] are more than a plan has left: the plan is not the backend’s, and the total is not known', () => {
    const told = resumed(['a', 'b'], 5)
    expect(shown(told)).toMatchObject({ completed: 5, pending: 0, total: 5, totalKnown: false })
    expect(told.view.counts).toMatchObject({ total: 2, pending: 2 })
  })

  it('[RUN-8.6] are none once the run completed: then every batch is', () => {
    const told = resumed(['a', 'b'], 1)
    told.say(status('b', 'running'))
    told.say(status('b', 'completed'))
    for (const says of [COMPLETED, SUCCESS]) told.say(says)
    expect(told.view.counts).toMatchObject({ completed: 2, total: 2 })
    expect(told.view.unnamedCompleted).toBeUndefined()
    expect(findingOf(told)).toBeUndefined()
  })

  it('[RUN-8.6] still count in a run that failed', () => {
    const told = resumed(['a', 'b', 'c'], 1)
    told.say(status('b', 'running'))
    told.say(FAILED)
    expect(shown(told)).toMatchObject({ completed: 1, aborted: 1, pending: 1 })
    expect(findingOf(told)).toContain('name none of them')
  })

  it('[RUN-8.12] are not named by a plan that another run has written on since', () => {
    const told = new Told([])
    const plan = ['a', 'b', 'c', 'd'].map(id => ({ id, completed: true, branch: branchOf(id) }))
    told.plan([...plan, { id: 'e', dependsOn: ['c'] }], true)
    for (const says of [START, RUNNING, resuming(2)]) told.say(says)
    expect(told.statuses).toEqual({ a: 'pending', b: 'pending', c: 'pending', d: 'pending', e: 'pending' })
    expect(shown(told)).toMatchObject({ completed: 2, pending: 3, total: 5, totalKnown: true })
    expect(findingOf(told)).toContain('names more')
    told.say(status('e', 'running'))
    expect(told.batch('c')).toMatchObject({ status: 'completed', basis: 'plan' })
    expect(shown(told)).toMatchObject({ completed: 2, running: 1, pending: 2, total: 5, totalKnown: true })
    told.say(status('a', 'running'))
    told.say(status('b', 'running'))
    expect(told.statuses).toEqual({ a: 'running', b: 'running', c: 'completed', d: 'completed', e: 'running' })
    expect(findingOf(told)).toBeUndefined()
  })

  it('[RUN-8.12] are not named by a plan that holds more of them, and was not read before the run began', () => {
    const plan = ['a', 'b', 'c'].map(id => ({ id, completed: true, branch: branchOf(id) }))
    const told = new Told([])
    for (const says of [START, RUNNING, resuming(2)]) told.say(says)
    told.plan(plan)
    expect(told.statuses).toEqual({ a: 'pending', b: 'pending', c: 'pending' })
    expect(shown(told)).toMatchObject({ completed: 2, pending: 1, total: 3 })
    expect(findingOf(told)).toContain('names more')
  })

  it('[RUN-8.8] are told of, and nobody is called to act', () => {
    const told = resumed(['a', 'b'], 1)
    expect(findingOf(told)).toContain('Check the statuses in the plan file.')
    const run = { ...told.view, runId: 'run-1', heardAt: null, link: { backend: 'live', docker: 'off' } as const }
    expect(needsYou([run], told.now)).toEqual([])
    const ghost = { kind: 'ghost' as const, text: 'x', at: null, batchId: null, containerId: null }
    expect(needsYou([{ ...run, findings: [...run.findings, ghost] }], told.now)).toHaveLength(1)
  })

  it('[RUN-8.6] has nothing to say of a run that names them all, or says nothing of any', () => {
    for (const told of [resumed([{ id: 'a', completed: true }, 'b'], 1), new Told(['a', 'b'])]) {
      expect('unnamedCompleted' in told.view).toBe(false)
      expect(findingOf(told)).toBeUndefined()
    }
  })
})

describe('batches that others depend on', () => {
  const chain = ['a', { id: 'b', dependsOn: ['a'] }, { id: 'c', dependsOn: ['b'] }, { id: 'd', dependsOn: ['c'] }]

  it('[RUN-8.7] were completed before, as soon as those begin, and theirs in turn', () => {
    const told = resumed(chain, 2)
    told.say(status('c', 'running'))
    expect(told.statuses).toEqual({ a: 'completed', b: 'completed', c: 'running', d: 'pending' })
    expect(told.batch('a')).toMatchObject({ basis: 'inferred', startedAt: null, endedAt: null })
    expect(told.view.unnamedCompleted).toBeUndefined()
    expect(findingOf(told)).toContain('2 more must be, because batches that depend on them have begun.')
  })

  it('[RUN-8.7] are at most N, and none without a word of any', () => {
    const told = resumed(chain, 1)
    told.say(status('c', 'running'))
    expect(told.view.counts).toMatchObject({ completed: 1, running: 1, pending: 2 })
    const other = new Told(chain)
    for (const says of [START, status('c', 'running')]) other.say(says)
    expect(other.statuses).toEqual({ a: 'pending', b: 'pending', c: 'running', d: 'pending' })
  })

  it('[RUN-8.7] may depend on each other in a ring, on themselves and on nothing that is known', () => {
    const ring = [
      { id: 'a', dependsOn: ['b', '__proto__', 'a'] },
      { id: 'b', dependsOn: ['a', 'nobody'] },
      { id: 'c', dependsOn: ['a'] },
    ]
    const told = resumed(ring, 2)
    told.say(status('c', 'running'))
    expect(told.statuses).toEqual({ a: 'completed', b: 'completed', c: 'running' })
  })

  it('[RUN-8.7] [SAFE-5] cost no more than there are', () => {
    const plan = Array.from({ length: 2_000 }, (_, n) => ({
      id: String(n),
      dependsOn: Array.from({ length: Math.min(n, 20) }, (_, k) => String(n - 1 - k)),
    }))
    const told = resumed(plan, 1_999)
    told.say(status('1999', 'running'))
    expect(told.view.counts).toMatchObject({ completed: 1_999, running: 1 })
  })
})

describe('any run that goes on with batches completed before', () => {
  interface Outline {
    /** For each batch: whether it was completed before, whether a plan says so, and the batches it depends on. */
    batches: { before: boolean; named: boolean; after: number[] }[]
    plan: 'before' | 'late' | 'never' | 'of others'
    steps: number[]
    failing: boolean
  }
  const outlines: fc.Arbitrary<Outline> = fc.record({
    batches: fc.array(
      fc.record({ before: fc.boolean(), named: fc.boolean(), after: fc.array(fc.nat(7), { maxLength: 3 }) }),
      { minLength: 1, maxLength: 8 },
    ),
    plan: fc.constantFrom('before', 'before', 'late', 'never', 'of others'),
    steps: fc.array(fc.nat(100), { maxLength: 20 }),
    failing: fc.boolean(),
  })

  it('[RUN-8.6] [RUN-8.8] shows as many completed as are at every step, and says which number is not named', () => {
    fc.assert(
      fc.property(outlines, ({ batches, plan, steps, failing }) => {
        // The dependencies of a batch that was completed before were completed, too.
        const after = batches.map(({ after }, n) => after.filter(k => k < n))
        const done = new Set<number>()
        batches.forEach(({ before }, n) => before && after[n]?.every(k => done.has(k)) && done.add(n))
        const count = done.size
        const planned = batches.map(({ named }, n) => ({
          ...{ id: String(n), name: `B${n}`, completed: named && done.has(n) && plan !== 'of others' },
          dependsOn: after[n]?.map(String) ?? [],
        }))
        const named = plan === 'never' ? 0 : planned.filter(({ completed }) => completed).length
        const told = new Told(plan === 'before' ? planned : [])
        if (plan === 'of others') told.plan(planned, true)
        for (const says of [START, RUNNING, ...(count > 0 ? [resuming(count)] : [])]) told.say(says)

        const running = new Set<number>()
        let isPlanned = plan === 'before' || plan === 'of others'
        const check = () => {
          const { counts, findings, unnamedCompleted = 0 } = told.view
          const seen = shown(told)
          expect(seen.completed).toBe(done.size)
          expect(seen.running).toBe(running.size)
          expect(seen.completed + seen.running + seen.pending + seen.failed + seen.aborted).toBe(seen.total)
          if (isPlanned) expect(seen).toMatchObject({ total: batches.length, totalKnown: true })
          const isTold = findings.some(({ kind }) => kind === COMPLETED_BEFORE)
          expect(isTold).toBe(count > (isPlanned ? named : 0))
          expect(counts.completed + unnamedCompleted).toBe(seen.completed)
        }
        check()
        for (const step of steps) {
          if (plan === 'late' && !isPlanned && step % 3 === 0) {
            told.plan(planned, true)
            isPlanned = true
          }
          const ready = batches.flatMap((_, n) =>
            !done.has(n) && !running.has(n) && after[n]?.every(k => done.has(k)) ? [n] : [],
          )
          const [next] = step % 2 === 0 ? ready : [...running]
          if (next === undefined) continue
          if (step % 2 === 0) {
            told.say(status(String(next), 'running', { name: `B${next}` }))
            running.add(next)
          } else {
            told.say(status(String(next), 'completed', { branch: branchOf(String(next)) }))
            running.delete(next)
            done.add(next)
          }
          check()
        }
        if (!failing) return
        told.say(FAILED)
        expect(shown(told).completed).toBe(done.size)
      }),
      { numRuns: Number(process.env['PROPERTY_RUNS'] ?? 300) },
    )
  })
})
