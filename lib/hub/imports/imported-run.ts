import { CLAIMS_ALONE, type Links } from '../../run/links'
import { LONGEST_LINE } from '../../run/text/kept-text'
import { maskedObservation } from '../../run/text/masked-observation'
import type { Finding } from '../../run/model'
import type { Observation } from '../../run/observation'
import { emptyRun } from '../../run/run'
import { masked, SecretMask } from '../../run/text/secrets'
import { iso } from '../../run/time/time'
import { derive } from '../../run/view'
import type { Document } from '../../sync/document'
import { runDocument } from '../../sync/shapes'
import { AgentLogs, appendLine, foldAndLog, type LogBudget, LogBuffer, MergedLog, RUN_LOG } from '../logs'
import { type Entry, type Header, gapFinding, type Player } from '../recording'

/** The same bounds as for a run: its containers, its batches with a log, the characters of a line and of an id [SAFE-5]. */
const MAX_CONTAINERS = 10_000
const MAX_BATCHES = 2_000
const MAX_ID = 1_000
const isTime = (text: string) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(text)

/**
 * A run from an exported recording. It is played once, by the same fold as a live run, and does not change afterwards
 * [IMP-2]. A recording may come from anybody, so its secrets are always masked here, even if the exporter masked them
 * [SAFE-4].
 */
export class ImportedRun implements Player {
  readonly log: LogBuffer
  /** The backend's lines and those of all batches' containers. Nobody is told of a change: it is played before it is shown. */
  readonly merged = new MergedLog({ appended: () => undefined, renumbered: () => undefined })
  /** By batch id: the output of the batch's containers. */
  readonly batchLogs = new Map<string, LogBuffer>()
  readonly #agentLogs: AgentLogs
  #run = emptyRun()
  readonly #secrets = new SecretMask()
  readonly #containerSecrets = new Map<string, SecretMask>()
  #header: Header | null = null
  #heardAt: number | null = null
  #incomplete: Finding | null = null
  #end: { at: number; links: Links } | null = null
  #lastAt = 0
  /** The number of container lines that are not kept, because a bound was reached. */
  #beyond = 0

  constructor(budget: LogBudget) {
    this.log = new LogBuffer(RUN_LOG, budget)
    this.merged.add(this.log, null)
    this.#agentLogs = new AgentLogs(budget, {
      opened: (_, batchId, log) => {
        this.batchLogs.set(batchId, log)
        this.merged.add(log, batchId)
      },
      appended: () => undefined,
      rebuilt: () => undefined,
      closed: () => undefined,
    })
  }

  begin(header: Header): boolean {
    this.#header = { ...header, backend: withoutCredentials(header.backend) }
    this.#lastAt = header.since
    return true
  }

  /** Throws if the entry holds values that no dashboard records, such as a time beyond the calendar. */
  play(entry: Entry): void {
    switch (entry.kind) {
      case 'observed':
        this.#observe(maskedObservation(entry.observation, this.#secrets), entry.fresh)
        break
      case 'note':
        appendLine(this.log, entry.at, 'system', masked(entry.text))
        break
      case 'output': {
        const { container: source, batch: batchId, at, stream } = entry
        const secrets = this.#mayKeep(entry) ? this.#secretsOf(source) : undefined
        if (!secrets) this.#beyond += 1
        else
          this.#agentLogs.restore(
            { runId: this.#runId, batchId },
            { source, at, stream, text: secrets.mask(entry.text) },
          )
        break
      }
      case 'left':
        this.#agentLogs.restoreMovedAway(this.#runId, entry.container)
        break
      case 'hole':
        this.#incomplete = gapFinding(entry.from, entry.to)
        break
      case 'exported':
        this.#end = entry
        break
      case 'renamed':
      case 'archived':
      case 'resumed':
      case 'linked':
        // An import has a name and an end of its own, and `playRecording` has already moved its times to one clock.
        break
    }
  }

  /**
   * The document that pages show permanently: the run as of the export, with its sources as they were then. A file without
   * an export entry ends with its last observation, and its sources are not known. Called once: afterwards only the
   * document and the logs are left.
   * @param unread the number of its lines that could not be read
   */
  document(id: string, unread: number): Document {
    const { at, links } = this.#end ?? { at: this.#lastAt, links: this.#untold() }
    const { batches, ...fields } = derive(this.#run, at, links).view
    const shown = {
      ...fields,
      findings: [...(this.#incomplete ? [this.#incomplete] : []), ...this.#droppedFinding(), ...fields.findings],
      spec: this.#run.spec ?? this.#header?.spec ?? null,
      runId: this.#runId,
      backend: this.#header?.backend ?? '',
      // No source of an import is connected here: everything is last known, as of the export.
      link: { backend: 'off', docker: links.docker.link === 'off' ? 'off' : 'stale' } as const,
      linkSince: iso(at),
      dockerSince: null,
      heardAt: iso(this.#heardAt),
      imported: { id, until: iso(at), unread: unread + this.#beyond },
    }
    this.#run = emptyRun()
    this.#containerSecrets.clear()
    return runDocument(shown, batches)
  }

  /** Returns the memory of its logs to the budget. */
  close(): void {
    this.merged.close()
    this.log.release()
    this.#agentLogs.forget(this.#runId)
  }

  /** The finding for lines of the file that no log here holds [IMP-4]. */
  #droppedFinding(): Finding[] {
    const dropped = [this.log, ...this.batchLogs.values()].reduce((sum, log) => sum + log.dropped, 0)
    if (dropped === 0) return []
    const text = `The oldest ${dropped} log lines of this recording are not shown: a log, and all logs of imports together, have a bound. The exported file has them.`
    return [{ kind: 'dropped-lines', text, at: null, batchId: null, containerId: null }]
  }

  get #runId(): string {
    return this.#header?.runId ?? ''
  }

  #observe(observation: Observation, fresh: boolean): void {
    this.#lastAt = Math.max(this.#lastAt, observation.at)
    foldAndLog(this.#run, this.log, observation, fresh)
    if (observation.kind === 'message') this.#heardAt = observation.at
  }

  /** The links if the file does not say how fresh the sources were: the backend's claims stand, and the evidence has no verdict. */
  #untold(): Links {
    const { docker } = CLAIMS_ALONE
    if (this.#run.evidence.size === 0) return CLAIMS_ALONE
    return { ...CLAIMS_ALONE, docker: { ...docker, link: 'down', since: this.#lastAt } }
  }

  /** Whether a dashboard would record this line of a container, and there is room for its batch. */
  #mayKeep({ container, batch, at, text }: Extract<Entry, { kind: 'output' }>): boolean {
    if (container.length > MAX_ID || batch.length > MAX_ID || text.length > LONGEST_LINE) return false
    if (at !== null && !isTime(at)) return false
    return this.batchLogs.has(batch) || this.batchLogs.size < MAX_BATCHES
  }

  /** Undefined for a container beyond the bound. */
  #secretsOf(container: string): SecretMask | undefined {
    const known = this.#containerSecrets.get(container)
    if (known || this.#containerSecrets.size >= MAX_CONTAINERS) return known
    const secrets = new SecretMask()
    this.#containerSecrets.set(container, secrets)
    return secrets
  }
}

/** Removes the credentials, as the hub does from the URL of its own backend [SAFE-2]. */
function withoutCredentials(backend: string): string {
  if (!URL.canParse(backend)) return masked(backend)
  const url = new URL(backend)
  url.username = url.password = ''
  return url.href.replace(/\/$/, '')
}
