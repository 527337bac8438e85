import type { LogLine } from '../../../lib/run/model'

/** Lines that follow each other without a gap in `seq`; at least one. The same object stays the same lines. */
export type Range = readonly LogLine[]
/** Loaded parts of a log: in order, and no line twice. */
export type Ranges = readonly Range[]

/** Lines by their numbers, both included. */
export interface Span {
  readonly from: number
  readonly to: number
}

/** Neighbours are joined up to this many lines, so that a range that grows line by line stays cheap to show. */
const JOINED = 1_000

export const spanOf = (range: Range): Span => ({ from: range[0]?.seq ?? 0, to: range.at(-1)?.seq ?? -1 })

/** Splits lines, in the order of `seq`, wherever a number is missing. */
export function runsOf(lines: readonly LogLine[]): Range[] {
  const first = lines[0]
  const last = lines.at(-1)
  if (!first || !last) return []
  if (last.seq - first.seq === lines.length - 1) return [lines]
  const runs: Range[] = []
  let begin = 0
  for (let index = 1; index <= lines.length; index += 1) {
    if (lines[index]?.seq === (lines[index - 1]?.seq ?? 0) + 1) continue
    runs.push(lines.slice(begin, index))
    begin = index
  }
  return runs
}

/** Adds lines, given in the order of `seq`. A line that is loaded already stays as it is. */
export function inserted(ranges: Ranges, lines: readonly LogLine[]): Ranges {
  let all = ranges
  for (const run of runsOf(lines)) {
    for (const { from, to } of gapsIn(all, spanOf(run))) {
      const first = run[0]?.seq ?? 0
      const fresh = run.slice(from - first, to - first + 1)
      const at = all.findIndex(range => spanOf(range).from > to)
      all = all.toSpliced(at < 0 ? all.length : at, 0, fresh)
    }
  }
  return all === ranges ? ranges : joined(all)
}

function joined(ranges: Ranges): Ranges {
  const all: Range[] = []
  for (const range of ranges) {
    const last = all.at(-1)
    const isNext = last !== undefined && spanOf(last).to + 1 === spanOf(range).from
    if (last && isNext && last.length + range.length <= JOINED) all[all.length - 1] = [...last, ...range]
    else all.push(range)
  }
  return all
}

/** The stretches of a span that are not loaded, in order. */
export function gapsIn(ranges: Ranges, { from, to }: Span): Span[] {
  const gaps: Span[] = []
  let next = from
  for (const range of ranges) {
    const { from: begin, to: end } = spanOf(range)
    if (begin > to) break
    if (begin > next) gaps.push({ from: next, to: begin - 1 })
    next = Math.max(next, end + 1)
  }
  if (next <= to) gaps.push({ from: next, to })
  return gaps
}

/** Keeps the lines before `end`. */
export function until(ranges: Ranges, end: number): Ranges {
  if (ranges.every(range => spanOf(range).to < end)) return ranges
  const before = ranges.map(range => (spanOf(range).to < end ? range : range.filter(line => line.seq < end)))
  return before.filter(range => range.length > 0)
}

/** At most this many lines: of too many those stay that are nearest to the line `near`. */
export function trimmed(ranges: Ranges, near: number, most: number): Ranges {
  const count = ranges.reduce((sum, range) => sum + range.length, 0)
  if (count <= most) return ranges
  const all = [...ranges]
  for (let over = count - most; over > 0;) {
    const [first, last] = [all[0], all.at(-1)]
    if (!first || !last) break
    const [low, high] = [near - spanOf(first).from, spanOf(last).to - near]
    const isLow = low >= high
    const range = isLow ? first : last
    // As many as are farther away than the other end, but not the whole of it at once.
    const drop = Math.min(over, range.length, Math.max(1, Math.abs(low - high)))
    const rest = isLow ? range.slice(drop) : range.slice(0, range.length - drop)
    all.splice(isLow ? 0 : all.length - 1, 1, ...(rest.length > 0 ? [rest] : []))
    over -= drop
  }
  return all
}
