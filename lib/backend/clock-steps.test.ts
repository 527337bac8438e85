import { describe, expect, it } from 'vitest'
import { assign } from '../run/evidence/assign'
import type { CandidateRun } from '../run/evidence/candidate-run'
import { creationIn } from '../run/time/durations'
import { agent } from '../testing/run/told-run'
import { elapsed } from '../run/time/time'
import { SteppedRun, T0 } from '../testing/backend/stepped-run'

const SECOND = 1_000
const HOUR = 3_600 * SECOND
const DAY = 24 * HOUR
const SIZES = [2 * SECOND, 3 * SECOND, 10 * SECOND, 60 * SECOND, HOUR, 6 * HOUR].flatMap(size => [size, -size])

/** How long the run took by its times, ms. */
const took = ({ view: { startedAt, endedAt } }: SteppedRun) => Date.parse(endedAt ?? '') - Date.parse(startedAt ?? '')

/** A run that is started from here and followed from its first message; its clock is set once, and it ends after 5 s. */
const live = (by: number, skew = 0, digits = 9) => {
  const run = new SteppedRun(skew, ['a'], digits).accepted().pass(20).do({ kind: 'join' }).do({ kind: 'start' })
  run.pass(2_500).do({ kind: 'set', by }).pass(2_500)
  return run.do({ kind: 'end' })
}

describe('a run that is followed from its start', () => {
  it.each([HOUR, -HOUR])('[RUN-16.1] [RUN-16.3] [RUN-16.8] takes 5 s also where the clock is set by %d ms', by => {
    const run = live(by)
    expect(run.view).toMatchObject({ status: 'completed' })
    expect(run.view).not.toHaveProperty('durationUncertain')
    expect(took(run)).toBe(5_000)
    expect(run.shown).toBe(5_000)
    expect(run.view.findings.map(({ kind }) => kind)).toEqual(['clock-set'])
  })

  it.each(
    SIZES.flatMap(by => [0, 30 * DAY, -30 * DAY].flatMap(skew => [9, 0].map(digits => [by, skew, digits] as const))),
  )(
    '[RUN-16] [RUN-7] set by %d ms, on a clock that differs by %d ms, with %d digits, is right or marked',
    (by, skew, digits) => {
      const run = live(by, skew, digits)
      if (run.view.durationUncertain === undefined) expect(Math.abs(took(run) - 5_000)).toBeLessThanOrEqual(1_500)
      // Only a small step back may have been a delay.
      else expect(by).toBeGreaterThanOrEqual(-5_000)
    },
  )
})

describe('a clock that is set forward by less than a delay may last', () => {
  it.each([2, 5, 10, 60])('[RUN-16.26] by %d s, is measured in a run that was started from here', seconds => {
    const run = live(seconds * SECOND)
    expect(run.view).not.toHaveProperty('durationUncertain')
    expect(took(run)).toBe(5_000)
  })
})

describe('a stamp that no clock can have', () => {
  it.each([3_661 * DAY, -3_661 * DAY])('[RUN-16.10] is corrected by nothing, and is no step: %d ms off', by => {
    const run = live(by)
    expect(run.view.findings).toEqual([])
  })
})

describe('a step that a replay showed and a live message measured', () => {
  it('[RUN-16.1] [REC-7] is corrected once, also after a restart', () => {
    const run = new SteppedRun(0, ['a', 'b'], 9).pass(20).do({ kind: 'join' }).pass(10).do({ kind: 'start' })
    run.pass(500).do({ kind: 'cut' }).pass(500).do({ kind: 'join' }).do({ kind: 'set', by: -HOUR })
    run.pass(5_000).do({ kind: 'begin', batch: 'a' }).pass(500).do({ kind: 'begin', batch: 'b' })
    run.do({ kind: 'restart' }).pass(500).do({ kind: 'join' })
    run.pass(1_000).do({ kind: 'complete', batch: 'a' }).pass(1_000).do({ kind: 'end' })
    expect(run.view.findings.map(({ kind }) => kind)).toEqual(['clock-set'])
    expect(took(run)).toBe(9_000)
  })
})

describe('a step forward that several connections show, none of them by a live message', () => {
  it.each([2, 3, 4].flatMap(connections => [false, true].map(restarts => [connections, restarts] as const)))(
    '[RUN-16.1] is corrected once: on %d connections, with restarts: %s',
    (connections, restarts) => {
      const run = new SteppedRun(0, ['a', 'b', 'c', 'd'], 9).accepted().pass(20).do({ kind: 'join' })
      run.do({ kind: 'start' }).pass(500).do({ kind: 'cut' }).pass(500).do({ kind: 'set', by: HOUR })
      for (const batch of ['a', 'b', 'c', 'd'].slice(0, connections)) {
        if (restarts) run.do({ kind: 'restart' })
        run.pass(1_000).do({ kind: 'begin', batch }).do({ kind: 'join' }).pass(10).do({ kind: 'cut' })
      }
      run.pass(1_000).do({ kind: 'end' }).do({ kind: 'join' }).pass(10)
      expect(run.view).toMatchObject({ status: 'completed', durationUncertain: true })
      expect(run.view.findings.map(({ kind }) => kind)).toEqual(['clock-set'])
      expect(Math.abs(took(run) - (2_000 + connections * 1_010))).toBeLessThanOrEqual(1_500)
    },
  )
})

