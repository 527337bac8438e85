import type { Engine } from '../../docker/engine/engine'
import type { KnownLines } from '../../docker/logs/known-lines'
import { ContainerLog, TORN } from '../../docker/logs/logs'
import { hasEnded } from '../../run/evidence/container'
import type { ContainerFacts } from '../../run/evidence/container-facts'
import { SecretMask } from '../../run/text/secrets'
import type { AgentLogs } from '../logs'

const A_WHILE = 60_000

/** Reads the output of the agents' containers into the logs, each from its first line to its last [DOCK-8]. */
export class AgentOutput {
  readonly #logs = new Map<string, ContainerLog>()
  /** By container id: what was read before this process began, of the containers that existed then. */
  readonly #restored = new Map<string, { ended: boolean; lines: KnownLines | undefined }>()

  readonly #engine: Engine
  readonly #agentLogs: AgentLogs
  readonly #failed: (error: unknown) => void

  constructor(engine: Engine, agentLogs: AgentLogs, failed: (error: unknown) => void) {
    this.#engine = engine
    this.#agentLogs = agentLogs
    this.#failed = failed
  }

  /** An earlier process has read a part of its output. Reading continues from there [REC-7]. */
  restore(container: ContainerFacts, lines: KnownLines | undefined): void {
    this.#restored.set(container.id, { ended: hasEnded(container), lines })
  }

  /**
   * Reads the output of a container from its first line, whichever run it belongs to. A container that ended long before
   * it was first seen is read only if it is `somebodys`, because there may be thousands of them. A container that has not
   * started is not read yet: the Engine would answer that there is no output, and the next request could come too late if
   * the container is soon removed.
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
        // A known line is masked as well: a private key may continue in the next line.
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

  /** The container was removed. If its output was not read by then, the log says so. */
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

/** Whether it ended long before it was first seen: reading it is not urgent. */
const endedLongAgo = ({ seenRunningAt, seenEndedAt, finishedAt }: ContainerFacts): boolean =>
  seenRunningAt === null && seenEndedAt !== null && finishedAt !== null && seenEndedAt - finishedAt > A_WHILE
