import { CLOCK_TOLERANCE } from '../run/time/clock-steps'
import { LARGEST_STEP, type ClockStep } from '../run/observation'

/** A frame with a stamp, with the facts that show the backend's clock. Times in ms. */
export interface Stamped {
  id: string
  /** Its index in the connection. */
  index: number
  /** When it came, by a clock that is never set. */
  at: number
  stamp: number
  /** The time since the frame before it is the same by receipt and by stamp, so it is certainly not part of a replay [RUN-7]. */
  live: boolean
  /** Not known from an earlier connection or an earlier frame. */
  fresh: boolean
}

/** Frames that came later, or earlier, than their stamps say. */
interface Misfit {
  /** By how much the first frame did, ms, and whether all frames since did by the same amount. */
  change: number
  isSteady: boolean
}
type Doubt = Misfit & { step: ClockStep }

/** How long after its opening a connection may replay old messages, ms: receipt times prove nothing in that time. */
export const REPLAY_LASTS = 1_000
/** After this time without a frame, a replay has most likely ended, ms. */
const QUIET = 3_000
/**
 * If a frame comes this long after its stamp, it was not delayed: the clock was set back, ms. On a busy machine a frame may come
 * late by any shorter time, and the next one by the same time.
 */
const LONGEST_DELAY = 60_000

/**
 * Watches the backend's clock in the frames of one run, and finds when the clock was set [RUN-16]. A step is measured by receipt
 * times if they are reliable: on a connection that was found to bring frames at once. In a replay, a step shows only if a stamp
 * is earlier than the one before it, and its size is then not known.
 */
export class BackendClockWatch {
  /** Receipt time minus stamp of frames that came at once, by the clock's current setting, ms; null before there was one. */
  #offset: number | null = null
  /** A live frame or our own start gave the offset, so it does not rest on the assumption of equal clocks. */
  #trusted = false
  /** By how much the frames that gave the offset may have been delayed, ms. */
  #delayed = LONGEST_DELAY
  /** The steps by the ids of the frames before which they happened. */
  readonly #steps = new Map<string, ClockStep>()
  #startSent: number | null = null
  /** Receipt time minus stamp if both clocks are the same machine's, ms. */
  #presumed = 0
  #openedAt = 0
  /** From here on, this connection brings each frame at once. */
  #live = false
  #last: Stamped | null = null
  /** The index after the last frame that came at once and fitted the offset, on any connection. */
  #fittingTo = 0
  /** The first frame of this connection that came before its own stamp, by the offset. */
  #early: (Misfit & { frame: Stamped }) | null = null
  /** Steps back in this connection's replay; the first live frame shows their size. */
  #unmeasured: ClockStep[] = []
  /** The last of these steps that was found before a new message. */
  #missed: ClockStep | null = null
  /** Since this step's frame, all frames came later than their stamps say: they were delayed, or the clock was set back. */
  #doubt: Doubt | null = null
  /** The same on a connection that may still have been in its replay; kept until a frame fits the offset [RUN-16.18]. */
  #tardy: Doubt | null = null
  /** A step that is likely because of a silence before its message, while the clocks' difference is not known. */
  #suspected: ClockStep | null = null

  open(at: number): void {
    this.#openedAt = at
    this.#live = false
    this.#last = this.#early = this.#doubt = this.#suspected = this.#missed = null
    this.#unmeasured = []
  }

  /** @param sentAt when the start of this run was sent, ms: no message of it was stamped before that */
  started(sentAt: number): void {
    this.#startSent = sentAt
  }

  /** @param ahead by how much our machine's clock is ahead of the clock of receipt times, ms [RUN-16.14] */
  ourClock(ahead: number): void {
    this.#presumed = -ahead
  }

  /** Another execution begins: the clock is the same, but its steps so far do not belong to the new run. */
  forget(): void {
    this.#steps.clear()
    this.#fittingTo = 0
    this.#unmeasured = []
    this.#doubt = this.#tardy = null
  }

  /** Keeps a step, which an earlier process may have found. */
  learn(step: ClockStep): void {
    this.#steps.set(step.id, step)
  }

  /** Processes one frame. @returns the step that the frame shows, or null */
  hear(frame: Stamped): ClockStep | null {
    const told = frame.fresh ? this.#look(frame) : this.#lookAgain(frame)
    this.#last = frame
    if (told) this.learn(told)
    return told
  }

  /** Processes a frame that an earlier process received, without its steps: that process found them, and `learn` adds them. */
  recall(frame: Stamped): void {
    this.#look(frame)
    this.#last = frame
  }

