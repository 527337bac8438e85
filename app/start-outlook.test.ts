import { describe, expect, it } from 'vitest'
import { startOutlook } from './start-outlook'

const read = (completed: number, total: number) => ({ state: 'read' as const, total, completed, runs: [] })

describe('[START-1.3] [START-1.4] [START-1.5] what a start will do', () => {
  it.each([
    [0, 14, false, 'No batch of the plan is completed yet: a start runs all 14.'],
    [0, 14, true, 'No batch of the plan is completed yet: a dry run goes through all 14, without agents.'],
    [0, 1, false, 'No batch of the plan is completed yet: a start runs it.'],
    [1, 14, false, '1 of 14 batches is completed already: a start runs the remaining 13.'],
    [5, 14, false, '5 of 14 batches are completed already: a start runs the remaining 9.'],
    [5, 14, true, '5 of 14 batches are completed already: a dry run goes through the remaining 9, without agents.'],
    [13, 14, false, '13 of 14 batches are completed already: a start runs the remaining 1.'],
  ])('%i of %i, dry run %s', (completed, total, dryRun, text) => {
    expect(startOutlook(read(completed, total), dryRun)).toBe(text)
  })

  it.each([
    [
      14,
      false,
      /^All 14 batches of the plan are completed already: a start does nothing, .* as 14\/14\. .*plan\.yaml to pending/,
    ],
    [14, true, /^All 14 batches of the plan are completed already: a dry run does nothing, .* as 14\/14\./],
    [1, false, /^The only batch of the plan is completed already: a start does nothing, .* as 1\/1\./],
  ])('all of %i, dry run %s', (total, dryRun, text) => {
    expect(startOutlook(read(total, total), dryRun)).toMatch(text)
  })

  it('[START-1.1] says that there is nothing to start, and what to do', () => {
    expect(startOutlook(read(0, 0), false)).toMatch(/holds no batch.*Plan the spec again/)
    const gone = { total: 0, completed: 0, runs: [] }
    expect(startOutlook({ state: 'missing', ...gone }, false)).toMatch(/no plan any more, so a start fails\. Plan it/)
    expect(startOutlook({ state: 'unreadable', ...gone }, true)).toMatch(
      /can’t read the plan, so a start fails\. Repair/,
    )
  })
})
