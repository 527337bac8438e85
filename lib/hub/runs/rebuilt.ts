import { Replay } from '../../backend/replay'
import { KnownLines } from '../../docker/logs/known-lines'
import type { Observation } from '../../run/observation'
import type { AgentLogs } from '../logs'
import type { Entry, Header, Player } from '../recording'
import type { RunState } from './run-state'

/** The part of the hub that the rebuild of a run uses. */
export interface Rebuilder {
  readonly agentLogs: Pick<AgentLogs, 'restore' | 'restoreMovedAway'>
  /** The state to fill. Null if the recorded run can't be rebuilt here. */
  reopen(header: Header): RunState | null
}

/** A run rebuilt from its recording, by the same fold as a live one, with what is needed to follow it further [REC-7]. */
export class Rebuilt implements Player {
  header: Header | null = null
  state: RunState | null = null
  /**
   * The messages that were received before the restart, so that the backend's replay adds none of them again. Null: no
   * replay is expected.
   */
  replay: Replay | null = new Replay()
  /** The lines that were read of each container. */
  readonly lines = new Map<string, KnownLines>()
  /** The earlier ids of the run [RUN-13]. */
  readonly renamed: string[] = []
  /** Nothing more was expected of the backend. */
  isArchived = false
  #lastAt = 0
  #connection: number | null = null

  readonly #rebuilder: Rebuilder

  constructor(rebuilder: Rebuilder) {
    this.#rebuilder = rebuilder
  }

  begin(header: Header): boolean {
    this.header = header
    this.#lastAt = header.since
    this.state = this.#rebuilder.reopen(header)
    return this.state !== null
  }

  play(entry: Entry): void {
    const { state } = this
    if (!state) return
    switch (entry.kind) {
      case 'observed':
        this.#note(entry.observation)
        this.replay?.learn(entry.observation)
        state.restore(entry.observation, entry.fresh)
        break
      case 'note':
        state.restoreNote(entry.at, entry.text)
        break
      case 'output': {
        const { container: source, batch: batchId, at, stream, text } = entry
        this.#learn(source, stream, at)
        this.#rebuilder.agentLogs.restore({ runId: state.runId, batchId }, { source, at, stream, text })
        break
      }
      case 'left':
        this.lines.delete(entry.container)
        this.#rebuilder.agentLogs.restoreMovedAway(state.runId, entry.container)
        break
      case 'renamed':
        this.renamed.push(entry.from)
        break
      case 'archived':
        this.isArchived = true
        this.replay = null
        break
      case 'hole':
        state.restoreGap(entry.from, entry.to)
        break
      case 'resumed':
        break
      case 'linked':
        state.restoreLinks(entry.links)
        break
      case 'exported':
        // Ignored: the sources themselves show how fresh they are now.
        break
    }
  }

  /** The observation that closes the connection which was open at the end of the recording: it did not survive the process. */
  get lost(): Observation | null {
    return this.#connection === null ? null : { kind: 'closed', at: this.#lastAt, connection: this.#connection }
  }

  #note(observation: Observation): void {
    this.#lastAt = Math.max(this.#lastAt, observation.at)
    if (observation.kind === 'opened') this.#connection = observation.connection
    else if (observation.kind === 'closed') this.#connection = null
  }

  #learn(container: string, stream: 'stdout' | 'stderr' | 'system', at: string | null): void {
    if (stream === 'system' || at === null) return
    const known = this.lines.get(container) ?? new KnownLines()
    known.learn({ stream, at: Date.parse(at) })
    this.lines.set(container, known)
  }
}
