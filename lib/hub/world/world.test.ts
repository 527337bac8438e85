import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { play, stories, type Deed, type Story } from './testing-deeds'
import { CLEAR, simulatedFetch } from './testing-network'
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

/** What the world has once shown, smallest as it was found. */
const calm = { seed: 0, generation: 'C', dryRun: false, backendSkew: 0, dockerSkew: 0 } as const
const maybeFailed: Deed[] = [
  { do: 'start here', run: 2 },
  { do: 'pass', ms: 300 },
  { do: 'step', run: 2, how: 0 },
  { do: 'pass', ms: 300 },
  { do: 'print', run: 2, stream: 'stderr', text: 'Execution failed: Task failed' },
]
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
  '[RUN-4] a stop that was accepted by a backend that died before the word of it came through': {
    setting: { ...calm, generation: 'B' },
    deeds: [
      { do: 'start here', run: 0 },
      { do: 'pass', ms: 10 },
      { do: 'stop here', run: 0 },
      { do: 'cut readers' },
      { do: 'pass', ms: 10 },
      { do: 'backend dies' },
    ],
  },
  '[RUN-11] a stop that is accepted of a run that was unknown until then': {
    setting: calm,
    deeds: [
      { do: 'backend path', path: { ...CLEAR, refuses: true } },
      { do: 'follow', run: 0 },
      { do: 'pass', ms: 4_000 },
      { do: 'backend path', path: CLEAR },
      { do: 'pass', ms: 4_000 },
      { do: 'stop here', run: 0 },
      { do: 'start elsewhere', run: 0 },
    ],
  },
  '[DOCK-5] a question of one incarnation that is answered when the next one is at work': {
    setting: calm,
    deeds: [
      { do: 'docker path', path: { ...CLEAR, late: 3_000, lost: 10 } },
      { do: 'pass', ms: 12_000 },
      { do: 'start here', run: 1 },
      { do: 'pass', ms: 60 },
      { do: 'step', run: 1, how: 3 },
      { do: 'pass', ms: 4_000 },
      { do: 'restart', down: 0, skew: 1_000, noticed: true, torn: false },
      { do: 'container ends', container: 17, exitCode: 1, removed: true },
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
  '[RUN-4] a stop that is accepted before the stream has ever been open': {
    setting: { ...calm, generation: 'A' },
    deeds: [
      { do: 'start elsewhere', run: 0 },
      { do: 'follow', run: 0 },
      { do: 'stop here', run: 0 },
      { do: 'backend path', path: { ...CLEAR, refuses: true } },
      { do: 'pass', ms: 4_000 },
    ],
  },
  '[RUN-2] a start, asked for just as another one of the same id is refused, and who follows that': {
    setting: { ...calm, generation: 'A' },
    deeds: [
      { do: 'pass', ms: 60 },
      { do: 'backend path', path: { ...CLEAR, refuses: true, silent: true } },
      { do: 'start here', run: 3 },
      { do: 'print', run: 1, stream: 'stderr', text: 'working' },
      { do: 'container ends', container: 13, exitCode: 0, removed: false },
      { do: 'follow', run: 3 },
      { do: 'pass', ms: 10 },
      { do: 'start here', run: 3 },
    ],
  },
  '[RUN-4] a stop is all that is known of a run whose backend then dies': {
    setting: calm,
    deeds: [
      { do: 'start elsewhere', run: 1 },
      { do: 'backend path', path: { ...CLEAR, refuses: true } },
      { do: 'follow', run: 1 },
      { do: 'pass', ms: 12_000 },
      { do: 'backend path', path: CLEAR },
      { do: 'stop here', run: 1 },
      { do: 'pass', ms: 300 },
      { do: 'backend dies' },
    ],
  },
  '[REC-3] [RUN-4] a run that the engine’s silence has ended, in a dashboard that is killed': {
    setting: { ...calm, generation: 'B' },
    deeds: [
      ...maybeFailed,
      ...Array.from({ length: 6 }, () => ({ do: 'pass' as const, ms: 12_000 })),
      { do: 'restart', down: 2_000, skew: 0, noticed: true, torn: false },
      { do: 'pass', ms: 12_000 },
    ],
  },
  '[RUN-4] a run that was aborted, whose agents go on, and one of which had printed that it failed': {
    setting: { ...calm, generation: 'B' },
    deeds: [
      ...maybeFailed,
      { do: 'pass', ms: 4_000 },
      { do: 'stop here', run: 2 },
      ...Array.from({ length: 7 }, (): Deed[] => [
        { do: 'pass', ms: 12_000 },
        { do: 'print', run: 2, stream: 'stdout', text: 'working' },
      ]).flat(),
    ],
  },
  '[REC-3] a run is followed of which nothing could be heard yet': {
    setting: calm,
    deeds: [
      { do: 'backend dies' },
      { do: 'follow', run: 0 },
      { do: 'pass', ms: 4_000 },
      { do: 'restart', down: 0, skew: 0, noticed: false, torn: false },
    ],
  },
  '[SYNC-9] who waits for a start that is about to be refused, in a dashboard that is killed': {
    setting: calm,
    deeds: [
      { do: 'start elsewhere', run: 0 },
      { do: 'start here', run: 0 },
      { do: 'follow', run: 0 },
      { do: 'restart', down: 2_000, skew: 0, noticed: true, torn: true },
    ],
  },
  '[RUN-2] a start before which the plan could not be read': {
    setting: { ...calm, generation: 'B' },
    deeds: [
      { do: 'start here', run: 2 },
      { do: 'backend path', path: { ...CLEAR, silent: true } },
      { do: 'pass', ms: 12_000 },
      { do: 'backend path', path: CLEAR },
      { do: 'restart', down: 0, skew: 1_000, noticed: true, torn: false },
      { do: 'pass', ms: 300 },
      { do: 'start here', run: 2 },
      { do: 'restart', down: 15_000, skew: 0, noticed: false, torn: false },
    ],
  },
  '[DOCK-5] an agent that was gone when the dashboard was killed, of a run that is evicted and followed again': {
    setting: { ...calm, generation: 'A' },
    deeds: [
      { do: 'start here', run: 0 },
      { do: 'pass', ms: 10 },
      { do: 'step', run: 0, how: 207 },
      { do: 'pass', ms: 300 },
      { do: 'start elsewhere', run: 2 },
      { do: 'step', run: 0, how: 396 },
      { do: 'start here', run: 3 },
      { do: 'pass', ms: 300 },
      { do: 'restart', down: 0, skew: -1_000, noticed: false, torn: false },
      { do: 'step', run: 3, how: 163 },
      { do: 'step', run: 0, how: 316 },
      { do: 'step', run: 2, how: 107 },
      { do: 'pass', ms: 300 },
      { do: 'step', run: 0, how: 93 },
      { do: 'step', run: 3, how: 49 },
      { do: 'step', run: 2, how: 152 },
      { do: 'follow', run: 2 },
      { do: 'pass', ms: 12_000 },
      { do: 'pass', ms: 12_000 },
      { do: 'visit', skew: 4_000, ms: 4_000 },
      { do: 'pass', ms: 4_000 },
      { do: 'follow', run: 0 },
    ],
  },
  '[SYNC-9] a run that two incarnations in a row find the backend not to know': {
    setting: calm,
    deeds: [
      { do: 'backend path', path: { ...CLEAR, refuses: true } },
      { do: 'follow', run: 0 },
      { do: 'restart', down: 0, skew: 0, noticed: false, torn: false },
      { do: 'visit', skew: 0, ms: 0 },
      { do: 'restart', down: 15_000, skew: 0, noticed: false, torn: false },
    ],
  },
}

describe('a story that was found', () => {
  for (const [name, story] of Object.entries(pinned)) it(name, () => play(story).then(() => undefined))
})
