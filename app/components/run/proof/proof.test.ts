import { describe, expect, it } from 'vitest'
import { countBatches } from '../../../../lib/run/counts'
import type { Batch, RunStatus } from '../../../../lib/run/model'
import { someBatch } from '../../../../lib/testing/run/documents'
import { doubtsOf, sinceOf, sourceOf, sumText, whyText } from './proof'

const ENDED = '2026-01-01T00:00:09.000Z'
const run = (batches: Batch[], status: RunStatus = 'running') => ({
  ...{ status, batches, basis: 'stream' as const, endedAt: status === 'running' ? null : ENDED },
  counts: countBatches(batches, true),
})
const why = (batch: Batch, ...others: Batch[]) => whyText(batch, run([batch, ...others]))

describe('why a batch counts', () => {
  it('[PAGE-7.2] names the source: stream, plan, history, elimination, or that it was completed before the run', () => {
    expect(why(someBatch('a', 'completed'))).toBe('The backend’s stream says so.')
    expect(why(someBatch('a', 'completed', { basis: 'plan' }))).toBe('The plan says so; the stream does not.')
    expect(why(someBatch('a', 'failed', { basis: 'history' }))).toBe(
      'The backend’s history says so; the stream does not.',
    )
    const before = someBatch('a', 'completed', { basis: 'plan', before: true })
    expect(sourceOf(before)).toBe('before')
    expect(why(before)).toMatch(/^Completed before this run began: the plan lists it/)
    expect(sourceOf(someBatch('a', 'completed', { basis: 'history' }))).toBe('history')
  })

  it('[PAGE-7.2] says what an inferred completion follows from', () => {
    const inferred = someBatch('a', 'completed', { basis: 'inferred' })
    expect(why(inferred, someBatch('b', 'running', { dependsOn: ['a'] }))).toBe(
      'No source says so: Batch b depends on it, and has begun.',
    )
    expect(whyText(inferred, run([inferred], 'completed'))).toMatch(/the whole run is completed/)
    expect(why(inferred)).toBe('No source says so itself; other claims prove it.')
  })

  it('[PAGE-7.2] says of a batch that has not begun that no message tells of it, not that one does', () => {
    const waiting = someBatch('a', 'pending')
    expect(why(waiting)).toBe('No message says that it began yet.')
    expect(whyText(waiting, run([waiting], 'failed'))).toBe('No message says that it began.')
    const aborted = someBatch('a', 'aborted', { endedAt: ENDED })
    expect(whyText(aborted, run([aborted], 'aborted'))).toBe('It was at work when the run ended.')
  })

  it('[PAGE-7.1] says since when, by what the batch is', () => {
    const times = { startedAt: 'start', endedAt: 'end' }
    expect(sinceOf(someBatch('a', 'completed', times))).toBe('end')
    expect(sinceOf(someBatch('a', 'running', times))).toBe('start')
    expect(sinceOf(someBatch('a', 'pending', times))).toBeNull()
  })
})

describe('the sum', () => {
  const batches = [someBatch('a', 'completed'), someBatch('b', 'running'), someBatch('c'), someBatch('d')]

  it('[PAGE-7.4] adds up to all batches', () => {
    expect(sumText(run(batches))).toBe('1 completed + 1 running + 2 waiting = 4')
    expect(sumText(run([someBatch('a', 'failed'), someBatch('b')], 'failed'))).toBe(
      '0 completed + 1 never started + 1 failed = 2',
    )
    expect(sumText(run([]))).toBe('0 completed = 0')
  })

  it('[PAGE-7.4] says what is doubtful: completed batches without a name, a total that is not known', () => {
    expect(doubtsOf(run(batches))).toEqual([])
    const unnamed = { ...run(batches), unnamedCompleted: 2 }
    expect(sumText(unnamed)).toBe('3 completed + 1 running = 4')
    expect(doubtsOf(unnamed)).toEqual([expect.stringMatching(/^2 batches of the completed are not named/)])
    const unknown = { ...run(batches), counts: countBatches(batches, false) }
    expect(doubtsOf(unknown)).toEqual([expect.stringMatching(/^How many batches there are in all is not known: 4 are/)])
  })
})
