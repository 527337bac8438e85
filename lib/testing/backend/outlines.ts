import fc from 'fast-check'

/** For tests: generated outlines of runs, for each generation of the backend. */

export type Generation = 'A' | 'B' | 'C'
export type Ending = 'success' | 'batch-failure' | 'merge-failure' | 'abort' | 'deadlock' | 'bad-files' | 'open'

export interface Outline {
  generation: Generation
  batches: { id: string; name: string; after: number[]; completed: boolean }[]
  ending: Ending
  dryRun: boolean
  /** The random decisions, in order. */
  dice: number[]
  /** The lines that agents print, in order. */
  prints: { type: 'log' | 'error'; message: string }[]
}

const IDS = [
  'setup',
  'ui',
  'Build',
  '1',
  '10',
  'batch-1',
  '__proto__',
  'constructor',
  'a b',
  "it's",
  '"q"',
  '[x]',
  'x.',
  'Mail',
]
const NAMES = [
  ...['Project Setup', 'Build', 'Build UI', 'ui', 'Batch 1', 'Batch 10', 'Mail', 'Mail', 'Search.', 'Search. Index'],
  ...["Worker's Queue", '"quoted"', '__proto__', '  spaced ', 'two\nlines', '🚀 Launch', '[core] x', '1', 'setup'],
]

const sentences = fc.tuple(fc.constantFrom(...IDS), fc.constantFrom(...NAMES), fc.nat(11)).map(([id, name, which]) => {
  const all = [
    `Spawning batch: ${name}`,
    `[Orchestrator] Spawning batch: ${name}`,
    `Batch ${id} completed on branch worktree/main/ckrv-batch-${id}-1a2b3c`,
    `[Batch] Mission completed: ${name}`,
    `   ✅ Successfully merged batch '${name}'`,
    `   ✅ Batch '${name}' already completed, skipping`,
    'Execution aborted by user.',
    'Execution failed: x',
    'Execution failed: Error\n\nCaused by:\n    y',
    'Spec not found: 009-none',
    `Merging branch worktree/main/ckrv-batch-${id}-1a2b3c`,
    'All batches completed successfully.',
  ]
  return all[which] ?? ''
})

const prints = fc.record({
  type: fc.constantFrom('log', 'error'),
  message: fc.oneof(
    sentences,
    fc.constantFrom('', 'working', 'same words', 'a\r', '\u001b[1mbold\u001b[0m', '{}'),
    fc.string(),
  ),
})

/** A plan with hostile ids and names, and the course of its run. */
export const outlines = (
  generation: fc.Arbitrary<Generation> = fc.constantFrom('A', 'B', 'C'),
): fc.Arbitrary<Outline> =>
  fc.record({
    generation,
    batches: fc.uniqueArray(
      fc.record({
        id: fc.constantFrom(...IDS),
        name: fc.constantFrom(...NAMES),
        after: fc.array(fc.nat(6), { maxLength: 2 }),
        completed: fc.integer({ min: 0, max: 4 }).map(n => n === 0),
      }),
      { selector: ({ id }) => id, minLength: 1, maxLength: 7 },
    ),
    ending: fc.constantFrom('success', 'batch-failure', 'merge-failure', 'abort', 'deadlock', 'bad-files', 'open'),
    dryRun: fc.integer({ min: 0, max: 5 }).map(n => n === 0),
    dice: fc.array(fc.nat(1_000), { minLength: 40, maxLength: 40 }),
    prints: fc.array(prints, { minLength: 1, maxLength: 12 }),
  })
