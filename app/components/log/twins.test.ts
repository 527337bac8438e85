import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { LogLine } from '../../../lib/run/model'
import { newerThan, rowsOf } from './rows'
import { streams } from './streams'
import { saying } from './twins'
import { wholeOf } from './whole-log'

const names = new Map([
  ['setup', 'Project Setup'],
  ['db', 'Database'],
])
const branch = 'worktree/main/ckrv-batch-setup-1a2b3c'

interface Frame {
  type: string
  message?: string
  status?: string
  batch_id?: string
  batch_name?: string
  branch?: string
}

/** The line of a frame: a status has no message, so the dashboard words it. */
function lineOf(seq: number, { type, message, status = '', batch_id: id = '', branch: on }: Frame): LogLine {
  const text =
    message ?? (type === 'status' ? `status: ${status}` : `batch ${id}: ${status}${on ? ` on branch ${on}` : ''}`)
  return { seq, at: null, source: 'backend', stream: 'system', text }
}
const linesOf = (...frames: Frame[]) => frames.map((frame, n) => lineOf(n + 1, frame))
const started = { type: 'batch_start', message: 'Spawning batch: Project Setup' }
const running = { type: 'batch_status', status: 'running', batch_id: 'setup', batch_name: 'Project Setup' }
const completed = { type: 'batch_complete', message: `Batch setup completed on branch ${branch}` }
const done = { type: 'batch_status', status: 'completed', batch_id: 'setup', batch_name: 'setup', branch }
const merging = { type: 'info', message: `Merging branch ${branch}` }

const filter = { streams: new Set(streams), source: null, isErrors: false }
const noneOpen: ReadonlySet<number> = new Set()
const rowsFor = (lines: LogLine[], open: ReadonlySet<number> | null = noneOpen, marked = 0) => {
  const mark = marked === 0 ? null : { from: marked, to: marked }
  return rowsOf(wholeOf({ lines, dropped: 0, epoch: 'e' }), { filter, isMerged: false, names, open, mark }, 'utc')
}
/** `1+2`: line 2, a state, is folded into line 1. */
const told = (rows: ReturnType<typeof rowsFor>) =>
  rows.map(row =>
    row.kind === 'line' && row.twins ? `${row.seq}+${row.twins.lines.map(({ seq }) => seq).join('+')}` : row.key,
  )

describe('[LOG-5.1] lines of the backend that say the same twice', () => {
  it('are folded into one, in the order of every generation', () => {
    expect(told(rowsFor(linesOf(started, running, completed, done, merging)))).toEqual(['1+2', '3+4', '5'])
    expect(told(rowsFor(linesOf(running, started, done, completed)))).toEqual(['2+1', '4+3'])
    const end = [
      { type: 'status', status: 'completed' },
      { type: 'info', message: 'Run history entry completed: run-1' },
    ]
    const success = { type: 'success', message: 'All batches completed successfully.' }
    expect(told(rowsFor(linesOf(...end, success)))).toEqual(['2', '3+1'])
  })

  it('are folded where batches start at once, and not where they are far apart or of other batches', () => {
    const other = { ...started, message: 'Spawning batch: Database' }
    const otherRuns = { ...running, batch_id: 'db', batch_name: 'Database' }
    expect(told(rowsFor(linesOf(started, other, running, otherRuns)))).toEqual(['1+3', '2+4'])
    const between = Array.from({ length: 5 }, () => merging)
    expect(told(rowsFor(linesOf(completed, ...between, done)))).toHaveLength(7)
    expect(told(rowsFor(linesOf(completed, { ...done, branch: 'another' })))).toEqual(['1', '2'])
    expect(told(rowsFor(linesOf(completed, { ...done, status: 'failed' })))).toEqual(['1', '2'])
  })

  it('are never lines of an agent', () => {
    for (const more of [{ source: 'c1' }, { stream: 'stdout' as const }])
      expect(saying({ ...lineOf(1, completed), ...more }, names)).toBeNull()
  })

  it('are shown where they are unfolded, searched, or named by the address', () => {
    const lines = linesOf(completed, done)
    expect(told(rowsFor(lines, new Set([1])))).toEqual(['1+2', '2'])
    expect(told(rowsFor(lines, null))).toEqual(['1', '2'])
    expect(told(rowsFor(lines, noneOpen, 2))).toEqual(['1', '2'])
    expect(told(rowsFor(lines, noneOpen, 1))).toEqual(['1+2'])
    expect(told(rowsFor(linesOf(done, completed), new Set([2])))).toEqual(['1', '2+1'])
  })

  it('lose no line, and keep the order of numbers', () => {
    const frames = fc.array(fc.constantFrom(started, running, completed, done, merging), { maxLength: 30 })
    fc.assert(
      fc.property(frames, fc.nat(30), (all, seen) => {
        const lines = linesOf(...all)
        const rows = rowsFor(lines)
        const seqs = rows.flatMap(row =>
          row.kind === 'line' ? [row.seq, ...(row.twins?.lines ?? []).map(({ seq }) => seq)] : [],
        )
        expect(seqs.toSorted((a, b) => a - b)).toEqual(lines.map(({ seq }) => seq))
        expect(rows.map(({ seq }) => seq)).toEqual(rows.map(({ seq }) => seq).toSorted((a, b) => a - b))
        // The count of new lines is that of the lines, not of the rows.
        if (seen === 0) expect(newerThan(rows, 0)).toBe(lines.length)
      }),
    )
  })
})
