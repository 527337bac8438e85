import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { longerThanUsual } from './longer-than-usual'

const T0 = Date.parse('2026-01-15T14:00:00.000Z')
const MINUTE = 60_000
type Timed = Parameters<typeof longerThanUsual>[0]
const run = (changes: Partial<Timed> = {}): Timed => ({
  ...{ status: 'running', stopping: false, link: { backend: 'live', docker: 'off' } },
  ...{ startedAt: '2026-01-15T14:00:00.000Z', clockOffset: 0 },
  ...changes,
})
const took = (shortest: number, longest: number, runs = 8) => ({ runId: 'r', runs, shortest, longest })
const textOf = (ms: number, shortest: number, longest: number) =>
  longerThanUsual(run(), took(shortest, longest), T0 + ms)?.text

describe('[RUN-18.8] a run takes longer than usual', () => {
  it('once it is beyond the longest earlier one by half, and since then', () => {
    const usual = took(12 * MINUTE, 18 * MINUTE)
    expect(longerThanUsual(run(), usual, T0 + 27 * MINUTE - 1)).toBeNull()
    expect(longerThanUsual(run(), usual, T0 + 31 * MINUTE)).toEqual({
      kind: 'long',
      text: 'Has run 31 min; 8 earlier runs of its spec took 12 to 18 min. Look at what is at work.',
      at: '2026-01-15T14:27:00.000Z',
      batchId: null,
      containerId: null,
    })
  })

  it('by a minute at least, however short the others were', () => {
    const usual = took(1_000, 2_000)
    expect(longerThanUsual(run(), usual, T0 + 62_000 - 1)).toBeNull()
    expect(longerThanUsual(run(), usual, T0 + 62_000)?.at).toBe('2026-01-15T14:01:02.000Z')
  })

  it('by the server’s clock', () => {
    const usual = took(12 * MINUTE, 18 * MINUTE)
    expect(longerThanUsual(run({ clockOffset: 10 * MINUTE }), usual, T0 + 31 * MINUTE)).toBeNull()
    expect(longerThanUsual(run({ clockOffset: 10 * MINUTE }), usual, T0 + 37 * MINUTE)?.text).toContain('27 min')
  })

  it.each<[string, Partial<Timed>]>([
    ['is over', { status: 'completed' }],
    ['has not begun', { status: 'starting' }],
    ['is being stopped', { stopping: true }],
    ['began at an unknown time', { startedAt: null }],
  ])('but not one that %s', (_, changes) => {
    expect(longerThanUsual(run(changes), took(MINUTE, MINUTE), T0 + 600 * MINUTE)).toBeNull()
  })

  it('never while it is not the longest of all', () => {
    const times = fc.tuple(fc.nat(), fc.nat(), fc.nat())
    fc.assert(
      fc.property(times, ([a, b, ms]) => {
        const [shortest, longest] = [Math.min(a, b), Math.max(a, b)]
        expect(ms <= longest && longerThanUsual(run(), took(shortest, longest), T0 + ms) !== null).toBe(false)
      }),
    )
  })

  it('says the times in a unit that fits', () => {
    const told = (text: string | undefined) => /took (.*)\. Look/.exec(text ?? '')?.[1]
    expect(told(textOf(600 * MINUTE, 45_000, 70_000))).toBe('45 to 70 s')
    expect(told(textOf(600 * MINUTE, 200, 900))).toBe('less than 1 s')
    expect(told(textOf(600 * MINUTE, 45_000, 45_200))).toBe('45 s')
    expect(told(textOf(600 * MINUTE, 50_000, 150_000))).toBe('50 s to 3 min')
    expect(told(textOf(600 * MINUTE, 200, 30_000))).toBe('less than 1 s to 30 s')
    expect(told(textOf(600 * MINUTE, 20_000, 121 * MINUTE))).toBe('20 s to 2 h 01 min')
    expect(told(textOf(600 * MINUTE, 121 * MINUTE, 185 * MINUTE))).toBe('2 h 01 min to 3 h 05 min')
    expect(told(textOf(600 * MINUTE, 18 * MINUTE, 18 * MINUTE))).toBe('18 min')
    expect(told(textOf(600 * MINUTE, 50 * MINUTE, 185 * MINUTE))).toBe('50 min to 3 h 05 min')
    expect(textOf(605 * MINUTE, MINUTE, MINUTE)).toContain('Has run 10 h 05 min;')
  })

  it('never says that a run took 0 of a unit', () => {
    const ms = fc.oneof(fc.integer({ min: 1, max: 5 * MINUTE }), fc.integer({ min: 1, max: 5_000 * MINUTE }))
    fc.assert(
      fc.property(ms, ms, (a, b) => {
        const [shortest, longest] = [Math.min(a, b), Math.max(a, b)]
        const text = textOf(2 * longest + MINUTE, shortest, longest)
        expect(text).toMatch(/ took (?:less than )?[1-9]/)
        expect(text).not.toMatch(/\b0 /)
      }),
    )
  })
})
