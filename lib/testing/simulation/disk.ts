import { appendFileSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Logger } from 'pino'
import { Recorder } from '../../hub/recording/recorder'
import type { Entry, Header } from '../../hub/recording/entries'
import type { Recording } from '../../hub/recording/recording'

/** What is wrong with recordings on purpose: what becomes of an entry before it is appended; null: it is lost. */
export type RecordsFault = (entry: Entry, urgent: boolean) => { entry: Entry; urgent: boolean } | null

/** The real recorder. */
class FaultyRecorder extends Recorder {
  readonly #fault: RecordsFault

  constructor(dataDir: string, log: Logger, fault: RecordsFault) {
    super(dataDir, log)
    this.#fault = fault
  }

  override resume(path: string, header: Header, size: number): Recording {
    const recording = super.resume(path, header, size)
    const append = recording.append.bind(recording)
    recording.append = (entry, urgent) => {
      const changed = this.#fault(entry, urgent)
      if (changed) append(changed.entry, changed.urgent)
    }
    return recording
  }
}

/** Half an entry, as a process leaves it that is killed while it writes. */
const TORN = '{"kind":"observed","fresh":true,"obs'

/** Files in memory, where the machine has that: a third of a story's time went into files. */
const MEMORY = '/dev/shm'

/** The disk that a dashboard's recordings are on, which outlives its processes. */
export class Disk {
  readonly #root = mkdtempSync(join(existsSync(MEMORY) ? MEMORY : tmpdir(), 'groundtruth-simulation-'))
  #processes = 0

  readonly #fault: RecordsFault | undefined

  constructor(fault?: RecordsFault) {
    this.#fault = fault

    mkdirSync(this.#recordings, { recursive: true })
  }

  /** Of the process that runs now. */
  recorder(log: Logger): Recorder {
    return this.#fault ? new FaultyRecorder(this.#folder, log, this.#fault) : new Recorder(this.#folder, log)
  }

  /**
   * The process is killed: the next one finds what was written by now. It gets a folder of its own, so nothing reaches it
   * that this one writes, or flushes when it is closed, and no lock that is held by a process which lives, as both are one.
   * @param torn it was about to write
   */
  killed(torn: boolean): void {
    const left = this.#recordings
    this.#processes += 1
    mkdirSync(this.#recordings, { recursive: true })
    for (const name of readdirSync(left)) {
      const path = join(this.#recordings, name)
      copyFileSync(join(left, name), path)
      if (torn) appendFileSync(path, TORN)
    }
  }

  throwAway(): void {
    rmSync(this.#root, { recursive: true })
  }

  get #folder(): string {
    return join(this.#root, String(this.#processes))
  }

  get #recordings(): string {
    return join(this.#folder, 'recordings')
  }
}