  #look(frame: Stamped): ClockStep | null {
    const late = frame.at - frame.stamp
    this.#live ||= frame.live || this.#cameAtOnce(frame)
    this.#trusted ||= frame.live
    const before = this.#before(frame)
    const isReplay = !this.#trusted && frame.at - this.#openedAt < REPLAY_LASTS
    if (before) return this.#setBack(frame, before, isReplay)
    if (this.#offset === null) {
      if (!this.#live) return this.#afterSilence(frame)
      this.#offset = late
      this.#fittingTo = frame.index + 1
      this.#unmeasured = []
      const suspected = this.#suspected
      this.#suspected = null
      return suspected && { ...suspected, basis: 'unmeasured' }
    }
    const change = late - this.#offset
    if (Math.abs(change) <= CLOCK_TOLERANCE && this.#unmeasured.length === 0) {
      if (this.#live) this.#fittingTo = frame.index + 1
      this.#delayed = Math.max(0, this.#delayed + Math.min(0, change))
      this.#offset = Math.min(this.#offset, late)
      return this.#dispel(frame)
    }
    if (isReplay) return null
    return this.#live ? this.#measure(frame, change) : this.#suspect(frame, change)
  }

  /** Processes a known frame: its step stands, unless only another order of frames had shown it. */
  #lookAgain(frame: Stamped): ClockStep | null {
    const before = this.#before(frame)
    const known = this.#steps.get(frame.id)
    if (before) {
      const step = known ? moveTo(known, frame.index) : this.#stepBack(frame, before)
      // Each connection brings the step again, until a live message shows its size.
      if (step.basis === 'order') this.#unmeasured.push(step)
      return step
    }
    if (!known) return null
    const moved = moveTo(known, frame.index)
    if (this.#tardy?.step.id === frame.id) this.#tardy.step = moved
    const missed = this.#missed
    if (missed) {
      this.#missed = null
      this.#unmeasured = this.#unmeasured.filter(step => step !== missed)
      // The step happened before a frame that an earlier connection had lost.
      this.#steps.delete(frame.id)
      return { ...missed, correction: known.correction, basis: known.basis }
    }
    if (known.basis !== 'order') return moved
    this.#steps.delete(frame.id)
    return null
  }

  /** The frame before this one, if its stamp is later than this one's; else null. */
  #before({ stamp }: Stamped): Stamped | null {
    return this.#last && this.#last.stamp - stamp > CLOCK_TOLERANCE ? this.#last : null
  }

  /** Whether the frame came at once: by the offset, or, for the first frame, by our own start or by equal clocks. */
  #cameAtOnce({ at, stamp, index }: Stamped): boolean {
    const late = at - stamp
    if (index === 0 && this.#startSent !== null && at >= this.#startSent && at - this.#startSent <= CLOCK_TOLERANCE) {
      this.#trusted = true
      if (this.#offset === null) this.#delayed = at - this.#startSent
      return true
    }
    if (this.#offset !== null) return Math.abs(late - this.#offset) <= CLOCK_TOLERANCE
    return index === 0 && Math.abs(late - this.#presumed) <= CLOCK_TOLERANCE
  }

  #setBack(frame: Stamped, before: Stamped, isReplay: boolean): ClockStep {
    const step = this.#stepBack(frame, before)
    if (isReplay || !this.#live || this.#offset === null) {
      this.#unmeasured.push(step)
      this.#missed = step
      return step
    }
    const late = frame.at - frame.stamp
    const correction = bounded(late - this.#offset - this.#doubted - this.#ahead())
    this.#fits(frame, late)
    return { ...step, correction, basis: 'measured' }
  }

  /** Measures the step at a frame that came at once and does not fit the offset. */
  #measure(frame: Stamped, change: number): ClockStep | null {
    const late = frame.at - frame.stamp
    const last = this.#last
    const unmeasured = this.#unmeasured
    const doubt = this.#doubt ?? (frame.live ? this.#tardy : null)
    // The frame before a live one was stamped by the same clock.
    const first = frame.live && last && last.index >= this.#fittingTo ? last : frame
    const [step] = unmeasured
    if (step) {
      const isWhole = unmeasured.length === 1 && change >= step.correction - CLOCK_TOLERANCE
      const rest = change - this.#ahead() - unmeasured.reduce((sum, { correction }) => sum + correction, 0)
      const placed = { ...this.#place(this.#early?.frame ?? first, rest), since: step.from, until: frame.index }
      this.#fits(frame, late)
      // If there were other steps, only the sum of all is known.
      return isWhole ? { ...step, correction: change, basis: 'measured' } : placed
    }
    if (change < 0) {
      const delayed = this.#delayed
      const early = this.#early
      const doubted = this.#doubted
      if (early) noteChange(early, change)
      const at = early?.frame ?? first
      const placed = this.#place(at, change - doubted - this.#ahead(at))
      this.#fits(frame, late)
      const whole = early && !early.isSteady ? { ...placed, until: frame.index } : placed
      return -change > delayed ? whole : unclear(whole)
    }
    if (frame.live) {
      const placed = doubt ? confirmed(doubt, frame, change) : this.#place(first, change)
      this.#fits(frame, late)
      return change > LONGEST_DELAY ? placed : unclear(placed)
    }
    if (doubt) {
      noteChange(doubt, change)
      return null
    }
    const correction = change > LONGEST_DELAY ? change : 0
    this.#doubt = { step: { ...this.#place(frame, correction), basis: 'doubt' }, change, isSteady: true }
    return this.#doubt.step
  }

  /** The correction of stamps by the current doubt, ms. */
  get #doubted(): number {
    return this.#doubt?.step.correction ?? 0
  }

  /**
   * By how much stamps are corrected already because frames on earlier connections came before their own stamps, and no live frame
   * has given the offset since, ms. A step at `frame` itself is not included, because it is measured again.
   */
  #ahead(frame?: Stamped): number {
    const isAhead = ({ id, from, basis, correction }: ClockStep) =>
      basis === 'doubt' && correction < 0 && from >= this.#fittingTo && id !== frame?.id
    return [...this.#steps.values()].filter(isAhead).reduce((sum, { correction }) => sum + correction, 0)
  }

  #fits({ index }: Stamped, late: number): void {
    this.#offset = late
    this.#delayed = LONGEST_DELAY
    this.#fittingTo = index + 1
    this.#doubt = this.#tardy = this.#early = this.#missed = null
    this.#unmeasured = []
  }

