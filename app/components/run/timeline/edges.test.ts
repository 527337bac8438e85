import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { edgesOf, type ChartClock } from './edges'

const START = Date.parse('2026-01-15T14:00:00.250Z')
const clock: ChartClock = {
  ...{ startedAt: new Date(START).toISOString(), clockOffset: 0, isLive: true, isSeen: true },
  ...{ frozenAt: null, unseenAt: null, latest: 0, isPast: false },
}

describe('the edges of the chart', () => {
  it('[PAGE-10.6] of a past moment are that moment, for claims and evidence alike', () => {
    const past = { ...clock, isPast: true, latest: 1_000 }
    expect(edgesOf(past, START + 1_000)).toEqual({
      claims: 1_000,
      evidence: 1_000,
      edge: { at: 1_000, kind: 'then' },
    })
    // The backend was silent then: its claims end where it was heard last.
    expect(edgesOf({ ...past, frozenAt: START + 700 }, START + 1_000)).toEqual({
      claims: 200,
      evidence: 1_000,
      edge: { at: 200, kind: 'heard' },
    })
  })

  it('[PAGE-5.9] while the run goes on are behind as its timer, but not behind what is told', () => {
    expect(edgesOf(clock, START + 1_000).edge).toEqual({ at: 500, kind: 'live' })
    expect(edgesOf({ ...clock, latest: 900 }, START + 1_000).edge?.at).toBe(900)
    // A clock that is ahead does not move the edge into the future.
    expect(edgesOf({ ...clock, latest: 9_000 }, START + 1_000).edge?.at).toBe(1_000)
    expect(edgesOf({ ...clock, isLive: false, latest: 9_000 }, START + 20_000)).toMatchObject({
      claims: 9_000,
      edge: null,
    })
  })

  it('[PAGE-5.9] never go back as time passes and more is told', () => {
    const steps = fc.array(fc.record({ passed: fc.nat(3_000), told: fc.nat(3_000) }), { minLength: 1 })
    fc.assert(
      fc.property(steps, all => {
        let [now, latest, before] = [START, 0, 0]
        for (const { passed, told } of all) {
          now += passed
          latest = Math.max(latest, now - START - told)
          const { edge } = edgesOf({ ...clock, latest }, now)
          expect(edge?.at).toBeGreaterThanOrEqual(before)
          expect(edge?.at).toBeGreaterThanOrEqual(latest)
          before = edge?.at ?? 0
        }
      }),
    )
  })
})
