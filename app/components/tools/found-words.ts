import type { FoundLines } from '../../api'
import { plural } from '../../labels'
import { coverText } from '../log/log-words'

/**
 * How many lines of a log have what is sought, before and after the name of the run: `17 lines have it in the whole log of` …
 * `: the first 5 are listed.` A log of which not every line was searched is not called whole.
 */
export function foundWords(found: FoundLines, listed: number): readonly [before: string, after: string] {
  const { count, from, to, partly = 0, stopped = false } = found
  const isWhole = from === 1 && to >= from && partly === 0 && !stopped
  const lines =
    count === 0
      ? 'No line has it'
      : `${plural(count, 'line').replace(String(count), count.toLocaleString('en'))} ${count === 1 ? 'has' : 'have'} it`
  const cover = isWhole ? '' : `, searched ${coverText(found)}`
  const which = count > listed ? `; the first ${listed} are listed` : ''
  return [`${lines} in the ${isWhole ? 'whole ' : ''}log of`, `${cover}${which}.`]
}
