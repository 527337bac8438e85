import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { LogView } from '../../../lib/client/live'
import type { LogLine } from '../../../lib/run/model'
import { pickedOf, toPick, withFailedPick, withNewest, withPicked, type PickedLog } from './picked-log'
import { fits, type LogFilter } from './row'
import { pickedRowsOf } from './rows'

const filter: LogFilter = { streams: new Set(['stderr'] as const), source: null, isErrors: false }
const choice = { filter, isMerged: false, names: undefined, open: new Set<number>(), mark: null }
const lineOf = (seq: number, isErr: boolean): LogLine => ({
  ...{ seq, at: null, source: 'backend', stream: isErr ? 'stderr' : 'stdout', text: `line ${seq}` },
})
const viewOf = (lines: readonly LogLine[], newest: number): LogView => ({
  ...{ lines: lines.slice(-newest), dropped: Math.max(0, lines.length - newest), epoch: 'e' },
})
const foundIn = (lines: readonly LogLine[]) => {
  const seqs = lines.filter(line => fits(line, filter)).map(({ seq }) => seq)
  return { seqs, count: seqs.length, from: 1, to: lines.length }
}
const seqsOf = (lines: readonly LogLine[]) => lines.map(({ seq }) => seq)

describe('[LOG-4.9] a log of which a filter hides lines', () => {
  const logs = fc.array(fc.boolean(), { minLength: 1, maxLength: 400 })

  it('has each line that fits once, in order, as soon as what is near the view was read', () => {
    fc.assert(
      fc.property(logs, fc.integer({ min: 1, max: 50 }), (errs, newest) => {
        const lines = errs.map((isErr, n) => lineOf(n + 1, isErr))
        const found = foundIn(lines)
        let log: PickedLog = pickedOf('k', viewOf(lines, newest))
        const seen = { from: 1, to: lines.length }
        for (let reads = 0; ; reads += 1) {
          const rows = pickedRowsOf(log, found, choice, 'utc')
          expect(rows.map(({ seq }) => seq)).toEqual(found.seqs)
          const pick = toPick(log, found.seqs, seen)
          if (pick === null) {
            expect(rows.every(({ kind }) => kind === 'line')).toBe(true)
            break
          }
          expect(reads).toBeLessThan(5)
          // As the server answers: the lines that fit after a line, at most so many.
          const answer = lines.filter(line => line.seq >= pick.from && fits(line, filter)).slice(0, pick.count)
          log = withPicked(log, pick, answer)
        }
      }),
    )
  })

  it('reads only what is near the view', () => {
    const lines = Array.from({ length: 5_000 }, (_, n) => lineOf(n + 1, n % 2 === 0))
    const { seqs } = foundIn(lines)
    const pick = toPick(pickedOf('k', viewOf(lines, 10)), seqs, { from: 3_001, to: 3_041 })
    expect(pick).toMatchObject({ from: 2_801, count: 250 })
    expect(seqs.filter(seq => seq >= 2_801 && seq <= (pick?.to ?? 0))).toHaveLength(250)
  })

  it('keeps the lines that fit while newer ones push them from among the newest', () => {
    const lines = Array.from({ length: 30 }, (_, n) => lineOf(n + 1, n % 3 === 0))
    const log = pickedOf('k', viewOf(lines.slice(0, 20), 10))
    const next = withNewest(log, viewOf(lines, 10), filter)
    expect(seqsOf([...next.lines.values()])).toEqual([13, 16, 19])
    expect(pickedRowsOf(next, foundIn(lines), choice, 'utc').map(({ kind, seq }) => `${kind} ${seq}`)).toEqual([
      ...['gap 1', 'gap 4', 'gap 7', 'gap 10'],
      ...['line 13', 'line 16', 'line 19', 'line 22', 'line 25', 'line 28'],
    ])
  })

  it('says which lines could not be read, and does not ask for them again by itself', () => {
    const lines = Array.from({ length: 30 }, (_, n) => lineOf(n + 1, true))
    const { seqs } = foundIn(lines)
    const log = pickedOf('k', viewOf(lines, 10))
    const seen = { from: 1, to: 30 }
    const pick = toPick(log, seqs, seen)
    expect(pick).toEqual({ from: 1, to: 20, count: 20 })
    if (pick === null) return
    for (const failed of [withFailedPick(log, pick, 'why'), withPicked(log, pick, [])]) {
      expect(failed.failed).toMatchObject({ from: 1, to: 20 })
      expect(toPick(failed, seqs, seen)).toBeNull()
    }
  })

  it('says before the server has answered that lines are being read, and afterwards what it does not list', () => {
    const lines = Array.from({ length: 30 }, (_, n) => lineOf(n + 1, n >= 24))
    const log = pickedOf('k', viewOf(lines, 5))
    const told = (found: Parameters<typeof pickedRowsOf>[1]) =>
      pickedRowsOf(log, found, choice, 'utc').map(row => [row.kind, row.seq, row.height])
    const newest = [26, 27, 28, 29, 30].map(seq => ['line', seq, 1])
    expect(told(null)).toEqual([['gap', 1, 1], ...newest])
    const found = { seqs: [25, 26, 27, 28, 29, 30], count: 20_006, from: 9, to: 30 }
    expect(told(found)).toEqual([['lost', 1, 1], ['unlisted', 24, 1], ['gap', 25, 1], ...newest])
  })
})
