import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hasEnded } from '../../../../lib/run/evidence/container'
import { batchStatus, runStatus, type Batch, type Container, type Snapshot } from '../../../../lib/run/model'
import { containerState } from '../../../../lib/run/evidence/container-state'
import { someBatch, someRun } from '../../../../lib/testing/run/documents'
import { timelineOf, type Bar } from './bars'

const START = Date.parse('2026-11-23T13:00:00.000Z')
const iso = (ms: number) => new Date(START + ms).toISOString()
/** Also before the run, and in any order: no clock is trusted. */
const time = fc.option(fc.integer({ min: -60_000, max: 3_600_000 }).map(iso), { freq: 3 })

const anyContainer: fc.Arbitrary<Container> = fc.record({
  id: fc.uuid(),
  name: fc.constant('ckrv'),
  state: fc.constantFrom(...containerState.options),
  stateWord: fc.constant(null),
  startFailed: fc.boolean(),
  removed: fc.boolean(),
  exitCode: fc.constant(null),
  error: fc.constant(null),
  oomKilled: fc.constant(false),
  timedOut: fc.constant(false),
  health: fc.constant(null),
  restarted: fc.option(fc.constant({ count: 1, exitCode: null }), { freq: 1 }),
  startedAt: time,
  finishedAt: time,
})

const IDS = ['a', 'b', 'c', 'd']
const anyBatch = (id: string): fc.Arbitrary<Batch> =>
  fc
    .record({
      status: fc.constantFrom(...batchStatus.options),
      startedAt: time,
      endedAt: time,
      dependsOn: fc.subarray([...IDS, 'unknown']),
      containers: fc.array(anyContainer, { maxLength: 3 }),
    })
    .map(({ status, ...changes }) => someBatch(id, status, changes))

const anyRun: fc.Arbitrary<Snapshot> = fc
  .record({
    status: fc.constantFrom(...runStatus.options),
    startedAt: fc.option(fc.constant(iso(0)), { freq: 5 }),
    endedAt: time,
    clockOffset: fc.constantFrom(0, 5_000, -600_000),
    batches: fc.tuple(...IDS.map(anyBatch)),
  })
  .map(({ batches, ...changes }) => ({ ...someRun('r', changes), epoch: 'e', version: 1, now: iso(0), batches }))

const claimsOf = (bars: readonly Bar[]) => bars.filter(({ kind }) => kind !== 'evidence')
const PHASES = ['waiting', 'starting', 'running', 'merging']

describe('the bars of any run', () => {
  it('[PAGE-5.4] follow each other in order, none is negative, and at most the last one is open', () => {
    fc.assert(
      fc.property(anyRun, run => {
        for (const bars of timelineOf(run)) {
          for (const { from, to } of bars) {
            expect(from).toBeGreaterThanOrEqual(0)
            expect(to ?? from).toBeGreaterThanOrEqual(from)
          }
          const claims = claimsOf(bars)
          const places = claims.map(({ kind }) => PHASES.indexOf(kind))
          expect(places).toEqual([...new Set(places)].sort((a, b) => a - b))
          claims.slice(1).forEach(({ from }, index) => expect(claims[index]?.to).toBe(from))
        }
      }),
    )
  })

  it('[PAGE-5.4] sum to the duration of the batch, and lie within its claim', () => {
    fc.assert(
      fc.property(anyRun, run => {
        timelineOf(run).forEach((bars, index) => {
          const { startedAt, endedAt } = run.batches[index] ?? {}
          const work = claimsOf(bars).filter(({ kind }) => kind !== 'waiting')
          if (work.length === 0 || startedAt == null || endedAt == null) return
          const from = Math.max(0, Date.parse(startedAt) - START)
          const to = Math.max(from, Date.parse(endedAt) - START)
          expect(work[0]?.from).toBe(from)
          expect(work.reduce((sum, bar) => sum + ((bar.to ?? NaN) - bar.from), 0)).toBe(to - from)
        })
      }),
    )
  })

  it('[PAGE-5.4] are open only while the run, or the container, goes on', () => {
    fc.assert(
      fc.property(anyRun, run => {
        const isOver = ['completed', 'failed', 'aborted'].includes(run.status)
        timelineOf(run).forEach((bars, index) => {
          const isAtWork = run.batches[index]?.containers.some(container => !hasEnded(container)) ?? false
          for (const { kind } of bars.filter(({ to }) => to === null)) {
            if (kind === 'evidence') expect(isAtWork).toBe(true)
            else expect(isOver).toBe(false)
          }
        })
      }),
    )
  })

  it('[PAGE-5.4] do not depend on the order of containers and of dependencies', () => {
    fc.assert(
      fc.property(anyRun, run => {
        const turned = run.batches.map(batch => ({
          ...batch,
          containers: batch.containers.toReversed(),
          dependsOn: batch.dependsOn.toReversed(),
        }))
        expect(timelineOf({ ...run, batches: turned })).toEqual(timelineOf(run))
      }),
    )
  })
})
