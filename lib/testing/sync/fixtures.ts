import fc from 'fast-check'
import type { Document, Item } from '../../sync/document'
import type { LogSource } from '../../sync/log'
import type { Batch, ContainerList, Fleet, LogLine, Snapshot } from '../../run/model'
import { someAgent, someBatch, someRun } from '../run/documents'
import { isObject, parseJson, type Json, type JsonObject } from '../../sync/json'

/** Keys and ids as an agent might choose them. */
export const hostileText = fc.oneof(
  fc.constantFrom(
    '__proto__',
    'constructor',
    'toString',
    'hasOwnProperty',
    'id',
    '',
    '0',
    '1',
    '\ud800',
    'a',
    'b',
    'é',
  ),
  fc.string({ unit: 'binary', maxLength: 4 }),
)

const { json } = fc.letrec<{ json: Json }>(tie => ({
  json: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom<Json>(null, true, false, 0, 1, '', 'a'),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map(value => (value === 0 ? 0 : value)),
    hostileText,
    fc.array(tie('json'), { maxLength: 3 }),
    fc.array(fc.tuple(hostileText, tie('json')), { maxLength: 3 }).map((entries): Json => Object.fromEntries(entries)),
  ),
}))
export const anyJson = json

const anyFields = fc
  .array(fc.tuple(hostileText, anyJson), { maxLength: 4 })
  .map((entries): JsonObject => Object.fromEntries(entries))

const anyItem = fc
  .tuple(hostileText, anyFields)
  .map(([id, fields]): Item => ({ ...Object.fromEntries(Object.entries(fields)), id }))

/** A document whose ids are unique. */
export const anyDocument: fc.Arbitrary<Document> = fc.record({
  fields: anyFields,
  items: fc.uniqueArray(anyItem, { selector: item => item.id, maxLength: 6 }),
})

/** The same value with the keys of every object in reverse order. */
export function shuffledKeys(value: Json): Json {
  if (Array.isArray(value)) return value.map(shuffledKeys)
  if (!isObject(value)) return value
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, inner]): [string, Json] => [key, shuffledKeys(inner)])
      .reverse(),
  )
}

/** The value after a transfer as text. */
export const throughText = (value: object): Json => parseJson(JSON.stringify(value))

/** A clock that advances only on request. */
export class VirtualClock {
  readonly #timers = new Set<{ at: number; callback: () => void }>()

  constructor(public now = Date.UTC(2026, 0, 1)) {}

  readonly setTimer = (ms: number, callback: () => void) => {
    const timer = { at: this.now + ms, callback }
    this.#timers.add(timer)
    return () => void this.#timers.delete(timer)
  }

  /** Advances to the next timer due by then, and calls it; false if there is none. */
  runNext(until: number): boolean {
    let next: { at: number; callback: () => void } | null = null
    for (const timer of this.#timers) if (timer.at <= until && (next === null || timer.at < next.at)) next = timer
    if (!next) return false
    this.#timers.delete(next)
    this.now = next.at
    next.callback()
    return true
  }

  /** Lets time pass, and calls the timers that fall due, in order. */
  advance(ms: number): void {
    const end = this.now + ms
    while (this.runNext(end));
    this.now = end
  }

  get pending(): number {
    return this.#timers.size
  }
}

/** A log in memory that keeps the newest lines. */
export class TestLog implements LogSource {
  #lines: LogLine[] = []
  #last = 0
  dropped = 0

  readonly #keeps: number

  constructor(keeps = Infinity) {
    this.#keeps = keeps
  }

  get size(): number {
    return this.#lines.length
  }

  clear(): void {
    this.#lines = []
    this.#last = 0
    this.dropped = 0
  }

  /** @param skip how many numbers the run's other lines take in between */
  add(text: string, skip = 0): void {
    this.#last += 1 + skip
    this.#lines.push({ seq: this.#last, at: null, source: 'backend', stream: 'stdout', text })
    if (this.#lines.length <= this.#keeps) return
    this.#lines.shift()
    this.dropped++
  }

  after(seq: number, limit: number): LogLine[] {
    return this.#lines.filter(line => line.seq > seq).slice(0, limit)
  }

  tail(limit: number): LogLine[] {
    return this.#lines.slice(-limit)
  }
}

const stamp = { epoch: 'p.1', version: 1, now: '2026-01-01T00:01:00.250Z' }

export const someSnapshot = (
  runId: string,
  batches: Batch[] = [someBatch('a', 'running'), someBatch('b')],
): Snapshot => ({
  ...someRun(runId),
  ...stamp,
  batches,
})

export const someFleet = (...runIds: string[]): Fleet => ({
  ...stamp,
  backend: 'http://127.0.0.1:3000',
  link: { backend: 'live', docker: 'off' },
  linkSince: null,
  dockerSince: null,
  findings: [],
  imports: [],
  runs: runIds.map(runId => someRun(runId)),
})

export const someContainers = (...ids: string[]): ContainerList => ({
  ...stamp,
  docker: { link: 'live', error: null },
  dockerSince: '2026-01-01T00:00:00.000Z',
  containers: ids.map(id => someAgent(id)),
})
