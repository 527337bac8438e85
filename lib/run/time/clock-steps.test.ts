import { describe, expect, it } from 'vitest'
import { foldClock, RunClock, type KeptSteps } from './clock-steps'
import { clockFindings } from './durations'
import type { ClockStep, HistoryReading } from '../observation'
import { foldOurClock, ourClockFindings } from './our-clock'
import { emptyRun } from '../run'
import { agent, SECOND, T0 } from '../../testing/run/told-run'

const MINUTE = 60 * SECOND

/** A step back by a minute, before the message at index `from`, which is stamped `from` seconds after `T0`. */
const step = (from: number, over: Partial<ClockStep> = {}): ClockStep => ({
  ...{ id: `m${from}`, from, since: from, until: from, stamp: T0 + from * SECOND },
  ...{ correction: MINUTE, basis: 'measured', ...over },
})

function stepsOf(count: number): KeptSteps {
  const steps: KeptSteps = new Map()
  for (let n = 1; n <= count; n += 1) foldClock(steps, { id: `m${n}`, connection: 1, clock: step(n) })
  return steps
}

describe('the steps of the backend’s clock', () => {
  it('[RUN-16.10] are 64 at most, and the last one is in doubt where there are more', () => {
    const basesOf = (count: number) => [...stepsOf(count).values()].map(({ basis }) => basis)
    expect(basesOf(64)).toEqual(Array(64).fill('measured'))
    expect(basesOf(65)).toEqual([...Array<string>(63).fill('measured'), 'doubt'])
    expect(basesOf(200)).toEqual(basesOf(65))
  })

  it('[RUN-16.8] are findings where they have a size, five at most', () => {
    const run = emptyRun()
    run.clockSteps = stepsOf(9)
    expect(clockFindings(run).map(({ kind }) => kind)).toEqual(Array(5).fill('clock-set'))
    run.clockSteps = new Map()
    foldClock(run.clockSteps, { id: 'm1', connection: 1, clock: step(1, { correction: 0, basis: 'doubt' }) })
    expect(clockFindings(run)).toEqual([])
  })

  it('[RUN-16.9] correct the history’s times by the latest reading that is not in the future', () => {
    const clock = new RunClock(stepsOf(1))
    const entry = (at: number, endedAt: number): HistoryReading => ({
      ...{ kind: 'history', at, id: 'h', status: 'completed', dryRun: false, startedAt: T0 - SECOND, endedAt },
      ...{ error: null, batches: [] },
    })
    const endedAt = T0 + 30 * SECOND
    // The entry was read so long after the step that both readings are possible, or too soon for the later one.
    expect(clock.correctedEntry(entry(T0 + 2 * MINUTE, endedAt), 0)).toMatchObject({
      ...{ startedAt: T0 - SECOND + MINUTE, endedAt: endedAt + MINUTE },
    })
    expect(clock.correctedEntry(entry(T0 + MINUTE, endedAt), 0)).toMatchObject({ endedAt })
    expect(clock.correctedEntry(entry(T0 + 2 * MINUTE, T0 - MINUTE), 0)).toMatchObject({ endedAt: T0 - MINUTE })
  })

  it('[RUN-16.9] correct a container’s times by the reading that is nearer to when it was seen', () => {
    const clock = new RunClock(stepsOf(1))
    const createdAt = T0 + 30 * SECOND
    const seen = (seenRunningAt: number) =>
      clock.correctedContainer(agent('c', { createdAt, startedAt: null, seenRunningAt }), 0).createdAt
    expect(seen(createdAt + MINUTE + SECOND)).toBe(createdAt + MINUTE)
    expect(seen(createdAt + SECOND)).toBe(createdAt)
    // The Engine’s clock is ahead: both readings are later than the sight of it.
    expect(seen(createdAt - 10 * SECOND)).toBe(createdAt)
  })

  it('[RUN-16.9] correct a container’s times also where the Engine’s clock is ahead by seconds', () => {
    const clock = new RunClock(new Map([['m1', { ...step(1, { correction: -MINUTE }), connection: 1 }]]))
    const createdAt = T0 + 90 * SECOND
    const facts = agent('c', { createdAt, startedAt: null, seenRunningAt: T0 + 26 * SECOND })
    expect(clock.correctedContainer(facts, 0).createdAt).toBe(createdAt - MINUTE)
  })
})

describe('the steps of the machine’s clock', () => {
  it('[RUN-16.16] are 64 at most, of which five are findings', () => {
    const run = emptyRun()
    for (let n = 1; n <= 100; n += 1)
      foldOurClock(run, { kind: 'our-clock', at: T0 + n, by: SECOND, ahead: n * SECOND })
    expect(run.ourSteps).toHaveLength(64)
    expect(ourClockFindings(run).map(({ kind }) => kind)).toEqual(Array(5).fill('clock-set'))
  })
})
