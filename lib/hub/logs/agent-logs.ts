import { serverNow } from '../../clock/clock'
import type { LogLine } from '../../run/model'
import { iso } from '../../run/time/time'
import type { LogBudget } from './log-budget'
import { BATCH_LOG, LogBuffer } from './log-buffer'

/** The batch that a container works on. */
export interface BatchOfRun {
  readonly runId: string
  readonly batchId: string
}

/** One line that a container printed. */
export interface AgentLine {
  /** When it was printed, ms, by the Engine's clock. */
  readonly at: number
  readonly stream: 'stdout' | 'stderr'
  readonly text: string
}

/** Receives the reports of the batches' logs. */
export interface AgentLogsListener {
  opened(runId: string, batchId: string, log: LogBuffer): void
  appended(runId: string, batchId: string, line: Omit<LogLine, 'seq'>): void
  /** The lines of a container were taken out, and the others were numbered again. */
  rebuilt(runId: string, batchId: string, containerId: string): void
  closed(runId: string, batchId: string): void
}

interface Place extends BatchOfRun {
  readonly log: LogBuffer
}

const MAX_BATCHES = 2_000
const WAITING_LOG = { lines: 5_000, bytes: 4 * 1024 * 1024 }
const MAX_WAITING = 200
/** The number of containers that are remembered because their waiting lines had to be dropped. */
const MAX_LOST = 10_000

/**
 * The output of the containers of all batches. The lines of a container stay together. They wait until its batch is known,
 * and they move when the container turns out to work on another batch [DOCK-4]. They are kept when the container is
 * removed [DOCK-5].
 */
export class AgentLogs {
  readonly #runs = new Map<string, Map<string, LogBuffer>>()
  readonly #places = new Map<string, Place>()
  readonly #waiting = new Map<string, LogBuffer>()
  readonly #lost = new Set<string>()

  readonly #budget: LogBudget
  readonly #listener: AgentLogsListener

  constructor(budget: LogBudget, listener: AgentLogsListener) {
    this.#budget = budget
    this.#listener = listener
  }

  line(containerId: string, { at, stream, text }: AgentLine): void {
    this.#append(containerId, { at: iso(at), source: containerId, stream, text })
  }

  /** Lines of the container may be missing here. `text` says why. */
  gap(containerId: string, text: string): void {
    this.#append(containerId, notice(containerId, text))
  }

  /**
   * Sets the batch that the container works on, as far as it is known now. A batch beyond the 2,000th of its run is
   * treated as not known [SAFE-5].
   */
  assign(containerId: string, batch: BatchOfRun | null): void {
    const old = this.#places.get(containerId)
    if (old ? old.runId === batch?.runId && old.batchId === batch.batchId : batch === null) return
    const log = batch && this.#open(batch)
    if (!old && !log) return
    const lines = old ? this.#leave(containerId, old) : this.#heldBack(containerId)
    if (batch && log) this.#places.set(containerId, { runId: batch.runId, batchId: batch.batchId, log })
    for (const line of lines) this.#append(containerId, line)
  }

  /** Restores a line that was recorded before a restart. The line is dropped if its container belongs to another run by now. */
  restore(batch: BatchOfRun, line: Omit<LogLine, 'seq'>): void {
    const place = this.#places.get(line.source)
    if (place && place.runId !== batch.runId) return
    if (place?.batchId !== batch.batchId) this.assign(line.source, batch)
    this.#append(line.source, line)
  }

  /** The container's restored lines turned out to belong elsewhere. */
  restoreMovedAway(runId: string, containerId: string): void {
    const place = this.#places.get(containerId)
    if (place?.runId === runId) this.#leave(containerId, place)
  }

  /** Undefined if no container of the batch is known. */
  get(runId: string, batchId: string): LogBuffer | undefined {
    return this.#runs.get(runId)?.get(batchId)
  }

  /** The run is no longer kept. */
  forget(runId: string): void {
    const batches = this.#runs.get(runId)
    if (!batches) return
    this.#runs.delete(runId)
    for (const [containerId, place] of this.#places) if (place.runId === runId) this.#places.delete(containerId)
    for (const [batchId, log] of batches) {
      log.release()
      this.#listener.closed(runId, batchId)
    }
  }

  #append(containerId: string, line: Omit<LogLine, 'seq'>): void {
    const place = this.#places.get(containerId)
    if (!place) {
      this.#waitingLog(containerId).append(line)
      return
    }
    place.log.append(line)
    this.#listener.appended(place.runId, place.batchId, line)
  }

  #open({ runId, batchId }: BatchOfRun): LogBuffer | null {
    const known = this.get(runId, batchId)
    if (known) return known
    const batches = this.#runs.get(runId) ?? new Map<string, LogBuffer>()
    if (batches.size >= MAX_BATCHES) return null
    const log = new LogBuffer(BATCH_LOG, this.#budget)
    this.#runs.set(runId, batches.set(batchId, log))
    this.#listener.opened(runId, batchId, log)
    return log
  }

  /** Takes the lines of a container out of its log, because it does not work on this batch after all. */
  #leave(containerId: string, { runId, batchId, log }: Place): LogLine[] {
    this.#places.delete(containerId)
    const lines = log.takeOut(containerId)
    if (lines.length > 0) this.#listener.rebuilt(runId, batchId, containerId)
    return lines
  }

  /** The lines that waited until the container's batch was known, with a notice if some had to be dropped. */
  #heldBack(containerId: string): Omit<LogLine, 'seq'>[] {
    const log = this.#waiting.get(containerId)
    const lines = log?.tail(Infinity) ?? []
    const incomplete = this.#lost.delete(containerId) || (log !== undefined && log.dropped > 0)
    this.#waiting.delete(containerId)
    log?.release()
    if (!incomplete) return [...lines]
    const why = 'Earlier lines of this container were not kept: it was not known yet which batch it works on.'
    return [{ ...notice(containerId, why), at: lines[0]?.at ?? null }, ...lines]
  }

  #waitingLog(containerId: string): LogBuffer {
    const known = this.#waiting.get(containerId)
    if (known) return known
    for (const [oldest, log] of this.#waiting) {
      if (this.#waiting.size < MAX_WAITING) break
      this.#budget.dropped(log.size)
      log.release()
      this.#waiting.delete(oldest)
      this.#remember(oldest)
    }
    const log = new LogBuffer(WAITING_LOG, this.#budget)
    this.#waiting.set(containerId, log)
    return log
  }

  #remember(containerId: string): void {
    this.#lost.add(containerId)
    for (const oldest of this.#lost) {
      if (this.#lost.size <= MAX_LOST) break
      this.#lost.delete(oldest)
    }
  }
}

const notice = (containerId: string, text: string) => ({
  at: iso(serverNow()),
  source: containerId,
  stream: 'system' as const,
  text,
})
