import { CLAIMS_ALONE, linkFields, type Links } from '../../run/links'
import { fold, mayBeAnAgents } from '../../run/fold'
import type { Batch, Finding, RunFields } from '../../run/model'
import type { Observation } from '../../run/observation'
import { emptyRun } from '../../run/run'
import { iso } from '../../run/time/time'
import { derive } from '../../run/view'
import type { Moments } from '../api'
import { type Entry, gapFinding, type Header, pacemaker, type Player } from '../recording'

/**
 * What was learned at a moment. `at`: ms on the server's clock, never earlier than that of the step before. `isNews`: its page showed
 * something else from then on.
 */
type Step = { at: number; isNews: boolean } & StepOf
type StepOf = { observation: Observation } | { links: Links } | { gap: Finding }

/** The approximate memory of a step, and of each batch in a plan or a history, bytes. */
const STEP_COST = 600
const BATCH_COST = 200
/** How often a page is told that a message came, ms: as in `RunState`. */
const HEARD_EVERY = 1_000
/** Steps within this time are one change to whoever goes through them, ms. */
const TOGETHER = 250
const MOST_CHANGES = 2_000

/** A run as its page showed it at a moment, but for its id. */
export interface PastView {
  fields: Omit<RunFields, 'runId'>
  batches: Batch[]
}

/** The steps up to a moment. */
class Played {
  readonly run = emptyRun()
  links: Links | undefined
  gap: Finding | null = null
  /** When the last message came, ms. */
  heardAt: number | null = null
  count = 0

  /** Returns whether the step changed what the page shows: all, or only when the run was last heard. */
  take(step: { at: number } & StepOf): 'news' | 'heard' | null {
    this.count += 1
    if ('gap' in step) {
      this.gap = step.gap
      return 'news'
    }
    if ('links' in step) {
      const before = this.links
      this.links = step.links
      const { backend, docker } = step.links
      return before?.backend.since === backend.since && before.docker.since === docker.since ? null : 'news'
    }
    const { observation } = step
    const isHeard = observation.kind === 'message' && step.at - (this.heardAt ?? -Infinity) >= HEARD_EVERY
    if (isHeard) this.heardAt = step.at
    return fold(this.run, observation) === null ? (isHeard ? 'heard' : null) : 'news'
  }
}

/**
 * What was known of a run at each moment of the past: its recording, played by the same fold as the live run [PAST-1]. Of an agent's
 * lines, which change nothing but when the run was last heard, those are kept by which its page told that.
 */
export class PastRun implements Player {
  #header: Header | null = null
  readonly #steps: Step[] = []
  /** The steps up to the moment that was asked for last; null while somebody plays on from there. */
  #played: Played | null = null
  /** All of it, while it is read: it finds what each step changes. */
  #reading: Played | null = new Played()
  #bytes = 0

  /** @param until the moment up to which the recording was whole when it was read, ms */
  constructor(readonly until: number) {}

  /** The approximate memory that it takes. */
  get bytes(): number {
    return this.#bytes
  }

  begin(header: Header): boolean {
    this.#header = header
    return true
  }

  /** Takes in the next entry; all of them before the first look at a moment. */
  play(entry: Entry): void {
    if (entry.kind === 'linked') this.#learn({ at: entry.at, links: entry.links })
    if (entry.kind === 'hole') this.#learn({ at: entry.to ?? entry.from, gap: gapFinding(entry.from, entry.to) })
    if (entry.kind !== 'observed') return
    const { observation } = entry
    this.#learn({ at: observation.at, observation }, costOf(observation))
  }

  get moments(): Moments {
    const since = this.#header?.since ?? 0
    const changes: number[] = []
    for (const { at, isNews } of this.#steps) {
      // What was written while the recording was read may be there, too.
      if (at > this.until) break
      if (isNews && at - (changes.at(-1) ?? -Infinity) >= TOGETHER) changes.push(at)
    }
    const every = Math.ceil(changes.length / MOST_CHANGES)
    const kept = changes.filter((_, n) => n % every === 0)
    return { from: iso(since), to: iso(this.until), changes: kept.map(at => iso(at)) }
  }

  /** Gives other work its turn meanwhile. @param moment ms on the server's clock */
  async at(moment: number): Promise<PastView> {
    this.#reading = null
    const played = await this.#playedUntil(moment)
    const { run, heardAt, links = this.#untold, gap } = played
    const { batches, ...rest } = derive(run, moment, links).view
    this.#played = played
    const fields = {
      ...rest,
      findings: gap ? [gap, ...rest.findings] : rest.findings,
      spec: run.spec ?? this.#header?.spec ?? null,
      backend: this.#header?.backend ?? '',
      ...linkFields(links),
      heardAt: iso(heardAt),
      imported: null,
    }
    return { fields, batches }
  }

  /** Before the first word of it, nothing says how fresh the sources are. */
  get #untold(): Links {
    return { ...CLAIMS_ALONE, backend: { link: 'stale', since: this.#header?.since ?? 0 } }
  }

  /** @param bytes the approximate memory of what was learned, beside that of a step */
  #learn(learned: { at: number } & StepOf, bytes = 0): void {
    // An earlier step was known when a later one came.
    const step = { ...learned, at: Math.max(learned.at, this.#steps.at(-1)?.at ?? -Infinity) }
    const change = this.#reading === null ? 'news' : this.#reading.take(step)
    if (change === null && isAgentsLine(step)) return
    this.#steps.push({ ...step, isNews: change === 'news' })
    this.#bytes += STEP_COST + bytes
  }

  /** Goes on from the last moment, or begins again for an earlier one. */
  async #playedUntil(moment: number): Promise<Played> {
    const last = this.#played
    const isBefore = last !== null && (this.#steps[last.count - 1]?.at ?? -Infinity) <= moment
    if (isBefore) this.#played = null
    const played = isBefore ? last : new Played()
    const pause = pacemaker(() => undefined)
    for (let step = this.#steps[played.count]; step && step.at <= moment; step = this.#steps[played.count]) {
      played.take(step)
      const pausing = pause()
      if (pausing) await pausing
    }
    return played
  }
}

function costOf(observation: Observation): number {
  if (observation.kind === 'message') return observation.text.length
  return 'batches' in observation ? observation.batches.length * BATCH_COST : 0
}

const isAgentsLine = (step: StepOf): boolean =>
  'observation' in step && step.observation.kind === 'message' && mayBeAnAgents(step.observation.says)
