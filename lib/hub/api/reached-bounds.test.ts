import { expect, it } from 'vitest'
import { noted } from '../../run/findings'
import { ReachedBounds } from './reached-bounds'

const TOO_MANY = noted('too-many-batches', 'This run has more than 2,000 batches; the rest are not shown.')
const MORE = noted('more', '7 more findings are not listed.')
const OTHER = noted('orphan', 'A container still runs.')

it('[SAFE-5.33] counts a bound when it is reached, by each run, and again where it was left meanwhile', () => {
  const counted: unknown[] = []
  const bounds = new ReachedBounds({ refused: (bound, details) => counted.push([bound, details]) })
  const [one, two] = [{}, {}]
  const look = (whose: object, ...findings: (typeof OTHER)[]) => {
    bounds.look(whose, findings, { runId: whose === one ? 'one' : 'two' })
    return counted.splice(0)
  }
  expect(look(one, OTHER)).toEqual([])
  expect(look(one, TOO_MANY, OTHER)).toEqual([['batches', { runId: 'one' }]])
  expect(look(one, TOO_MANY)).toEqual([])
  expect(look(one, TOO_MANY, OTHER, MORE)).toEqual([['findings', { runId: 'one' }]])
  expect(look(two, TOO_MANY)).toEqual([['batches', { runId: 'two' }]])
  expect(look(one, TOO_MANY)).toEqual([])
  expect(look(one, TOO_MANY, MORE)).toEqual([['findings', { runId: 'one' }]])
})
