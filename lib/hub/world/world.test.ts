import fc from 'fast-check'
import { describe, it, vi } from 'vitest'
import { play, stories } from './testing-deeds'
import { simulatedFetch } from './testing-network'

vi.mock('ws', async () => ({ WebSocket: (await import('./testing-network')).SimulatedSocket }))
vi.mock('node:timers/promises', async () => ({ setTimeout: (await import('./testing-time')).sleep }))
vi.stubGlobal('fetch', simulatedFetch)

const RUNS = Number(process.env['WORLD_RUNS'] ?? 500)
const SEED = process.env['WORLD_SEED']

describe('any story of the whole', () => {
  it('[SYNC-10] [RUN-1] [RUN-2] [DOCK-2] ends right on every page, and no page claims what was not so', async () => {
    await fc.assert(
      fc.asyncProperty(stories(200), async story => {
        await play(story)
      }),
      { numRuns: RUNS, ...(SEED === undefined ? {} : { seed: Number(SEED) }) },
    )
  }, 3_600_000)
})
