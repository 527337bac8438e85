import type { FoundLines } from '../../api'
import { plural } from '../../labels'

const number = (count: number) => count.toLocaleString('en')
const linesIn = (from: number, to: number) =>
  from === to ? `Line ${number(from)}` : `Lines ${number(from)} to ${number(to)}`

/** Where lines are not loaded: in a log they are read as soon as they come into view. */
export function gapText(from: number, to: number, state: 'reading' | 'failed' = 'reading'): string {
  const [is, was] = from === to ? ['is', 'was'] : ['are', 'were']
  return state === 'reading' ? `${linesIn(from, to)} ${is} being read…` : `${linesIn(from, to)} ${was} not read.`
}

/** Lines that the server no longer has. */
export function lostText(from: number, to: number): string {
  const count = to - from + 1
  if (from > 1)
    return count === 1 ? `Line ${number(from)} is no longer kept.` : `${linesIn(from, to)} are no longer kept.`
  return count === 1 ? 'The first line is no longer kept.' : `The first ${number(count)} lines are no longer kept.`
}

/** Lines that fit a filter, and are too many to be listed. */
export const unlistedText = (count: number): string =>
  count === 1
    ? 'One earlier line that fits is not listed here. A download has it.'
    : `${number(count)} earlier lines that fit are not listed here. A download has them.`

/** Lines that say the same as another one, and are folded. */
export const twinsText = (count: number): string => (count === 1 ? 'said twice' : `said ${count + 1} times`)
export const twinsTitle = (count: number): string =>
  count === 1 ? 'One more line says the same' : `${count} more lines say the same`

/** `3/17`: which of the matches is shown, and how many there are. */
export const matchText = (at: number, count: number): string => `${at}/${count}`

/** Which lines a search has covered. `partly`: of how many the beginning alone. */
type Cover = Pick<FoundLines, 'from' | 'to' | 'partly' | 'stopped'>

/** What a search has covered, for example `in all 20,019 lines`. */
export function coverText({ from, to, partly = 0, stopped = false }: Cover): string {
  if (to < from) return 'in no line'
  if (stopped) return `in lines ${number(from)} to ${number(to)}, then stopped: it takes too long`
  if (partly > 0) return `${coverText({ from, to })}, of ${plural(partly, 'very long line')} the beginning`
  if (from === 1) return `in all ${plural(to, 'line').replace(String(to), number(to))}`
  return `in lines ${number(from)} to ${number(to)}`
}
