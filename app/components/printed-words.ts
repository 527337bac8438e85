import { fullText } from '../format'
import type { Zone } from '../zone'

/** Says which part of a list is on paper: `Printed: rows 1 to 1,000 of 2,340.` [PRINT-1.4] */
export function printedPart(what: string, from: number, to: number, total: number): string {
  const [first, last, all] = [from, to, total].map(count => count.toLocaleString('en'))
  return `Printed: ${what} ${first ?? ''} to ${last ?? ''} of ${all ?? ''}.`
}

/** How well what is printed is known. */
export interface Printed {
  /** When the page was printed, by the server's clock, ms. */
  at: number
  zone: Zone
  /** The moment of the past that is shown; null: the present. */
  past: number | null
  /** Until when the recording reaches that is shown; null: it is no recording. */
  recordedUntil: number | null
  /** Since when the page has lost its server, at the latest; null: it has not. */
  lostSince: number | null
  /** Since when the claims of the backend are only last known; null: they are current. */
  frozenAt: number | null
}

/** When a page was printed, by which clock, and of when its numbers are [PRINT-1.2]. */
export function printedWords(printed: Printed): string {
  const { zone } = printed
  const text = (at: number) => `${fullText(at, zone).replace(/\.\d+/, '')}${zone === 'utc' ? '' : ` (${zone})`}`
  return `Printed ${text(printed.at)}, by the dashboard’s clock. ${ofWhen(printed, text)}`
}

function ofWhen({ past, recordedUntil, lostSince, frozenAt }: Printed, text: (at: number) => string): string {
  if (past !== null) return `It shows what was known at ${text(past)}, not the present.`
  if (recordedUntil !== null) return `It shows a recording that reaches until ${text(recordedUntil)}.`
  if (lostSince !== null)
    return `The page had lost its server: what it shows of live runs is last known, as of ${text(lostSince)}.`
  if (frozenAt !== null) return `The backend was not heard: what it claims is last known, as of ${text(frozenAt)}.`
  return 'Its numbers are as of then, except where they are marked as last known.'
}
