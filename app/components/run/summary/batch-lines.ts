import { useMemo } from 'react'
import { useBatchLog, type LogView } from '../../../../lib/client/live'
import type { LogLine, Snapshot } from '../../../../lib/run/model'
import { logUntil } from '../../log/log-until'
import { parsedLine, piecesOf } from '../../log/line-text'

/** What the containers of a batch printed, as far as the page has it, by the moment that the page shows. Null while that is not known. */
export function useBatchLines(run: Snapshot, batchId: string): LogView | null {
  const { runId } = run
  const importId = run.imported?.id ?? null
  const live = useBatchLog(
    useMemo(() => ({ runId, importId }), [runId, importId]),
    batchId,
  )
  if (!live.read) return null
  return run.epoch === 'past' ? logUntil(live.state, Date.parse(run.now)) : live.state
}

/** A line as text: without its colours, of a progress bar the last state; every control character is visible. */
export const lineText = (line: LogLine): string =>
  piecesOf(parsedLine(line), null, false)
    .map(({ text }) => text)
    .join('')

/** The beginning of a text; the rest is in the log. */
export const shortened = (text: string, most: number): string =>
  text.length <= most ? text : `${text.slice(0, most)}…`
