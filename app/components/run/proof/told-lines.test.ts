import { describe, expect, it } from 'vitest'
import type { Batch, LogLine } from '../../../../lib/run/model'
import { someBatch } from '../../../../lib/testing/run/documents'
import { tellingLines, toldWith } from './told-lines'

const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString()

const lines = (...told: [second: number, text: string, stream?: LogLine['stream']][]): LogLine[] =>
  told.map(([second, text, stream = 'system'], index) => ({
    ...{ seq: index + 1, at: at(second), source: 'backend', stream, text },
  }))

const seqOf = (batch: Batch, log: LogLine[], ...others: Batch[]) => toldWith([batch, ...others], log).get(batch.id)?.seq

const completed = someBatch('setup', 'completed', { name: 'Project Setup', startedAt: at(1), endedAt: at(5) })

describe('the line that says what a batch is', () => {
  it('[PAGE-7.3] is the status of the backend, before a sentence of the same time', () => {
    const log = lines(
      [1, 'batch setup: running'],
      [5, 'Batch setup completed on branch b-setup'],
      [5, 'batch setup: completed on branch b-setup'],
      [5, 'Merging branch b-setup'],
    )
    expect(seqOf(completed, log)).toBe(3)
    expect(seqOf({ ...completed, status: 'running' }, log)).toBe(1)
  })

  it.each([
    'Batch setup completed on branch b-setup',
    '\u001b[32m✅ Mission completed: Project Setup\u001b[0m',
    "[Orchestrator] Successfully merged batch 'Project Setup'.",
    "Batch 'Project Setup' already completed, skipping.",
  ])('[PAGE-7.3] is else a sentence about it: %j', sentence => {
    expect(seqOf(completed, lines([4, 'no batch'], [5, sentence, 'stdout']))).toBe(2)
  })

  it('[PAGE-7.3] is none at another time, of another batch, or with other words', () => {
    const others = lines(
      [6, 'batch setup: completed'],
      [5, 'batch setup2: completed'],
      [5, 'batch setup: failed'],
      [5, 'the batch setup: completed'],
      [5, 'batch setup: completed', 'stdout'],
      [5, 'Mission completed: Project Setup of another'],
    )
    for (const line of others) expect(seqOf(completed, [line]), line.text).toBeUndefined()
  })

  it('[PAGE-7.3] is none by a name that two batches have', () => {
    const log = lines([5, 'Mission completed: Project Setup'])
    expect(seqOf(completed, log)).toBe(1)
    expect(seqOf(completed, log, someBatch('other', 'pending', { name: 'Project Setup' }))).toBeUndefined()
  })

  it('[PAGE-7.3] is the backend’s count for a batch that was completed before the run', () => {
    const before = someBatch('a', 'completed', { basis: 'plan', before: true })
    expect(seqOf(before, lines([0, 'Starting'], [1, 'Resuming: 2 batches already completed']))).toBe(2)
    expect(seqOf(before, lines([1, 'Resuming: 2 batches already completed', 'stdout']))).toBeUndefined()
  })

  it('[PAGE-7.3] is the end of the run for a batch that only this end proves', () => {
    const inferred = someBatch('a', 'completed', { basis: 'inferred' })
    const log = lines([9, 'status: completed'])
    expect(seqOf(inferred, log)).toBe(1)
    expect(seqOf(inferred, log, someBatch('b', 'completed', { dependsOn: ['a'] }))).toBeUndefined()
    expect(seqOf(someBatch('a', 'completed', { basis: 'plan' }), log)).toBeUndefined()
  })

  it('[PAGE-7.3] is sought among the lines of the backend, and those that speak of a batch', () => {
    const log = lines([1, 'anything'], [2, 'reading files', 'stdout'], [3, 'Mission completed: X', 'stdout'])
    expect(tellingLines(log).map(({ seq }) => seq)).toEqual([1, 3])
  })
})
