import { BackendError, type BackendHttp, type HistoryEntry, type ListedEntry } from '../../backend/http'
import type { Spec } from '../../backend/wire'
import { serverNow } from '../../clock/clock'
import type { PlanBatch } from '../../run/observation'
import { entryEndedSince, isEntryOpen } from './entries'

const EVERY = 3_000
const SPECS_A_ROUND = 20
/** Specs with a run at work are read first, but leave room for the turns of the others. */
const AT_WORK_A_ROUND = 10
const AT_ONCE = 4
const NO_HISTORY_AGAIN = 60_000

export interface DiscoveryListener {
  /** The spec's history was read. Gives its open entries with their batches, and each entry once more when it has ended. */
  entries(spec: string, entries: HistoryEntry[]): void
  /** The plan of a spec that has an open entry. It is not empty. */
  plan(spec: string, batches: PlanBatch[]): void
  /** Whether an entry must be reported although it did not change, or although it ended long ago. */
  wants(spec: string, id: string): boolean
  /** The open entries of the spec that belong to followed runs at work: their sessions read them. */
  followed(spec: string): ReadonlySet<string>
  /** Whether any run needs the plan of the spec from here. */
  wantsPlan(spec: string): boolean
  /** The backend's answer about this spec is invalid, or it has no history. Reported at each request. */
  odd(spec: string, reason: string): void
  /** An error of our own. The next round runs as usual. */
  failed(error: unknown): void
}

/** A spec that is watched, and its state at the last reading. */
interface Watched {
  readonly name: string
  /** The round that read the spec last. */
  turn: number
  isAtWork: boolean
  /** The spec is not read before this time, ms. */
  againAt: number
  /** By entry id: the state of the entry when it was last reported. */
  told: Map<string, string>
}

/**
 * Finds runs in the histories of the backend's specs that no user has asked to follow [RUN-13]. Every 3 s it reads a round
 * of at most 20 specs, in turns. It keeps nothing of a spec that is no longer listed.
 */
export class Discovery {
  /** When this dashboard started, ms, our clock. An entry that ended before is reported only if the listener wants it. */
  readonly since = serverNow()
  #watched = new Map<string, Watched>()
  #rounds = 0
  #isReading = false
  #isPollDue = false
  #isClosed = false
  #timer: NodeJS.Timeout | null = null

  readonly #http: Pick<BackendHttp, 'specs' | 'plan' | 'historyList' | 'history' | 'lastHistory' | 'clockOffset'>
  readonly #listener: DiscoveryListener

  constructor(
    http: Pick<BackendHttp, 'specs' | 'plan' | 'historyList' | 'history' | 'lastHistory' | 'clockOffset'>,
    listener: DiscoveryListener,
  ) {
    this.#http = http
    this.#listener = listener
  }

  start(): void {
    this.pollNow()
  }

