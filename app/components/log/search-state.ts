import type { LogLine } from '../../../lib/run/model'
import type { Matcher } from '../../../lib/run/text/text-matcher'
import type { FoundLines } from '../../api'
import { parsedLine } from './line-text'
import { fits, type LogFilter } from './row'

/** As many as the server answers: of very many the newest ones. */
const MOST_SEQS = 10_000

/**
 * What a search has found, with what the lines that came since then show. Null if some of those lines are not among the newest ones,
 * so that the server has to search again.
 */
export function withNewLines(
  found: FoundLines,
  lines: readonly LogLine[],
  matcher: Matcher | null,
  filter: LogFilter,
): FoundLines | null {
  const last = lines.at(-1)?.seq ?? 0
  if (last <= found.to || found.stopped === true) return found
  const begin = lines.length - (last - found.to)
  if (begin < 0 || (lines[begin]?.seq ?? 0) !== found.to + 1) return null
  const seqs: number[] = []
  let { partly = 0 } = found
  for (let index = begin; index < lines.length; index += 1) {
    const line = lines[index]
    if (!line || !fits(line, filter)) continue
    const { plain } = parsedLine(line)
    if (matcher === null || matcher.finds(plain)) seqs.push(line.seq)
    else if (plain.length > matcher.reach) partly += 1
  }
  const more = { ...found, ...(partly > 0 && { partly }) }
  if (seqs.length === 0) return { ...more, to: last }
  return { ...more, to: last, count: found.count + seqs.length, seqs: [...found.seqs, ...seqs].slice(-MOST_SEQS) }
}

/** The found lines up to the line `last`: a log of the past ends before the newest line of its server. */
export function foundUntil(found: FoundLines, last: number): FoundLines {
  if (found.to <= last) return found
  const seqs = found.seqs.filter(seq => seq <= last)
  return { ...found, seqs, count: found.count - (found.seqs.length - seqs.length), to: last }
}

/** The place of a match among all, from 1; 0 if the line is none. Of very many matches only the newest have a place. */
export function placeOf({ seqs, count }: FoundLines, seq: number | null): number {
  const index = seq === null ? -1 : seqs.indexOf(seq)
  return index < 0 ? 0 : count - seqs.length + index + 1
}

/**
 * The match after or before another one. Behind the last one comes the first again.
 * @param visible where to begin if there is no other one: the first line in view
 */
export function nextMatch({ seqs }: FoundLines, current: number | null, by: 1 | -1, visible: number): number | null {
  const at = current === null ? -1 : seqs.indexOf(current)
  if (at >= 0) return seqs.at((at + by) % seqs.length) ?? null
  const below = seqs.findIndex(seq => seq >= (current ?? visible))
  if (by === 1) return seqs[below < 0 ? 0 : below] ?? null
  return seqs.at(below < 0 ? -1 : below - 1) ?? null
}
