import type { LineFilter, LogPage } from '../../hub/api'
import type { LogLine } from '../../run/model'
import { shownName } from '../../run/text/display-text'
import { plainLine } from '../../run/text/log-text'

/** How much of a log stays in memory for a reader that does not read on. */
export const DOWNLOAD_PAGE = { limit: 1_000, characters: 256 * 1024 }

type LineText = (line: LogLine) => string
type ReadLog = (after: number) => Promise<LogPage | undefined>

/**
 * Yields every line of a log, and the lines that are added meanwhile, page by page, so that a slow reader costs one page of
 * memory.
 */
export async function* wholeLog(read: ReadLog, first: LogPage, asText: LineText): AsyncGenerator<string> {
  if (first.dropped > 0) yield `# The oldest ${first.dropped} lines are gone.\n`
  let page: LogPage | undefined = first
  while (page !== undefined && page.lines.length > 0) {
    yield page.lines.map(asText).join('')
    page = await read(page.next)
  }
}

type PickLines = (after: number) => Promise<Generator<void, LogPage> | undefined>

/**
 * Yields the lines of a log that fit a filter, as `wholeLog`, and at last how many there were: a file without that line is not
 * complete. Yields nothing after each step of the work, so that other work runs in between.
 */
export async function* pickedLog(
  pick: PickLines,
  first: Generator<void, LogPage>,
  filter: LineFilter,
  asText: LineText,
): AsyncGenerator<string> {
  let [count, steps]: [number, Generator<void, LogPage> | undefined] = [0, first]
  while (steps !== undefined) {
    let step = steps.next()
    for (; step.done !== true; step = steps.next()) yield ''
    const { lines, next, dropped, stopped = false } = step.value
    if (count === 0 && dropped > 0 && lines.length > 0) yield `# The oldest ${dropped} lines are gone.\n`
    count += lines.length
    yield lines.map(asText).join('')
    if (lines.length > 0 && !stopped) {
      steps = await pick(next)
      continue
    }
    const end = stopped ? `, stopped at line ${next} because it takes too long` : ` of all up to line ${next}`
    yield `# ${count} line${count === 1 ? '' : 's'}${end}, by ${filterText(filter)}.\n`
    return
  }
}

const filterText = (filter: LineFilter): string =>
  Object.entries(filter)
    .map(([name, value]) => `${name} ${plainLine(JSON.stringify(value))}`)
    .join(', ')

/**
 * Formats a line as the page shows it: an agent's text must neither control the terminal that shows it nor look like two lines
 * [SAFE-4.35].
 */
export const lineText = ({ at, stream, text }: LogLine): string => `${at ?? '-'} ${stream} ${plainLine(text)}\n`

/** The same with the id of the batch whose container printed it. */
export const mergedLineText = ({ at, stream, text, batch }: LogLine): string =>
  `${at ?? '-'} ${stream} [${batch === undefined ? 'backend' : shownName(batch)}] ${plainLine(text)}\n`
