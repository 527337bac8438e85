import type { ExpectedEnd } from '../../../lib/run/model'
import { parseAnsi } from '../ansi'
import { etaText } from '../run/eta/eta-text'

/**
 * When a run is expected to end, in words, at a moment; empty where that is not known. As on the page of the run, except that the
 * fleet does not tell how many batches take longer.
 */
export function endText({ endsAt, longerAt, unknownAt }: ExpectedEnd, now: number): string {
  if (now >= Date.parse(longerAt)) return 'Longer than usual.'
  if (unknownAt !== undefined && now > Date.parse(unknownAt)) return ''
  return etaText({ kind: 'about', ms: Date.parse(endsAt) - now }, 1)
}

/** A line as one line of text: without its colours, of a progress bar the last state. */
export function wordText(line: string): string {
  const plain = parseAnsi(line, '\n\r\t')
    .map(({ text }) => text)
    .join('')
  const visual = plain.split(/\n+/).map(each => each.split('\r').findLast(state => state.trim() !== '') ?? '')
  return visual.join(' ').replace(/\s+/g, ' ').trim()
}
