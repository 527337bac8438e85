import type { ContainerFacts } from './container-facts'
import type { ClaimedBatch } from '../claims/claimed-batches'
import type { ContainersByBatch } from './containers-by-batch'
import { alarm, judgedBatch, pairOf, type Surroundings } from './evidence'
import type { Batch, Finding } from '../model'
import { verdict, type Judgement } from './verdict'

/** A batch with its verdict, and what both were made of. */
interface Judged {
  readonly claimed: ClaimedBatch
  readonly containers: readonly ContainerFacts[]
  readonly judgement: Judgement
  readonly batch: Batch
}

/** The batches as pages see them. A batch keeps its object until something in it changes, and so does the list of all. */
export class JudgedBatches {
  #judged: Judged[] = []
  #all: Batch[] = []
  #surroundings: Surroundings | null = null
  /** By place: when the passing of time alone changes the verdict, ms. */
  readonly #deadlines = new Map<number, number>()
  readonly #alarms = new Map<number, Finding>()

  get all(): Batch[] {
    return this.#all
  }

  /** The alarming verdicts, in the order of the batches. */
  get findings(): Finding[] {
    return [...this.#alarms].sort(([a], [b]) => a - b).map(([, finding]) => finding)
  }

  /** When the passing of time alone changes a verdict, ms on our clock, or null. */
  get deadline(): number | null {
    return this.#deadlines.size === 0 ? null : Math.min(...this.#deadlines.values())
  }

  /**
   * @param batches all batches of the run
   * @param changed the places of those with a changed claim or changed evidence
   */
  update(
    batches: readonly ClaimedBatch[],
    changed: ReadonlySet<number>,
    containers: ContainersByBatch,
    surroundings: Surroundings,
    now: number,
  ): void {
    const isElsewhere = this.#surroundings === null || !isSame(this.#surroundings, surroundings)
    this.#surroundings = surroundings
    const places = new Set(isElsewhere ? batches.keys() : changed)
    for (const [place, deadline] of this.#deadlines) if (deadline <= now) places.add(place)
    let hasChanged = batches.length !== this.#all.length
    const all = this.#all.slice(0, batches.length)
    for (let place = batches.length; place < this.#judged.length; place += 1) {
      this.#deadlines.delete(place)
      this.#alarms.delete(place)
    }
    this.#judged.length = all.length
    for (const place of places) {
      const claimed = batches[place]
      const judged = claimed && this.#judgedAnew(place, claimed, containers.of(claimed.id), now)
      if (!judged) continue
      hasChanged = true
      this.#judged[place] = judged
      all[place] = judged.batch
    }
    if (hasChanged) this.#all = all
  }

  /** Judges one batch anew; null if it has not changed. */
  #judgedAnew(place: number, claimed: ClaimedBatch, containers: readonly ContainerFacts[], now: number): Judged | null {
    if (!this.#surroundings) return null
    const pair = pairOf(claimed, containers, this.#surroundings)
    const judgement = verdict(pair, this.#surroundings, now)
    if (judgement.deadline === null) this.#deadlines.delete(place)
    else this.#deadlines.set(place, judgement.deadline)
    const known = this.#judged[place]
    const isKnown =
      known?.claimed === claimed && known.containers === containers && isSameJudgement(known.judgement, judgement)
    if (isKnown) return null
    const finding = alarm(claimed, judgement)
    if (finding) this.#alarms.set(place, finding)
    else this.#alarms.delete(place)
    return { claimed, containers, judgement, batch: judgedBatch(claimed, containers, judgement) }
  }
}

const isSame = (a: Surroundings, b: Surroundings): boolean =>
  a.over === b.over &&
  a.endedAt === b.endedAt &&
  a.local === b.local &&
  a.clockOffset === b.clockOffset &&
  a.backend.link === b.backend.link &&
  a.backend.since === b.backend.since &&
  a.docker.link === b.docker.link &&
  a.docker.since === b.docker.since &&
  a.docker.imageMissing === b.docker.imageMissing &&
  a.docker.lists[0] === b.docker.lists[0] &&
  a.docker.lists[1] === b.docker.lists[1] &&
  a.undecided === b.undecided &&
  a.runningSince === b.runningSince

const isSameJudgement = (a: Judgement, b: Judgement): boolean =>
  a.verdict === b.verdict && a.reason === b.reason && a.since === b.since && a.containerId === b.containerId
