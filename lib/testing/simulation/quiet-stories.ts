import fc from 'fast-check'
import type { Action, Story } from './actions'
import { CLEAR } from './simulated-network'

/** After this time the containers of the batches that have begun exist, and the backend's messages were heard; ms. */
const OUTLASTS = 900

const runs = fc.uniqueArray(fc.nat({ max: 5 }), { minLength: 1, maxLength: 3 })

/** Some runs are started, and some go on by a step, all within a moment; then there is time for what they have begun. Times in ms. */
interface Turn {
  starts: number[]
  steps: { run: number; how: number }[]
  /** Between two of them. */
  apart: number
  /** How late the backend's messages come. */
  late: number
  rest: number
}

const turn: fc.Arbitrary<Turn> = fc.record({
  starts: fc.oneof({ weight: 3, arbitrary: fc.constant<number[]>([]) }, { weight: 1, arbitrary: runs }),
  apart: fc.constantFrom(0, 0, 10, 60, 300),
  steps: fc.uniqueArray(fc.record({ run: fc.nat({ max: 5 }), how: fc.nat({ max: 400 }) }), {
    ...{ selector: ({ run }) => run, minLength: 1, maxLength: 3 },
  }),
  late: fc.constantFrom(0, 0, 100, 400),
  rest: fc.constantFrom(0, 60, 300, 4_000, 12_000),
})

/** Stories of runs that are all started here, in which nothing is lost; see `Setting.quiet`. */
export const quietStories = (turns: number): fc.Arbitrary<Story> =>
  fc.record({
    setting: fc.record({
      seed: fc.nat(),
      generation: fc.constantFrom('A' as const, 'B' as const, 'C' as const),
      dryRun: fc.constant(false),
      backendSkew: fc.constant(0),
      dockerSkew: fc.constant(0),
      quiet: fc.constant(true as const),
    }),
    actions: fc.array(turn, { maxLength: 2 * turns, size: 'max' }).map(all => all.flatMap(actionsOf)),
  })

const actionsOf = ({ starts, steps, apart, late, rest }: Turn): Action[] => [
  { do: 'backend path', path: { ...CLEAR, late } },
  ...starts.flatMap((run): Action[] => [
    { do: 'start here', run },
    { do: 'pass', ms: apart },
  ]),
  ...steps.flatMap(({ run, how }): Action[] => [
    { do: 'step', run, how },
    { do: 'pass', ms: apart },
  ]),
  { do: 'pass', ms: OUTLASTS + rest },
]
