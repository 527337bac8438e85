import { isInstant } from '../../../instant'

/** The moments of a run that a page can look back at. Times in ms on the server's clock. */
export interface Span {
  from: number
  to: number
  /** When something was learned, ascending. */
  changes: readonly number[]
}

/** The moment that an address asks for; null if it asks for none, or for what is no instant. */
export const momentOf = (asked: string | string[] | undefined): number | null =>
  typeof asked === 'string' && isInstant(asked) ? Date.parse(asked) : null

/** A step from one moment to another: to the change before or after it, or a tenth of the span. */
export type Step = 'previous' | 'next' | 'back' | 'on' | 'first' | 'live'

const TENTH = 10

/** Where a step leads from `at`; `live` where nothing of the past lies there. */
export function stepFrom(at: number, step: Step, { from, to, changes }: Span): number | 'live' {
  const far = Math.ceil((to - from) / TENTH)
  switch (step) {
    case 'previous':
      return changes.findLast(change => change < at) ?? from
    case 'next':
      return changes.find(change => change > at) ?? 'live'
    case 'back':
      return Math.max(from, at - far)
    case 'on':
      return at + far >= to ? 'live' : at + far
    case 'first':
      return from
    case 'live':
      return 'live'
  }
}

const KEYS: Readonly<Record<string, Step>> = {
  ArrowLeft: 'previous',
  ArrowDown: 'previous',
  ArrowRight: 'next',
  ArrowUp: 'next',
  PageDown: 'back',
  PageUp: 'on',
  Home: 'first',
  End: 'live',
  Escape: 'live',
}

/** The step that a key means on the slider; null if it means none. */
export const stepOf = (key: string): Step | null => (Object.hasOwn(KEYS, key) ? (KEYS[key] ?? null) : null)
