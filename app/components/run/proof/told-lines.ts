import type { Batch, LogLine } from '../../../../lib/run/model'
import { plainLine } from '../../../../lib/run/text/log-text'
import { sinceOf, sourceOf } from './proof'

/**
 * The line of the backend's log with which a batch became what it is [PAGE-7.3]. Only a line with the very time of the claim and the
 * batch's exact id or name is one: a line that merely looks alike proves nothing.
 */

/** Tags and emoji that backends put before a sentence. */
const LEAD = /^(?:\s|\[[^\]\n]{0,300}\]|[\p{Extended_Pictographic}\p{Emoji_Modifier}\u200D\uFE0F])+/u
const MENTIONS = /batch|mission/i
const RESUMING = /^Resuming: \d{1,9} batches already completed$/
const RUN_COMPLETED = 'status: completed'

/** The lines of a log that may tell something of a batch. */
export const tellingLines = (lines: readonly LogLine[]): LogLine[] =>
  lines.filter(({ stream, text }) => stream === 'system' || MENTIONS.test(text))

/** Finds the line of each batch, by id; a batch without one is left out. */
export function toldWith(batches: readonly Batch[], lines: readonly LogLine[]): Map<string, LogLine> {
  const byTime = new Map<string, LogLine[]>()
  for (const line of lines) {
    if (line.at === null) continue
    const others = byTime.get(line.at)
    if (others) others.push(line)
    else byTime.set(line.at, [line])
  }
  const fromBackend = lines.filter(({ stream }) => stream === 'system')
  const resuming = fromBackend.find(({ text }) => RESUMING.test(text))
  const runCompleted = fromBackend.findLast(({ text }) => text === RUN_COMPLETED)
  const namesakes = countNames(batches)
  // A batch on which begun ones depend is proved by them, not by the end of the run.
  const needed = new Set(batches.flatMap(({ status, dependsOn }) => (status === 'pending' ? [] : dependsOn)))
  const told = new Map<string, LogLine>()
  for (const batch of batches) {
    const line = lineOf(batch)
    if (line) told.set(batch.id, line)
  }
  return told

  function lineOf(batch: Batch): LogLine | undefined {
    const source = sourceOf(batch)
    if (source === 'before') return resuming
    if (source === 'inferred') return needed.has(batch.id) ? undefined : runCompleted
    if (source !== 'stream') return undefined
    const since = sinceOf(batch)
    const then = since === null ? [] : (byTime.get(since) ?? [])
    const isUnique = namesakes.get(batch.name) === 1
    return then.find(line => isStatusOf(batch, line)) ?? then.find(({ text }) => isSentenceOf(batch, text, isUnique))
  }
}

function countNames(batches: readonly Batch[]): Map<string, number> {
  const names = new Map<string, number>()
  for (const { name } of batches) names.set(name, (names.get(name) ?? 0) + 1)
  return names
}

/** The text that the log gives to a `batch_status` message, which has none of its own. */
function isStatusOf({ id, status }: Batch, { stream, text }: LogLine): boolean {
  const told = `batch ${id}: ${status}`
  return stream === 'system' && (text === told || text.startsWith(`${told} on branch `) || text.startsWith(`${told}: `))
}

function isSentenceOf({ id, name, status }: Batch, text: string, isUnique: boolean): boolean {
  const sentence = plainLine(text).replace(LEAD, '').trim()
  if (status === 'running') return isUnique && sentence === `Spawning batch: ${name}`
  if (status !== 'completed') return false
  if (sentence.startsWith(`Batch ${id} completed on branch `)) return true
  const named = [
    `Mission completed: ${name}`,
    `Successfully merged batch '${name}'`,
    `Conflicts resolved, batch '${name}' completed`,
    `Batch '${name}' already completed, skipping`,
  ]
  return isUnique && named.some(words => sentence === words || sentence === `${words}.`)
}