describe('a clock that differs by 1.4 s, and a first message that comes 2.8 s late', () => {
  it('[RUN-16.11] is none that was set once messages come at once', () => {
    const run = new SteppedRun(1_400, ['a'], 9).pass(20).do({ kind: 'join' })
    run.do({ kind: 'delay', by: 2_800 }).do({ kind: 'start' }).do({ kind: 'delay', by: 0 })
    run.pass(5_000).do({ kind: 'begin', batch: 'a' }).pass(2_000).do({ kind: 'complete', batch: 'a' })
    run.pass(1_000).do({ kind: 'end' })
    expect(run.view.findings).toEqual([])
    expect(took(run)).toBe(8_000)
    expect(run.view.batches).toMatchObject([{ id: 'a', status: 'completed' }])
    expect(run.view.batches[0]).not.toHaveProperty('durationUncertain')
  })
})

describe('a container that was created after the clock was set', () => {
  it.each(SIZES)(
    '[DOCK-4] [RUN-16.9] [RUN-16.17] by %d ms, with the Engine’s, belongs to the run in whose time that was',
    by => {
      const run = new SteppedRun(0, ['a'], 9).accepted().pass(20).do({ kind: 'join' }).do({ kind: 'start' })
      run
        .pass(1_200)
        .do({ kind: 'line' })
        .pass(2_500)
        .do({ kind: 'set', by })
        .pass(1_200)
        .do({ kind: 'begin', batch: 'a' })
      const { startedAt, batches } = run.view
      const begun = Date.parse(batches[0]?.startedAt ?? '')
      const createdAt = creationIn(run.run)
      const own: CandidateRun = {
        ...{ runId: 'r1', historyId: null, startedAt: Date.parse(startedAt ?? ''), endedAt: null },
        batches: [{ id: 'a', name: 'a', startedAt: begun, branch: null }],
        ...(createdAt && { createdAt }),
      }
      // The run was over before the step, but at work at the time that the clock now shows.
      const { createdAt: _, ...before } = { ...own, runId: 'r0', startedAt: T0 - 7 * HOUR, endedAt: T0 }
      const batch = { id: 'a', name: 'a', startedAt: T0 - 7 * HOUR, branch: `worktree/main/ckrv-batch-a-ffffff` }
      const container = agent('c', { createdAt: run.now + 100 + by, seenRunningAt: run.now + 300, tree: 'a-1a2b3c' })
      const candidateRuns = [{ ...before, batches: [batch] }, own]
      expect(assign([container], candidateRuns).get('c')).toMatchObject({ runId: 'r1', batchId: 'a' })
    },
  )
})

describe('a message that is stamped in the future', () => {
  it('[RUN-16.23] is in doubt, though nothing but equal clocks told the offset', () => {
    const run = new SteppedRun(0, ['a'], 9).pass(20).do({ kind: 'join' }).pass(10).do({ kind: 'start' })
    run.pass(1_000).do({ kind: 'set', by: 60_000 }).do({ kind: 'cut' }).pass(500).do({ kind: 'join' })
    run.do({ kind: 'begin', batch: 'a' }).do({ kind: 'cut' }).pass(500).do({ kind: 'join' })
    run.pass(1_000).do({ kind: 'complete', batch: 'a' }).do({ kind: 'end' })
    expect(run.view).toMatchObject({ status: 'completed', durationUncertain: true })
  })
})

describe('a message that comes late on a connection that was joined again', () => {
  const joined = () => {
    const run = new SteppedRun(0, ['a', 'b'], 9).accepted().pass(20).do({ kind: 'join' }).do({ kind: 'start' })
    return run.pass(2_000).do({ kind: 'begin', batch: 'a' }).pass(1_000)
  }

  it('[RUN-16.18] [RUN-16.35] is uncertain until a live message tells that the clock was set', () => {
    const run = joined()
      .do({ kind: 'set', by: -120_000 })
      .pass(5_000)
      .do({ kind: 'cut' })
      .pass(200_000)
      .do({ kind: 'join' })
    run.pass(1_200).do({ kind: 'begin', batch: 'b' })
    expect(run.view.batches[1]).toMatchObject({ durationUncertain: true })
    run.pass(2_000).do({ kind: 'line' })
    expect(run.view.batches[1]).not.toHaveProperty('durationUncertain')
    expect(elapsed({ ...run.view.batches[1]!, clockOffset: run.view.clockOffset }, run.ours)).toBeLessThanOrEqual(2_000)
  })

  it('[RUN-16.18] [RUN-16.35] leaves nothing uncertain where it was only delayed', () => {
    const run = joined().do({ kind: 'cut' }).pass(5_000).do({ kind: 'join' }).pass(1_200)
    run.do({ kind: 'delay', by: 4_000 }).do({ kind: 'begin', batch: 'b' }).pass(4_000)
    expect(run.view.batches[1]).toMatchObject({ durationUncertain: true })
    run.do({ kind: 'delay', by: 0 }).pass(2_000).do({ kind: 'line' })
    expect([run.view, ...run.view.batches].filter(({ durationUncertain }) => durationUncertain)).toEqual([])
  })
})
