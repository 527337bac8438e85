import type { Logger } from 'pino'
import { serverNow } from '../../clock/clock'
import type { AgentLogs } from '../logs'
import { Rebuilt } from './rebuilt'
import {
  type Entry,
  type Header,
  playRecording,
  type PlayedRecording,
  type Recorder,
  type Recording,
  type RecordingFile,
} from '../recording'
import type { RunState } from './run-state'

/** The part of the hub that the rebuild of runs uses. */
export interface RebuildHost {
  readonly agentLogs: AgentLogs
  /** The state to fill. Null if the recording is of another backend, or the run is already known. */
  reopen(header: Header): RunState | null
  /** The recording could not be read to its end: the rebuilt part is not shown. */
  abandon(state: RunState): Promise<void>
}

/** The recordings of the runs. Without a recorder nothing is recorded. */
export class RunRecordings {
  readonly #recordings = new Map<RunState, Recording>()

  readonly #backend: string
  readonly #recorder: Recorder | null
  readonly #log: Logger

  constructor(backend: string, recorder: Recorder | null, log: Logger) {
    this.#backend = backend
    this.#recorder = recorder
    this.#log = log
  }

  begin(state: RunState): void {
    const { runId, since, spec } = state
    const recording = this.#recorder?.begin({ groundtruth: 1, backend: this.#backend, runId, spec, since })
    if (recording) this.#recordings.set(state, recording)
  }

  /** The pages are about to show the run. */
  show(state: RunState): void {
    this.#recordings.get(state)?.begin()
  }

  /** Does nothing if the run is not recorded, or is being rebuilt. */
  append(state: RunState | undefined, entry: Entry, urgent: boolean): void {
    if (state) this.#recordings.get(state)?.append(entry, urgent)
  }

  /** The run's recording up to now, as a separate file. Undefined if the run is not recorded [IMP-1]. */
  exported(state: RunState, last: Entry): Promise<RecordingFile> | undefined {
    return this.#recordings.get(state)?.exported(last)
  }

  /** The file that holds all that is recorded of the run; null while some of it can't be written. Undefined if it is not recorded. */
  file(state: RunState): string | null | undefined {
    const recording = this.#recordings.get(state)
    return recording && (recording.flush() ? recording.path : null)
  }

  /** The run is no longer known, and a restart must not bring it back. */
  remove(state: RunState): void {
    const recording = this.#recordings.get(state)
    this.#recordings.delete(state)
    if (recording) this.#recorder?.remove(recording)
  }

  /** Whether all recordings together are larger than their bound. */
  get isOverfull(): boolean {
    return this.#recorder?.isOverfull ?? false
  }

  /** Rebuilds every run of this backend that is recorded here, the oldest first, and resumes their recordings. */
  async rebuild(host: RebuildHost): Promise<Rebuilt[]> {
    const all: Rebuilt[] = []
    for (const path of this.#recorder?.files() ?? []) {
      const rebuilt = new Rebuilt(host)
      const reading = await this.#play(path, rebuilt)
      const { state, header } = rebuilt
      if (!state || !header) continue
      if (!reading) {
        await host.abandon(state)
        continue
      }
      const recording = this.#recorder?.resume(path, header, reading.end)
      if (recording) this.#recordings.set(state, recording)
      if (reading.wasSet) recording?.append({ kind: 'resumed', at: serverNow() }, true)
      if (reading.unread > 0) {
        this.#log.warn({ path, runId: state.runId, lines: reading.unread }, 'lines of a recording can’t be read')
        state.note(`${reading.unread} lines of this run’s recording could not be read: something may be missing here.`)
      }
      all.push(rebuilt)
    }
    return all.sort((a, b) => (a.header?.since ?? 0) - (b.header?.since ?? 0))
  }

  /** Null if the file can't be read. */
  async #play(path: string, rebuilt: Rebuilt): Promise<PlayedRecording | null> {
    try {
      const reading = await playRecording(path, rebuilt)
      if (!rebuilt.header) this.#log.warn({ path }, 'a recording is of another version, or none: it is left alone')
      else if (!reading.played) this.#log.info({ path }, 'a recording is another backend’s: it is left alone')
      return reading
    } catch (error) {
      this.#log.error({ err: error, path }, 'a recording can’t be read: it is left alone')
      return null
    }
  }
}
