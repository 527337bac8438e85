import { createHash, randomUUID } from 'node:crypto'
import { mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import type { Logger } from 'pino'
import { ZodError } from 'zod'
import { serverNow } from '../../clock/clock'
import type { ImportSummary, Snapshot } from '../../run/model'
import { iso } from '../../run/time/time'
import type { Document } from '../../sync/document'
import type { StatePublisher } from '../../sync/publisher'
import { importBatchLogScope, importLogScope, importMergedLogScope, importScope } from '../../sync/scope'
import { toImportSummary, toSnapshot } from '../../sync/from-document'
import { ImportedRun } from './imported-run'
import { type FindLog, LogBudget, LogReader } from '../logs'
import { type HubError, type HubMeter, hubRefusals, type ImportsApi, type LogChoice } from '../api'
import { isMissing, pacemaker, playRecording, type RecordingFile } from '../recording'

export interface ImportsOptions {
  /** The folder that keeps the imported recordings. Null: nothing can be imported. */
  folder: string | null
  publisher: StatePublisher
  log: Logger
  meter: Pick<HubMeter, 'refused' | 'dropped'>
}

/**
 * Bounds: `imports`: how many are kept; `one`, `all`: the size of one and of all together, bytes; `atOnce`, `ofEach`: how
 * many may be uploaded at once, in all and by one person; `playing`: how long this process may play one, ms; `logs`: the
 * memory of the logs of all imports, apart from those of followed runs, bytes [IMP-4].
 */
const BOUNDS = {
  ...{ imports: 50, one: 256 * 1024 * 1024, all: 1024 * 1024 * 1024, playing: 60_000 },
  // However slow the uploads of one person are, there is room for others.
  ...{ atOnce: 4, ofEach: 2 },
  logs: 128 * 1024 * 1024,
}
/** A line of a recording holds one message, or one reading of a plan. */
const MAX_LINE = 16 * 1024 * 1024
/** The largest document of one run that pages are sent, characters. */
const MAX_DOCUMENT = 8 * 1024 * 1024
/** The largest summary of one import that every fleet page is sent, characters. */
const MAX_SUMMARY = 16 * 1024

const NAME = /^([0-9a-f]{32})\.jsonl$/
const PART = '.part'

interface Played {
  readonly run: ImportedRun
  readonly document: Document
  readonly summary: ImportSummary
}

interface StoredImport extends Played {
  readonly path: string
  readonly bytes: number
  /** ms */
  readonly importedAt: number
}

/** Runs from recordings that were exported here or elsewhere. Each has a name of its own and is never live [IMP-2]. */
export class Imports implements ImportsApi {
  readonly logs = new LogReader((importId, choice) => this.#logOf(importId, choice))
  readonly #kept = new Map<string, StoredImport>()
  readonly #budget: LogBudget
  readonly #listeners: (() => void)[] = []
  /** The senders of the current uploads. Undefined: the server does not ask for sign-in. */
  readonly #senders: (string | undefined)[] = []
  #restored: 'reading' | 'unread' | undefined

  readonly #options: ImportsOptions
  readonly #bounds: {
    logs: number
    atOnce: number
    ofEach: number
    imports: number
    one: number
    all: number
    playing: number
  }

  constructor(options: ImportsOptions, bounds = BOUNDS) {
    this.#options = options
    this.#bounds = bounds

    this.#budget = new LogBudget(bounds.logs, lines => options.meter.dropped(lines))
  }

  /** @param changed called when an import was added or removed */
  listen(changed: () => void): void {
    this.#listeners.push(changed)
  }

  #changed(): void {
    for (const changed of this.#listeners) changed()
  }

  /**
   * Whether `list` lacks imports of an earlier process: they are still being read, or some can't be read. Undefined: it is
   * complete.
   */
  get unread(): 'reading' | 'unread' | undefined {
    return this.#restored
  }

  /** Restores the imports that an earlier process has kept [IMP-3]. */
  async restore(): Promise<void> {
    const { folder, log } = this.#options
    if (folder === null) return
    const names = this.#namesIn(folder)
    let failed = names === null
    if (names?.some(name => NAME.test(name))) this.#restored = 'reading'
    for (const name of names ?? []) {
      const path = join(folder, name)
      const id = NAME.exec(name)?.[1]
      // An upload that was incomplete when the process ended was never confirmed.
      if (name.endsWith(PART)) this.#clear(path)
      if (id === undefined) continue
      try {
        const played = await this.#played(id, path)
        // The same recording may have been uploaded again meanwhile.
        if (this.#kept.has(id)) played.run.close()
        else this.#keep(id, { ...played, path, ...sizeOf(path) })
      } catch (error) {
        failed = true
        log.warn({ err: error, path }, 'an imported recording can’t be played: it is left alone')
      }
    }
    const was = this.#restored
    this.#restored = failed ? 'unread' : undefined
    if (this.#restored !== was) this.#changed()
  }

  /** The newest first. */
  list(): ImportSummary[] {
    return [...this.#kept.values()].sort((a, b) => b.importedAt - a.importedAt).map(({ summary }) => summary)
  }

  async add(body: AsyncIterable<Buffer>, by?: string): Promise<{ importId: string; created: boolean }> {
    const { folder } = this.#options
    const senders = this.#senders
    const { atOnce, ofEach } = this.#bounds
    if (folder === null) throw hubRefusals.importsWithoutFolder()
    const own = by === undefined ? 0 : senders.filter(sender => sender === by).length
    if (senders.length >= atOnce) throw this.#beyond(hubRefusals.importsAtOnce(atOnce))
    if (own >= ofEach) throw this.#beyond(hubRefusals.importsAtOnceOfOne(ofEach))
    this.#checkRoomFor(0)
    const part = join(folder, randomUUID() + PART)
    senders.push(by)
    try {
      mkdirSync(folder, { recursive: true, mode: 0o700 })
      const importId = await this.#receive(body, part)
      const created = !this.#kept.has(importId) && (await this.#take(importId, part, join(folder, `${importId}.jsonl`)))
      return { importId, created }
    } catch (error) {
      throw isOfTheDisk(error) ? hubRefusals.importsUnwritable(error) : error
    } finally {
      senders.splice(senders.indexOf(by), 1)
      this.#clear(part)
    }
  }

  async snapshot(importId: string): Promise<Snapshot | undefined> {
    const published = await this.#options.publisher.read(importScope(importId))
    if (!published) return undefined
    const { document, epoch, version } = published
    return toSnapshot(document, { epoch, version, now: iso(serverNow()) })
  }

  async #logOf(importId: string, { batch, merged = false }: LogChoice): ReturnType<FindLog> {
    const kept = this.#kept.get(importId)
    if (!kept) return undefined
    if (batch === undefined) return { log: merged ? kept.run.merged : kept.run.log }
    const exists = kept.document.items.some(({ id }) => id === batch)
    return exists ? { log: kept.run.batchLogs.get(batch) } : undefined
  }

  async recording(importId: string): Promise<RecordingFile | undefined> {
    const kept = this.#kept.get(importId)
    if (!kept) return undefined
    // Opened at once: the import may be removed while a user still reads it.
    const file = await open(kept.path).catch((error: unknown) => {
      throw hubRefusals.recordingUnreadable(error)
    })
    return file.createReadStream() as RecordingFile
  }

  async remove(importId: string): Promise<void> {
    const kept = this.#kept.get(importId)
    if (!kept) throw hubRefusals.noSuchImport(importId)
    try {
      rmSync(kept.path, { force: true })
    } catch (error) {
      throw hubRefusals.importsUnwritable(error)
    }
    this.#kept.delete(importId)
    const { publisher } = this.#options
    for (const scope of [importScope(importId), importLogScope(importId), importMergedLogScope(importId)])
      publisher.close(scope)
    for (const batchId of kept.run.batchLogs.keys()) publisher.close(importBatchLogScope(importId, batchId))
    kept.run.close()
    this.#changed()
  }

  /** Writes the upload to a file. Returns its id, a hash of its bytes: the same bytes have the same id. */
  async #receive(body: AsyncIterable<Buffer>, path: string): Promise<string> {
    const hash = createHash('sha256')
    let bytes = 0
    // No stream is used: an abandoned one may still create its file after that was removed.
    const file = await open(path, 'wx', 0o600)
    try {
      for await (const chunk of body) {
        bytes += chunk.length
        if (bytes > this.#bounds.one) throw this.#beyond(hubRefusals.importTooLarge(this.#bounds.one))
        hash.update(chunk)
        await file.appendFile(chunk)
      }
      await file.sync()
    } finally {
      await file.close()
    }
    return hash.digest('hex').slice(0, 32)
  }

  /** Returns false if the recording is kept already: the same one may be uploaded twice at once. */
  async #take(importId: string, part: string, path: string): Promise<boolean> {
    const played = await this.#played(importId, part)
    if (this.#kept.has(importId)) {
      played.run.close()
      return false
    }
    const size = sizeOf(part)
    try {
      this.#checkRoomFor(size.bytes)
      renameSync(part, path)
    } catch (error) {
      played.run.close()
      throw error
    }
    this.#keep(importId, { ...played, path, ...size })
    return true
  }

  #checkRoomFor(bytes: number): void {
    const { imports, all } = this.#bounds
    if (this.#kept.size >= imports) throw this.#beyond(hubRefusals.importsTooMany(imports))
    const sum = [...this.#kept.values()].reduce((sum, kept) => sum + kept.bytes, bytes)
    if (sum > all) throw this.#beyond(hubRefusals.importsTooLarge(all))
  }

  async #played(importId: string, path: string): Promise<Played> {
    const run = new ImportedRun(this.#budget)
    try {
      const { played, unread } = await playRecording(path, run, {
        maxLine: MAX_LINE,
        pause: pacemaker(ms => this.#checkTime(ms)),
      })
      if (!played) throw hubRefusals.noRecording()
      const document = run.document(importId, unread)
      if (JSON.stringify(document).length > MAX_DOCUMENT) throw this.#beyond(hubRefusals.importTooLong())
      const summary = toImportSummary(document)
      if (JSON.stringify(summary).length > MAX_SUMMARY) throw this.#beyond(hubRefusals.importNamesTooLong())
      return { run, document, summary }
    } catch (error) {
      run.close()
      // The file may hold anything. The import is refused, and nothing changes.
      if (error instanceof RangeError || error instanceof TypeError || error instanceof ZodError) {
        throw hubRefusals.unplayable(error)
      }
      throw error
    }
  }

  /** Stops a recording that takes too long to play [IMP-4]. */
  #checkTime(worked: number): void {
    if (worked > this.#bounds.playing) throw this.#beyond(hubRefusals.importTooSlow())
  }

  #keep(id: string, kept: StoredImport): void {
    const { publisher } = this.#options
    const { run, document } = kept
    this.#kept.set(id, kept)
    publisher.open(importScope(id), () => document)
    publisher.openLog(importLogScope(id), run.log)
    publisher.openLog(importMergedLogScope(id), run.merged)
    for (const [batchId, log] of run.batchLogs) publisher.openLog(importBatchLogScope(id, batchId), log)
    this.#changed()
  }

  /** Null if the folder can't be read. */
  #namesIn(folder: string): string[] | null {
    try {
      return readdirSync(folder)
    } catch (error) {
      if (isMissing(error)) return []
      this.#options.log.error({ err: error, folder }, 'imported recordings can’t be read')
      return null
    }
  }

  /** If this fails, the next start tries it again. */
  #clear(part: string): void {
    try {
      rmSync(part, { force: true })
    } catch (error) {
      this.#options.log.warn({ err: error, part }, 'what is left of an import can’t be removed')
    }
  }

  /** Counts a refusal that is due to a bound. */
  #beyond(refusal: HubError): HubError {
    this.#options.meter.refused('imports')
    return refusal
  }
}

const sizeOf = (path: string) => {
  const { size, mtimeMs } = statSync(path)
  return { bytes: size, importedAt: mtimeMs }
}

const isOfTheDisk = (error: unknown): boolean => error instanceof Error && 'syscall' in error