  close(): void {
    this.#isClosed = true
    if (this.#timer) clearTimeout(this.#timer)
  }

  /** Starts a round immediately. During a round it plans one more after it, however often it is called. */
  pollNow(): void {
    this.#isPollDue = true
    if (!this.#isReading) this.#schedule()
  }

  #schedule(): void {
    if (this.#timer) clearTimeout(this.#timer)
    if (!this.#isClosed) this.#timer = setTimeout(() => void this.#round(), this.#isPollDue ? 0 : EVERY)
  }

  async #round(): Promise<void> {
    this.#isReading = true
    this.#isPollDue = false
    this.#rounds += 1
    try {
      await this.#readInTurns(await this.#http.specs())
    } catch (error) {
      this.#missed(error)
    }
    this.#isReading = false
    this.#schedule()
  }

  /**
   * If one answer does not come in time, the other requests of this round would also fail: those specs are read in the
   * next round.
   */
  async #readInTurns(listed: readonly Spec[]): Promise<void> {
    const turns = this.#turns(listed)
    const reader = async () => {
      for (let spec = turns.shift(); spec && !this.#isClosed; spec = turns.shift()) {
        spec.turn = this.#rounds
        try {
          await this.#readEntries(spec)
          if (spec.isAtWork && this.#listener.wantsPlan(spec.name)) await this.#readPlan(spec)
        } catch (error) {
          this.#missed(error)
          if (error instanceof BackendError) turns.length = 0
        }
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, reader))
  }

  /** The specs to read in this round. Forgets specs that are no longer listed. */
  #turns(listed: readonly Spec[]): Watched[] {
    const watched = new Map<string, Watched>()
    for (const { name, has_plan } of listed) {
      if (!has_plan) continue
      const fresh = { name, turn: 0, isAtWork: false, againAt: 0, told: new Map<string, string>() }
      watched.set(name, this.#watched.get(name) ?? fresh)
    }
    this.#watched = watched
    const now = serverNow()
    const due = [...watched.values()].filter(({ againAt }) => againAt <= now).sort((a, b) => a.turn - b.turn)
    const first = new Set(due.filter(({ isAtWork }) => isAtWork).slice(0, AT_WORK_A_ROUND))
    return [...first, ...due.filter(spec => !first.has(spec))].slice(0, SPECS_A_ROUND)
  }

  async #readEntries(spec: Watched): Promise<void> {
    const listed = await this.#sensible(
      spec,
      this.#http.historyList(spec.name, reason => this.#listener.odd(spec.name, reason)),
    )
    if (!listed) {
      spec.againAt = serverNow() + NO_HISTORY_AGAIN
      return
    }
    const entries: HistoryEntry[] = []
    const followed = this.#listener.followed(spec.name)
    for (const entry of listed.filter(each => this.#isOfInterest(spec, each))) {
      const known = followed.has(entry.id) && isEntryOpen(entry) ? this.#lastOpen(spec, entry) : null
      const read = known ?? (await this.#sensible(spec, this.#http.history(spec.name, entry.id)))
      if (read) entries.push(read)
    }
    if (this.#isClosed) return
    this.#listener.entries(spec.name, entries)
    // After the listener: if it fails, the entries are reported again.
    remember(spec, listed, entries)
  }

  /** The entry as it was last read; null if it was not open then. */
  #lastOpen({ name }: Watched, { id }: ListedEntry): HistoryEntry | null {
    const last = this.#http.lastHistory(name, id)
    return last && isEntryOpen(last) ? last : null
  }

  async #readPlan(spec: Watched): Promise<void> {
    const batches = await this.#sensible(spec, this.#http.plan(spec.name))
    if (batches && batches.length > 0 && !this.#isClosed) this.#listener.plan(spec.name, batches)
  }

  /** The answer, or null if it is invalid, such as the web page of a generation without history. */
  async #sensible<T>({ name }: Watched, asked: Promise<T>): Promise<T | null> {
    try {
      return await asked
    } catch (error) {
      if (!(error instanceof BackendError) || error.kind !== 'bad-answer') throw error
      this.#listener.odd(name, error.message)
      return null
    }
  }

  #isOfInterest({ name, told }: Watched, entry: ListedEntry): boolean {
    if (isEntryOpen(entry)) return true
    const before = told.get(entry.id)
    const { since } = this
    const isNews =
      before === undefined
        ? entryEndedSince(entry, { since, offset: this.#http.clockOffset ?? 0 })
        : before !== standing(entry)
    return isNews || this.#listener.wants(name, entry.id)
  }

  /** The link shows that the backend is away, so only our own errors are reported. */
  #missed(error: unknown): void {
    if (!(error instanceof BackendError)) this.#listener.failed(error)
  }
}

function remember(spec: Watched, listed: readonly ListedEntry[], entries: readonly HistoryEntry[]): void {
  const now = new Map(entries.map(entry => [entry.id, standing(entry)]))
  const told = new Map<string, string>()
  for (const { id } of listed) {
    const stands = now.get(id) ?? spec.told.get(id)
    if (stands !== undefined) told.set(id, stands)
  }
  spec.told = told
  spec.isAtWork = entries.some(isEntryOpen)
}

const standing = (entry: ListedEntry): string => (isEntryOpen(entry) ? 'open' : `${entry.status} ${entry.endedAt}`)
