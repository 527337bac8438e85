import type { Engine } from '../../docker/engine'
import type { KnownLines } from '../../docker/known-lines'
import { ContainerLog, TORN } from '../../docker/logs'
import { hasEnded } from '../../run/container'
import type { ContainerFacts } from '../../run/container-facts'
import { SecretMask } from '../../run/secrets'
import type { AgentLogs } from '../logs'

const A_WHILE = 60_000

/** Reads what the agents' containers print, each from its first line to its last, into the logs [DOCK-8]. */
export class AgentOutput {
  readonly #logs = new Map<string, ContainerLog>()
  /** What was read before this process began of each container that was there then, by its id. */
  readonly #restored = new Map<string, { ended: boolean; lines: KnownLines | undefined }>()

  readonly #engine: Engine
  readonly #agentLogs: AgentLogs
  readonly #failed: (error: unknown) => void

  constructor(engine: Engine, agentLogs: AgentLogs, failed: (error: unknown) => void) {
    this.#engine = engine
    this.#agentLogs = agentLogs
    this.#failed = failed
  }

  /** An earlier process has read of it; it goes on from there [REC-7]. */
  restore(container: ContainerFacts, lines: KnownLines | undefined): void {
    this.#restored.set(container.id, { ended: hasEnded(container), lines })
  }

  /**
   * What it prints is read from its first line, whosever it is; of one that ended long before it was seen, only where it is
   * `somebodys`: there may be thousands of those. Not before it has started: who asks too early is told that
   * there is nothing, and would ask again too late for a container that is soon gone.
   */
  read(container: ContainerFacts, somebodys: boolean): void {
    const { id, state } = container
    if (state === 'created' || this.#logs.has(id) || (!somebodys && endedLongAgo(container))) return
    const agentLogs = this.#agentLogs
    const secrets = new SecretMask()
    const known = this.#restored.get(id)?.lines
    this.#restored.delete(id)
    const log = new ContainerLog(this.#engine, id, {
      line: line => {
        // Also of a line that is known: a private key may go on in the next one.
        const text = secrets.mask(line.text)
        const news = known?.take(line) ?? 'new'
        if (news === 'known') return
        if (news === 'torn') agentLogs.gap(id, TORN)
        agentLogs.line(id, { ...line, text })
      },
      gap: text => agentLogs.gap(id, text),
      ended: () => undefined,
      failed: error => {
        agentLogs.gap(id, 'Its output can’t be read on, by a fault of the dashboard’s: lines are missing here.')
        this.#failed(error)
      },
    })
    this.#logs.set(id, log)
    log.start()
  }

  /** It was removed: what it printed is either read, or gone, and then that is said. */
  removed({ id, startedAt }: ContainerFacts): void {
    if (startedAt === null || this.#logs.has(id)) return
    const before = this.#restored.get(id)
    this.#restored.delete(id)
    if (before?.ended === true) return
    const text = before
      ? 'The container was removed while the dashboard did not run: its last lines may be missing here.'
      : 'The container was removed before its output could be read: its lines are missing here.'
    this.#agentLogs.gap(id, text)
  }

  forget(id: string): void {
    this.#logs.get(id)?.close()
    this.#logs.delete(id)
  }

  close(): void {
    for (const log of this.#logs.values()) log.close()
  }
}

/** It had ended a while before it was first seen: no hurry to read it before it is gone. */
const endedLongAgo = ({ seenRunningAt, seenEndedAt, finishedAt }: ContainerFacts): boolean =>
  seenRunningAt === null && seenEndedAt !== null && finishedAt !== null && seenEndedAt - finishedAt > A_WHILE