  /** Ends the doubt: the frames were delayed, or the clock was set back and forward again. Later frames are not in doubt. */
  #dispel({ index }: Stamped): ClockStep | null {
    const doubt = this.#doubt
    const tardy = this.#tardy
    this.#doubt = this.#tardy = null
    if (doubt) return { ...doubt.step, correction: 0, basis: 'measured', until: index }
    return tardy && withdrawn(tardy.step)
  }

  /** Processes a frame that does not fit the offset, and may not have come at once. */
  #suspect(frame: Stamped, change: number): ClockStep | null {
    if (change < 0) {
      const early = this.#early
      if (early) noteChange(early, change)
      this.#early ??= { frame, change, isSteady: true }
      // The frame came before its own stamp, so the clock was set forward by at least this much.
      const more = change - this.#ahead(frame)
      const isKnown = more !== change && Math.abs(more) <= CLOCK_TOLERANCE
      return early || isKnown ? null : { ...this.#place(frame, -change > this.#delayed ? more : 0), basis: 'doubt' }
    }
    if (this.#unmeasured.length === 0 && frame.at - this.#openedAt >= REPLAY_LASTS) {
      const tardy = this.#tardy
      if (tardy) noteChange(tardy, change)
      this.#tardy ??= { step: { ...this.#place(frame, 0), basis: 'doubt' }, change, isSteady: true }
      return tardy ? null : this.#tardy.step
    }
    const isQuiet = this.#last !== null && frame.at - this.#last.at >= QUIET
    return isQuiet ? { ...this.#place(frame, 0), basis: 'doubt' } : null
  }

  /** Suspects a step if the first frame after a silence came later or earlier than sent: a replay ends before such a silence. */
  #afterSilence(frame: Stamped): ClockStep | null {
    const last = this.#last
    if (last === null || frame.at - last.at < QUIET) return null
    const difference = frame.stamp - last.stamp - (frame.at - last.at)
    if (this.#suspected || Math.abs(difference) <= CLOCK_TOLERANCE) return null
    this.#suspected = { ...this.#place(frame, 0), basis: 'doubt' }
    return this.#suspected
  }

  #place({ id, index, stamp }: Stamped, correction: number): ClockStep {
    const since = Math.min(index, this.#fittingTo)
    return { id, from: index, since, until: index, stamp, correction: bounded(correction), basis: 'measured' }
  }

  /** The step that the order of two stamps shows: the clock was set back by at least their difference. */
  #stepBack({ id, index, stamp }: Stamped, before: Stamped): ClockStep {
    const correction = bounded(before.stamp - stamp)
    return { id, from: index, since: index, until: index, stamp, correction, basis: 'order' }
  }
}

function noteChange(misfit: Misfit, change: number): void {
  if (Math.abs(change - misfit.change) > CLOCK_TOLERANCE) misfit.isSteady = false
}

/** A live frame came late, too, so the clock was set back. If other frames were late by other amounts, there is a further cause. */
const confirmed = ({ step, isSteady }: Doubt, { index }: Stamped, change: number): ClockStep => ({
  ...step,
  correction: bounded(change),
  basis: 'measured',
  until: isSteady ? step.until : index,
})

/** Withdraws a step: there was none, so no message may be on either side of it. */
const withdrawn = (step: ClockStep): ClockStep => ({
  ...step,
  correction: 0,
  basis: 'measured',
  since: step.from,
  until: step.from,
})

/** From there on frames came later or earlier: the clock was set, or only the delay changed. So no stamp is corrected. */
const unclear = (step: ClockStep): ClockStep => ({ ...step, correction: 0, basis: 'unmeasured' })

/** Moves a step to the index at which another connection brings its message. */
const moveTo = (step: ClockStep, index: number): ClockStep => {
  const by = index - step.from
  return { ...step, from: index, since: Math.max(0, step.since + by), until: step.until + by }
}

const bounded = (ms: number) => (Math.abs(ms) > LARGEST_STEP ? 0 : ms)
