import { appendFileSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Logger } from 'pino'
import { Recorder } from '../../hub/recording/recorder'
import type { Entry, Header } from '../../hub/recording/entries'
import type { Recording } from '../../hub/recording/recording'

/** A planted fault of recordings: changes an entry before it is appended; null loses the entry. */
export type RecordsFault = (entry: Entry, urgent: boolean) => { entry: Entry; urgent: boolean } | null

/** The real recorder, with a fault. */
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

/** Half an entry, left by a process that is killed while it writes. */
const TORN = '{"kind":"observed","fresh":true,"obs'

/** Files in memory, if the machine has a memory file system: files took a third of a story's time. */
const MEMORY = '/dev/shm'

/** The disk of a dashboard's recordings, which outlives its processes. */
export class Disk {
  readonly #root = mkdtempSync(join(existsSync(MEMORY) ? MEMORY : tmpdir(), 'groundtruth-simulation-'))
  #processes = 0

  readonly #fault: RecordsFault | undefined

  constructor(fault?: RecordsFault) {
    this.#fault = fault

    mkdirSync(this.#recordings, { recursive: true })
  }

  /** The recorder of the current process. */
  recorder(log: Logger): Recorder {
    return this.#fault ? new FaultyRecorder(this.#folder, log, this.#fault) : new Recorder(this.#folder, log)
  }

  /**
   * The process is killed; the next one finds everything that was written by then. The next one gets its own folder. So it sees
   * nothing that the old one still writes, or flushes at its close, and no lock of the old one: a lock would look alive, because
   * both are the same operating system process.
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
