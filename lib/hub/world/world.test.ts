import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { play, stories, type Deed, type Story } from './testing-deeds'
import { simulatedFetch } from './testing-network'
import { pinned } from './testing-pinned'
import { seedOfCode } from './testing-seed'
import { shrunk } from './testing-shrink'

vi.mock('ws', async () => ({ WebSocket: (await import('./testing-network')).SimulatedSocket }))
vi.mock('node:timers/promises', async () => ({ setTimeout: (await import('./testing-time')).sleep }))
vi.stubGlobal('fetch', simulatedFetch)

/** How many stories are told, and which: others with each change of the code, unless a seed says which ones. */
const RUNS = Number(process.env['WORLD_RUNS'] ?? 500)
const SEED = Number(process.env['WORLD_SEED'] ?? seedOfCode())
/** So many deeds a story has, as a mean. */
const STEPS = 200
/** How long what was found is made smaller; then it is told as it is, ms. */
const SHRINKS_FOR = 120_000
/** A story takes some 100 ms; ms. */
const PATIENCE = 120_000 + RUNS * 1_000

describe('any story of the whole', () => {
  it(
    '[SYNC-10] [RUN-1] [RUN-2] [REC-3] [DOCK-2] ends right on every page, and no page claims what was not so',
    async () => {
      const property = fc.asyncProperty(stories(STEPS), async story => {
        await play(story)
      })
      const told = await fc.check(property, { numRuns: RUNS, seed: SEED, endOnFailure: true })
      const which = `${told.numRuns} stories of seed ${SEED}`
      if (told.counterexample) throw await counterexample(told.counterexample[0], which)
      console.log(`the world is right in ${which}`)
    },
    PATIENCE + SHRINKS_FOR,
  )
})

const kindOf = (deed: Deed) => `${deed.do} ${'run' in deed ? deed.run : ''}`

/** What to pin, as short as it becomes in the time, and what is wrong with it. */
async function counterexample({ setting, deeds }: Story, which: string): Promise<Error> {
  const until = performance.now() + SHRINKS_FOR
  let cause: unknown = null
  const fails = async (deeds: readonly Deed[]) => {
    try {
      await play({ setting, deeds })
      return false
    } catch (error) {
      cause = error
      return true
    }
  }
  const left = await shrunk(deeds, kindOf, fails, () => performance.now() < until)
  await fails(left)
  const lines = left.map(deed => `    ${JSON.stringify(deed)},\n`).join('')
  const story = `{\n  setting: ${JSON.stringify(setting)},\n  deeds: [\n${lines}  ],\n}`
  return new Error(`The last of ${which} goes wrong. Shrunk, to be pinned:\n${story}\n${String(cause)}`, { cause })
}

describe('a story', () => {
  it('is the same however often it is told, and whatever was told before', async () => {
    const endings: number[] = []
    const [story] = fc.sample(stories(STEPS), { numRuns: 1, seed: 7 })
    if (!story) throw new Error('No story')
    for (let n = 0; n < 3; n++) endings.push((await play(story)).random(2 ** 30))
    expect(endings).toEqual([endings[0], endings[0], endings[0]])
  })
})

describe('a story that was found', () => {
  for (const [name, story] of Object.entries(pinned)) it(name, () => play(story).then(() => undefined))
})
