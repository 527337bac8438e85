import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { completedText, countsText, findingText, plural, runName, runSentence, sentence, withAge } from './labels'

const none = { total: 0, totalKnown: true, pending: 0, running: 0, completed: 0, failed: 0, aborted: 0 }
const some = { ...none, total: 14, completed: 8, running: 3, pending: 3 }
const run = { status: 'running' as const, stopping: false, counts: some, inferred: false, dryRun: false }

describe('words', () => {
  it('[RUN-1] writes completed of total, and a question mark while the total is not known', () => {
    expect(completedText(some)).toBe('8/14')
    expect(completedText({ ...some, totalKnown: false })).toBe('8/?')
  })

  it('counts in a fixed order and leaves out what is not there', () => {
    expect(countsText({ ...some, failed: 1 })).toBe('8 completed, 3 running, 3 waiting, 1 failed')
    expect(countsText(some, true)).toBe('8 completed, 3 running, 3 never started')
    expect(countsText(none)).toBe('no batch yet')
  })

  it('knows one from many', () => {
    expect(plural(1, 'batch')).toBe('1 batch')
    expect(plural(2, 'batch')).toBe('2 batches')
    expect(plural(0, 'line')).toBe('0 lines')
  })

  it('[SAFE-4] takes the power from characters that would reorder what is beside them', () => {
    expect(sentence('a\u202eb')).toBe('a\ufffdb.')
    expect(runName({ spec: '\u2066x', runId: 'r' })).toBe('\ufffdx')
    const finding = {
      kind: 'ghost' as const,
      text: '\u202dName: words\nmore\u2069',
      at: null,
      batchId: null,
      containerId: null,
    }
    expect(findingText(finding)).toEqual({ says: '\ufffdName: words.', detail: 'more\ufffd' })
  })

  it('ends every text as a sentence', () => {
    expect(sentence('Merge failed')).toBe('Merge failed.')
    expect(sentence('Really?')).toBe('Really?')
  })

  it('says how long something lasts where a sentence dates it, and counts on', () => {
    const since = '2026-11-23T13:00:00.000Z'
    const text = `Backend says running; no container since ${since}. Silent since ${since}.`
    const at = (ms: number) => withAge(text, since, Date.parse(since) + ms)
    expect(at(45_000)).toBe('Backend says running; no container for 45 s. Silent for 45 s.')
    expect(at(3_840_000)).toBe('Backend says running; no container for 1 h 04 min. Silent for 1 h 04 min.')
    expect(at(-5_000)).toContain('no container just now')
    const ended = (ms: number) => withAge(`Its run ended at ${since}.`, since, Date.parse(since) + ms)
    expect(ended(57_000)).toBe('Its run ended 57 s ago.')
    expect(ended(400)).toBe('Its run ended just now.')
  })

  it('leaves a sentence alone that dates nothing, or another moment, or nonsense', () => {
    const since = '2026-11-23T13:00:00.000Z'
    fc.assert(
      fc.property(fc.string(), fc.option(fc.string()), (text, other) => {
        expect(withAge(text, other, 0)).toBe(text)
        expect(withAge(text, since, 0)).toBe(text)
      }),
    )
    expect(withAge('since $&', '$&', 0)).toBe('since $&')
    expect(withAge(`since 2025-01-01T00:00:00.000Z`, since, 0)).toContain('2025')
  })

  it('[RUN-4] quotes an error line that is not believed, and says so; its further lines are detail', () => {
    const told = findingText({
      kind: 'unproven-failure',
      text: 'quota\n  at x.ts',
      at: null,
      batchId: null,
      containerId: null,
    })
    expect(told.says).toMatch(/^An error line reads like the run’s end: “quota”\. It may be an agent’s own/)
    expect(told.detail).toBe('  at x.ts')
    expect(findingText({ kind: 'overflow', text: 'Too many', at: null, batchId: null, containerId: null })).toEqual({
      says: 'Too many.',
      detail: null,
    })
  })

  it('says what a run is doing', () => {
    expect(runSentence(run)).toBe('3 batches at work.')
    expect(runSentence({ ...run, status: 'idle', counts: none })).toBe('Nothing heard yet.')
    expect(runSentence({ ...run, status: 'idle' })).toBe('Not started. 14 batches planned.')
    expect(runSentence({ ...run, stopping: true })).toBe('Stop asked for, not confirmed yet.')
    expect(runSentence({ ...run, status: 'aborted', stopping: true })).toBe('Stopped.')
    expect(runSentence({ ...run, status: 'failed', inferred: true })).toBe('The end is inferred, not told.')
  })
})
