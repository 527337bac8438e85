import fc from 'fast-check'
import { describe, it, vi } from 'vitest'
import { play, stories, type Story } from './testing-deeds'
import { simulatedFetch } from './testing-network'

vi.mock('ws', async () => ({ WebSocket: (await import('./testing-network')).SimulatedSocket }))
vi.mock('node:timers/promises', async () => ({ setTimeout: (await import('./testing-time')).sleep }))
vi.stubGlobal('fetch', simulatedFetch)

/** How many stories are told; `npm run fuzz` tells more. */
const RUNS = Number(process.env['WORLD_RUNS'] ?? 60)
/** The same stories each time: the simulation itself is not yet beyond doubt. `npm run fuzz` tells others. */
const SEED = Number(process.env['WORLD_SEED'] ?? 1)

describe('any story of the whole', () => {
  it('[SYNC-10] [RUN-1] [RUN-2] [DOCK-2] ends right on every page, and no page claims what was not so', async () => {
    await fc.assert(
      fc.asyncProperty(stories(200), async story => {
        await play(story)
      }),
      { numRuns: RUNS, seed: SEED, endOnFailure: true },
    )
  }, 3_600_000)
})

/** What the world has once shown, smallest as it was found. */
const calm = { seed: 0, generation: 'C', dryRun: false, backendSkew: 0, dockerSkew: 0 } as const
const CLEAR_BUT_REFUSING = { refuses: true, silent: false, late: 0, twice: 0, lost: 0 }
const pinned: Record<string, Story> = {
  '[RUN-4] a stop of an id whose start is about to be refused': {
    setting: calm,
    deeds: [
      { do: 'start elsewhere', run: 2 },
      { do: 'start here', run: 2 },
      { do: 'stop here', run: 2 },
      { do: 'pass', ms: 4_000 },
      { do: 'follow', run: 2 },
    ],
  },
  '[RUN-2] who follows an id whose start is about to be refused': {
    setting: calm,
    deeds: [
      { do: 'start elsewhere', run: 0 },
      { do: 'start here', run: 0 },
      { do: 'follow', run: 0 },
    ],
  },
  '[RUN-2] who follows an id just before its start is tried': {
    setting: calm,
    deeds: [
      { do: 'start elsewhere', run: 0 },
      { do: 'follow', run: 0 },
      { do: 'start here', run: 0 },
    ],
  },
  '[RUN-4] a stop in the very second in which the run completes': {
    setting: calm,
    deeds: [
      { do: 'start here', run: 3 },
      { do: 'pass', ms: 10 },
      { do: 'step', run: 3, how: 0 },
      { do: 'step', run: 3, how: 0 },
      { do: 'step', run: 3, how: 0 },
      { do: 'step', run: 3, how: 0 },
      { do: 'stop here', run: 3 },
    ],
  },
  '[SYNC-9] a run that two incarnations in a row find the backend not to know': {
    setting: calm,
    deeds: [
      { do: 'backend path', path: CLEAR_BUT_REFUSING },
      { do: 'follow', run: 0 },
      { do: 'restart', down: 0, skew: 0, noticed: false },
      { do: 'visit', skew: 0, ms: 0 },
      { do: 'restart', down: 15_000, skew: 0, noticed: false },
    ],
  },
}

describe('a story that was found', () => {
  for (const [name, story] of Object.entries(pinned)) it(name, () => play(story).then(() => undefined))
})
