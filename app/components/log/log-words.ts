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

/** `3/17`: which of the matches is shown, and how many there are. */
export const matchText = (at: number, count: number): string => `${at}/${count}`

/** What a search has covered, for example `in all 20,019 lines`. */
export function coverText(from: number, to: number): string {
  if (to < from) return 'in no line'
  if (from === 1) return `in all ${plural(to, 'line').replace(String(to), number(to))}`
  return `in lines ${number(from)} to ${number(to)}`
}
