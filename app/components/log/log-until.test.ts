import { describe, expect, it } from 'vitest'
import type { LogView } from '../../../lib/client/live'
import { logUntil } from './log-until'

const T0 = Date.parse('2026-01-15T14:00:00Z')
const lineAt = (seq: number, at: number | null): LogView['lines'][number] => ({
  ...{ seq, source: 'backend', stream: 'stdout', text: String(seq) },
  at: at === null ? null : new Date(at).toISOString(),
})
const view = (lines: LogView['lines'], dropped = 0): LogView => ({ lines, dropped, epoch: 'e' })
const seqsUntil = (of: LogView, moment: number) => logUntil(of, moment)?.lines.map(({ seq }) => seq) ?? null

describe('[PAGE-10.5] a log of the past', () => {
  const all = view([lineAt(1, T0), lineAt(2, null), lineAt(3, T0 + 10), lineAt(4, T0 + 20)])

  it('has the lines that were stamped by then', () => {
    expect([-1, 0, 10, 19, 20].map(ms => seqsUntil(all, T0 + ms))).toEqual([
      [],
      [1, 2],
      [1, 2, 3],
      [1, 2, 3],
      [1, 2, 3, 4],
    ])
  })

  it('is not known where all lines that the page has came later, and others before them', () => {
    expect(seqsUntil(view([lineAt(7, T0)], 6), T0 - 1)).toBeNull()
    expect(seqsUntil(view([lineAt(7, T0), lineAt(8, T0 + 5)], 6), T0)).toEqual([7])
    expect(seqsUntil(view([]), T0)).toEqual([])
  })
})
