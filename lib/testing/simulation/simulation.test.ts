import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { often } from '../support/often'
import { play, stories, type Story } from './actions'
import { pinned } from './pins/pinned'
import { quietStories } from './quiet-stories'
import { printed, shrunk, wrongIn } from './shrink'

vi.mock('ws', async () => ({ WebSocket: (await import('./simulated-network')).SimulatedSocket }))
vi.mock('../../run/view', async view => (await import('../run/checked-view')).checkedView(await view()))
vi.mock('node:timers/promises', async () => ({ setTimeout: (await import('./virtual-time')).sleep }))
vi.mock('../../backend/request', async original => ({
  ...(await original<object>()),
  request: (await import('./simulated-network')).simulatedRequest,
}))

/** How many stories are played, and which: fixed ones every day, random ones with `npm run fuzz`. */
const RUNS = Number(process.env['WORLD_RUNS'] ?? often(50, 500))
const SEED = Number(process.env['WORLD_SEED'] ?? 5)
/** The part of them that this process plays, as `part/parts`. */
const [PART = 0, PARTS = 1] = (process.env['WORLD_PART'] ?? '0/1').split('/').map(Number)
/** Stories are played in hundreds: the first hundred uses the seed, the next one the seed after it. */
const HUNDRED = 100
/** How many actions a story has on average. */
const STEPS = 200
/** How long a found failure is shortened before it is reported, ms. */
const SHRINKS_FOR = 120_000
/** A story takes half a second, on a busy machine much more; ms. */
const PATIENCE = 120_000 + RUNS * 4_000

describe('any story of the whole', () => {
  it(
    '[SYNC-10.1] [RUN-1] [RUN-2] [REC-3.1] [DOCK-2] ends right on every page, and no page claims what was not so',
    async () => {
      const property = fc.asyncProperty(stories(STEPS), async story => {
        await play(story)
      })
      for (let hundred = PART; hundred * HUNDRED < RUNS; hundred += PARTS) {
        const seed = (SEED + hundred) % 2 ** 31
        const numRuns = Math.min(HUNDRED, RUNS - hundred * HUNDRED)
        const told = await fc.check(property, { numRuns, seed, endOnFailure: true })
        const which = `${told.numRuns} stories of seed ${seed}`
        if (told.counterexample) throw await counterexample(told.counterexample[0], which)
        console.log(`the simulation is right in ${which}`)
      }
    },
    PATIENCE + SHRINKS_FOR,
  )
})

describe('any quiet story', () => {
  it(
    '[DOCK-4.38] shows no container with another run or batch than its own, at any moment',
    async () => {
      const property = fc.asyncProperty(quietStories(20), async story => {
        await play(story)
      })
      await fc.assert(property, { numRuns: Math.ceil(RUNS / 4), seed: SEED, endOnFailure: true })
    },
    PATIENCE,
  )
})

/** The story to pin, as short as it becomes in the time, and its error. */
async function counterexample(story: Story, which: string): Promise<Error> {
  console.log(`The last of ${which} goes wrong:\n${printed(story)}`)
  const short = await shrunk(story, play, SHRINKS_FOR)
  const cause = await wrongIn(play, short)
  return new Error(`The last of ${which} goes wrong. To be pinned:\n${printed(short)}\n${String(cause)}`, { cause })
}

describe('a story', () => {
  it(
    'is the same however often it is told, and whatever was told before',
    async () => {
      const endings: number[] = []
      const [story] = fc.sample(stories(STEPS), { numRuns: 1, seed: 7 })
      if (!story) throw new Error('No story')
      for (let n = 0; n < 3; n++) endings.push((await play(story)).random(2 ** 30))
      expect(endings).toEqual([endings[0], endings[0], endings[0]])
    },
    PATIENCE,
  )
})

describe('a story that was found', () => {
  for (const [name, story] of Object.entries(pinned)) it(name, () => play(story).then(() => undefined), PATIENCE)
})
