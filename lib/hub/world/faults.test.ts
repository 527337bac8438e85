import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { play, stories } from './testing-deeds'
import { faults } from './testing-faults'
import { simulatedFetch } from './testing-network'

vi.mock('ws', async () => ({ WebSocket: (await import('./testing-network')).SimulatedSocket }))
vi.mock('node:timers/promises', async () => ({ setTimeout: (await import('./testing-time')).sleep }))
vi.stubGlobal('fetch', simulatedFetch)

const RUNS = 100

describe('the oracle of the whole', () => {
  for (const [name, fault] of Object.entries(faults)) {
    it(`notices ${name}`, async () => {
      const property = fc.asyncProperty(stories(200), async story => {
        await play(story, fault)
      })
      const found = await fc.check(property, { seed: 1, numRuns: RUNS, endOnFailure: true })
      expect(found.failed).toBe(true)
    }, 600_000)
  }
})
