import { randomBytes } from 'node:crypto'
import { parseDocument } from 'yaml'
import { z } from 'zod'
import { iso, type Clock } from './clock'
import type { BatchRef } from './generation'
import type { Project } from './project'
import { toYaml } from './yaml-file'

const entryBatch = z.object({
  id: z.string(),
  name: z.string(),
  status: z.string(),
  started_at: z.string().optional(),
  ended_at: z.string().optional(),
  branch: z.string().optional(),
  merged: z.boolean(),
  error: z.string().optional(),
})

/** The keys are in the order of the file, so parsing and writing keep that order. */
const entry = z.object({
  id: z.string(),
  spec_name: z.string(),
  started_at: z.string(),
  ended_at: z.string().optional(),
  status: z.string(),
  dry_run: z.boolean(),
  elapsed_seconds: z.number().optional(),
  batches: z.array(entryBatch),
  summary: z.object({
    total_batches: z.number(),
    completed_batches: z.number(),
    failed_batches: z.number(),
    pending_batches: z.number(),
    tasks_completed: z.number(),
    branches_merged: z.number(),
  }),
  error: z.string().optional(),
})
export type Entry = z.infer<typeof entry>

const file = z.object({ runs: z.array(entry) })

export type Ending = 'completed' | 'failed' | 'aborted'

export interface BatchUpdate {
  batch_id: string
  status: string
  branch?: string | null | undefined
  error?: string | null | undefined
}

/** A spec's runs.yaml: newest run first; each write replaces the whole file. */
export class History {
  /** The last parsed file of each spec: parsing a long file takes longer than everything else that a backend does. */
  readonly #parsed = new Map<string, { text: string; runs: Entry[] }>()

  readonly #project: Project
  readonly #clock: Clock

  constructor(project: Project, clock: Clock) {
    this.#project = project
    this.#clock = clock
  }

  /** A file that cannot be parsed counts as empty, and the next write overwrites it. */
  runs(spec: string): Entry[] {
    const text = this.#project.text(spec, 'runs.yaml') ?? ''
    const known = this.#parsed.get(spec)
    const runs = known?.text === text ? known.runs : parse(text)
    this.#parsed.set(spec, { text, runs })
    return structuredClone(runs)
  }

  run(spec: string, id: string): Entry | undefined {
    return this.runs(spec).find(run => run.id === id)
  }

  now(): string {
    return iso(this.#clock.now(), 'Z')
  }

  newId(): string {
    return `run-${this.now().slice(0, 10)}-${randomBytes(3).toString('hex')}`
  }

  /** Null, or the reason why no entry can be added now: an entry of this spec is running, or is marked as running. */
  busy(spec: string): string | null {
    const running = this.runs(spec).find(run => run.status === 'running')
    if (running === undefined) return null
    const since = running.started_at.replace('T', ' ').replace('Z', ' UTC')
    return `Another run is already in progress: ${running.id} (started at ${since})`
  }

  create(spec: string, id: string, dryRun: boolean, batches: readonly BatchRef[]): Entry {
    const created: Entry = {
      id,
      spec_name: spec,
      started_at: this.now(),
      status: 'running',
      dry_run: dryRun,
      batches: batches.map(({ id, name }) => ({ id, name, status: 'pending', merged: false })),
      summary: summary(batches.length, 0),
    }
    this.#write(spec, [created, ...this.runs(spec)])
    return created
  }

  /** Resumes a run; false if the spec has no run of this id. */
  resume(spec: string, id: string): boolean {
    return this.#change(spec, id, run => {
      run.status = 'running'
      delete run.ended_at
      delete run.elapsed_seconds
      delete run.error
    })
  }

  /** False if the spec has no run of this id; an unknown batch changes nothing. */
  updateBatch(spec: string, id: string, { batch_id, status, branch, error }: BatchUpdate): boolean {
    const now = this.now()
    return this.#change(spec, id, run => {
      const batch = run.batches.find(batch => batch.id === batch_id)
      if (batch === undefined || (status === 'failed' && typeof error !== 'string')) return
      batch.status = status
      if (status === 'running') batch.started_at = now
      if (status === 'completed' || status === 'failed') batch.ended_at = now
      if (typeof branch === 'string') batch.branch = branch
      if (typeof error === 'string') batch.error = error
      run.summary = summary(run.batches.length, run.batches.filter(({ status }) => status === 'completed').length)
    })
  }

  finish(spec: string, id: string, status: Ending, error?: string): boolean {
    const now = this.now()
    return this.#change(spec, id, run => {
      run.status = status
      run.ended_at = now
      run.elapsed_seconds = Math.floor((Date.parse(now) - Date.parse(run.started_at)) / 1000)
      if (error !== undefined) run.error = error
    })
  }

  remove(spec: string, id: string): void {
    this.#write(
      spec,
      this.runs(spec).filter(run => run.id !== id),
    )
  }

  #change(spec: string, id: string, change: (run: Entry) => void): boolean {
    const runs = this.runs(spec)
    const run = runs.find(run => run.id === id)
    if (run === undefined) return false
    change(run)
    this.#write(spec, runs)
    return true
  }

  #write(spec: string, runs: readonly Entry[]): void {
    const text = toYaml({ version: '1.0', spec_name: spec, runs: runs.map(run => entry.parse(run)) })
    this.#project.replace(spec, 'runs.yaml', text)
  }
}

function parse(text: string): Entry[] {
  const document = parseDocument(text)
  return document.errors.length > 0 ? [] : (file.safeParse(document.toJS()).data?.runs ?? [])
}

/** Failed batches, tasks and merges stay 0, as with the real orchestrator. */
const summary = (total: number, completed: number): Entry['summary'] => ({
  total_batches: total,
  completed_batches: completed,
  failed_batches: 0,
  pending_batches: total - completed,
  tasks_completed: 0,
  branches_merged: 0,
})
