import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { believable, seeded } from './script'

const tasks = [{ id: 'T1', title: 'Create the table', description: '', file: 'db/1.sql' }]

describe('seeded', () => {
  it('is uniform in [0, 1), the same for the same seed, another for another', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 20 }), seed => {
        const [one, same, other] = [seeded(seed), seeded(seed), seeded(`${seed}x`)]
        const drawn = Array.from({ length: 500 }, one)
        expect(drawn.every(chance => chance >= 0 && chance < 1)).toBe(true)
        expect(Math.abs(drawn.reduce((sum, chance) => sum + chance) / 500 - 0.5)).toBeLessThan(0.1)
        expect(Array.from({ length: 500 }, same)).toEqual(drawn)
        expect(other()).not.toBe(drawn[0])
      }),
      { seed: 1 },
    )
  })
})

describe('believable', () => {
  it('takes 9 to 18 seconds and names every task', () => {
    fc.assert(
      fc.property(fc.string(), id => {
        const { ms, lines } = believable(
          { runId: 'r1', id, name: id, reasoning: '', worktree: '/w', tasks },
          seeded(id),
        )
        expect(ms).toBeGreaterThanOrEqual(9000)
        expect(ms).toBeLessThan(18_000)
        expect(lines.map(({ text }) => text)).toContain('T1: Create the table')
      }),
    )
  })
})
