import { RunClock } from '../time/clock-steps'
import type { BegunAbout, Planned } from './roster'
import { compareClaims, inOrder, type Run, type StoredMessage } from '../run'
import { plannedBatches, StreamClaims } from './stream-claims'

/** Kept messages in the backend's order, and what they claim. */
interface Reading {
  readonly messages: StoredMessage[]
  readonly claims: StreamClaims
  /** The batches that were known without the stream, and where they were taken from. */
  readonly planned: readonly Planned[]
  source: unknown
}

/** Reads a run's stream. It goes on from the last reading where that gives the same as to read all messages anew. */
export class StreamReader {
  #reading: Reading | null = null
  readonly #added: StoredMessage[] = []

  /** A message is kept since the last reading. */
  add(message: StoredMessage): void {
    this.#added.push(message)
  }

  /** Kept messages have been moved, corrected or dropped: all are read anew. */
  forget(): void {
    this.#reading = null
  }

  /**
   * @param hasNewEvidence the evidence has changed since the last reading
   * @returns the kept messages in the backend's order, and what they claim
   */
  read(run: Run, begunAbout: BegunAbout, hasNewEvidence: boolean): Pick<Reading, 'messages' | 'claims'> {
    const known = this.#reading
    const added = this.#added.splice(0)
    if (known && mayGoOn(known, run, hasNewEvidence) && added.every(message => advance(known, message))) return known
    const messages = inOrder(run)
    const claims = new StreamClaims(run, messages, begunAbout)
    this.#reading = { messages, claims, planned: plannedBatches(run), source: sourceOf(run) }
    return this.#reading
  }
}

const STEADY = new RunClock(new Map())

const sourceOf = ({ plan, history }: Run): unknown => plan ?? history

function mayGoOn(known: Reading, run: Run, hasNewEvidence: boolean): boolean {
  const { before, roster } = known.claims
  // Which batches were completed before the run may depend on each later message.
  if (before.told > 0 || (roster.asksEvidence && hasNewEvidence)) return false
  const source = sourceOf(run)
  if (source !== known.source && !isSamePlan(known.planned, plannedBatches(run))) return false
  known.source = source
  return true
}

/** Reads one more message. Returns false if it is not the last, or if earlier ones mean something else because of it. */
function advance({ messages, claims }: Reading, message: StoredMessage): boolean {
  const last = messages.at(-1)
  if (last && compareClaims(STEADY, last, message) >= 0) return false
  messages.push(message)
  return claims.add(message)
}

const isSamePlan = (a: readonly Planned[], b: readonly Planned[]): boolean =>
  a.length === b.length && a.every((batch, n) => isSameBatch(batch, b[n]))

const isSameBatch = ({ id, name, dependsOn }: Planned, other: Planned | undefined): boolean =>
  id === other?.id &&
  name === other.name &&
  dependsOn.length === other.dependsOn.length &&
  dependsOn.every((each, n) => each === other.dependsOn[n])
