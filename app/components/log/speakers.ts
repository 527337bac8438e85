import type { DatedRow, Row } from './row'

/** Adds a row before the first line, and before each line that another batch printed than the line before it [LOG-3.3]. */
export function withSpeakers(rows: readonly Row[]): Row[] {
  const all: Row[] = []
  let before: string | null | undefined
  for (const row of rows) {
    if (row.kind === 'line') {
      const batch = row.line.batch ?? null
      if (batch !== before) all.push({ kind: 'speaker', key: `speaker-${row.seq}`, seq: row.seq, height: 1, batch })
      before = batch
    }
    all.push(row)
  }
  return all
}

/** Whether a row names the batch that the rows before it are of already. */
export function isSameSpeaker(row: DatedRow | undefined, before: DatedRow | undefined): boolean {
  return row?.kind === 'speaker' && before?.kind === 'line' && (before.line.batch ?? null) === row.batch
}

/** The batch whose containers printed the topmost line in view; null: the backend. Undefined if no line is loaded there. */
export function speakerAt(rows: readonly DatedRow[], index: number): string | null | undefined {
  for (let place = index; place < rows.length; place += 1) {
    const row = rows[place]
    if (row?.kind === 'line') return row.line.batch ?? null
    if (row?.kind === 'speaker') return row.batch
    if (row?.kind === 'gap') return undefined
  }
  return undefined
}
