import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, renameSync, unlinkSync } from 'node:fs'
import { join } from 'node:path'
import type { Logger } from 'pino'
import { serverNow } from '../../clock/clock'
import type { Finding } from '../../run/model'
import { iso } from '../../run/time/time'
import { DataDirBusy, lockDataDir } from './data-dir-lock'
import type { Header } from './entries'
import { isMissing, Recording, type RecordingBounds, type RecordingHost } from './recording'

/** Whether recordings are written. If they fail, `error` is a sentence with the cause and what to do, and `since` the time (ms). */
export type RecorderState = { state: 'on' | 'off' } | { state: 'failing'; error: string; since: number }

/** Receives the reports of the recorder. */
export interface RecorderListener {
  /** A note about its recording for the run's log. */
  tell(header: Header, text: string): void
  /** `state` has changed. */
  changed(): void
}

const FLUSH_WITHIN = 100
const AGAIN_AFTER = 10_000
const BOUNDS: RecordingBounds = { lines: 128 * 1024 * 1024, all: 192 * 1024 * 1024 }
const MAX_BYTES = 2 * 1024 * 1024 * 1024
const SUFFIX = '.jsonl'

/** The recordings of all runs of one dashboard, in a folder of its own. */
export class Recorder {
  readonly #folder: string
  readonly #recordings = new Set<Recording>()
  readonly #dirty = new Set<Recording>()
  readonly #host: RecordingHost
  #failing: { error: string; since: number } | null = null
  #isTrying = false
  #soon: NodeJS.Timeout | null = null
  #again: NodeJS.Timeout | null = null
  #unlock: (() => void) | null = null
  #listener: RecorderListener | null = null

  readonly #dataDir: string
  readonly #log: Logger
  readonly #maxBytes: number

  /**
   * Locks the folder, and creates it if it is missing. Throws `DataDirBusy` if another dashboard has locked it. A folder
   * that can't be written is not an error here, but a state [REC-6].
   */
  constructor(dataDir: string, log: Logger, bounds: RecordingBounds = BOUNDS, maxBytes = MAX_BYTES) {
    this.#dataDir = dataDir
    this.#log = log
    this.#maxBytes = maxBytes

    this.#folder = join(dataDir, 'recordings')
    const mayWrite = () => this.#failing === null || this.#isTrying
    this.#host = {
      bounds,
      get mayWrite() {
        return mayWrite()
      },
      waits: recording => this.#waits(recording),
      failed: error => this.#failed(error),
      tell: (header, text) => this.#listener?.tell(header, text),
    }
    try {
      this.#prepare()
    } catch (error) {
      if (error instanceof DataDirBusy) throw error
      this.#failed(error)
    }
  }

  listen(listener: RecorderListener): void {
    this.#listener = listener
  }

  get state(): RecorderState {
    return this.#failing ? { state: 'failing', ...this.#failing } : { state: 'on' }
  }

  /** Whether all recordings together, of finished and live runs, are larger than their bound [REC-5]. */
  get isOverfull(): boolean {
    return [...this.#recordings].reduce((sum, { bytes }) => sum + bytes, 0) > this.#maxBytes
  }

  /** The recordings that an earlier process left here. */
  files(): string[] {
    try {
      return readdirSync(this.#folder)
        .filter(name => name.endsWith(SUFFIX))
        .map(name => join(this.#folder, name))
    } catch (error) {
      if (!isMissing(error)) this.#failed(error)
      return []
    }
  }

  /** The recording of a new run. Its first entry creates the file. An unreadable file of the same name is renamed. */
  begin(header: Header): Recording {
    const name = createHash('sha256')
      .update(JSON.stringify([header.backend, header.runId]))
      .digest('hex')
    const path = join(this.#folder, name + SUFFIX)
    if (existsSync(path)) this.#putAside(path)
    return this.resume(path, header, 0)
  }

  /** @param size where the last whole line of the file ends, bytes; the next write removes what follows [REC-4] */
  resume(path: string, header: Header, size: number): Recording {
    const recording = new Recording(path, header, size, this.#host)
    this.#recordings.add(recording)
    return recording
  }

  /** The run is not kept any more, and neither is its recording. */
  remove(recording: Recording): void {
    recording.close()
    this.#recordings.delete(recording)
    this.#dirty.delete(recording)
    try {
      unlinkSync(recording.path)
    } catch (error) {
      if (!isMissing(error)) this.#failed(error)
    }
  }

  close(): void {
    for (const timer of [this.#soon, this.#again]) if (timer) clearTimeout(timer)
    for (const recording of this.#recordings) recording.close()
    this.#unlock?.()
    this.#unlock = null
  }

  #prepare(): void {
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 })
    this.#unlock ??= lockDataDir(this.#dataDir)
  }

  #putAside(path: string): void {
    const aside = `${path}.unread-${Date.now()}`
    this.#log.warn({ path, aside }, 'a recording of this name can’t be read: it is put aside')
    try {
      renameSync(path, aside)
    } catch (error) {
      this.#failed(error)
    }
  }

  #waits(recording: Recording): void {
    this.#dirty.add(recording)
    this.#soon ??= setTimeout(() => {
      this.#soon = null
      if (!this.#failing) this.#flush()
    }, FLUSH_WITHIN)
  }

  /** Returns whether all waiting entries are written. */
  #flush(): boolean {
    for (const recording of [...this.#dirty]) if (recording.flush()) this.#dirty.delete(recording)
    return this.#dirty.size === 0
  }

  #failed(error: unknown): void {
    const { since } = this.#failing ?? { since: serverNow() }
    if (!this.#failing) this.#log.error({ err: error, dataDir: this.#dataDir }, 'recordings can’t be written')
    this.#failing = { error: sentence(error, since), since }
    this.#again ??= setTimeout(() => this.#tryAgain(), AGAIN_AFTER)
    this.#listener?.changed()
  }

  #tryAgain(): void {
    this.#again = null
    this.#isTrying = true
    try {
      this.#prepare()
      if (this.#flush()) {
        this.#failing = null
        this.#log.info({ dataDir: this.#dataDir }, 'recordings are written again')
        this.#listener?.changed()
      }
    } catch (error) {
      this.#failed(error)
    }
    this.#isTrying = false
    if (this.#failing) this.#again ??= setTimeout(() => this.#tryAgain(), AGAIN_AFTER)
  }
}

/** The finding of a failing recorder. */
export function recorderFinding(state: RecorderState): Finding[] {
  if (state.state !== 'failing') return []
  const { error, since } = state
  return [{ kind: 'recording', text: error, at: iso(since), batchId: null, containerId: null }]
}

/** The sentence for users. It never contains a path: the path is only for operators, in the server's log. */
function sentence(error: unknown, since: number): string {
  const [why, step] = reasonOf(error instanceof Error && 'code' in error ? error.code : null)
  return `Recordings can’t be written: ${why}. A restart would forget what happened since ${iso(since)}. ${step}`
}

function reasonOf(code: unknown): [why: string, step: string] {
  const again = 'It is tried again every 10 s.'
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return ['the disk is full', `Free space for DATA_DIR. ${again}`]
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return ['the folder is read-only', `Allow writing to DATA_DIR. ${again}`]
    default:
      return [
        typeof code === 'string' ? `the system says ${code}` : 'the server’s log says why',
        `Check DATA_DIR. ${again}`,
      ]
  }
}
