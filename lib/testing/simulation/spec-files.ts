import type { Json } from '../../sync/json'

/** A batch of a spec's plan, as in the backend's plan file. */
export interface PlannedBatch {
  id: string
  name: string
  dependsOn: string[]
  status: string
  branch: string | null
}

interface EntryBatch {
  id: string
  name: string
  status: string
  endedAt: number | null
  branch: string | null
}

/** A run as in the backend's history. Times are ms on the backend's clock. */
export interface Entry {
  readonly id: string
  readonly startedAt: number
  endedAt: number | null
  status: 'running' | 'completed' | 'failed' | 'aborted'
  error: string | null
  readonly dryRun: boolean
  readonly batches: EntryBatch[]
}

/** An id that no history contains. */
export const NO_ENTRY = 'run-2025-12-31-000000'

/** The files that the backend writes for a spec: its plan and its history, which outlive its processes. */
export class SpecFiles {
  /** Newest first. */
  readonly entries: Entry[] = []
  #ids = 0

  constructor(
    readonly spec: string,
    /** The plan that was written last, by any of its runs. */
    public plan: readonly PlannedBatch[],
  ) {}

  newId(): string {
    return `run-2026-01-01-${this.spec.slice(0, 3)}${String(++this.#ids).padStart(3, '0')}`
  }

  entry(id: string): Entry | undefined {
    return this.entries.find(each => each.id === id)
  }

  /** The reason why no entry can be added now; null if one can. */
  get busy(): string | null {
    const open = this.entries.find(({ status }) => status === 'running')
    return open ? `Another run is already in progress: ${open.id} (started at ${iso(open.startedAt)})` : null
  }

  create(id: string, startedAt: number, dryRun: boolean): Entry {
    const batches = this.plan.map(({ id, name }) => ({ id, name, status: 'pending', endedAt: null, branch: null }))
    const entry: Entry = { id, startedAt, endedAt: null, status: 'running', error: null, dryRun, batches }
    this.entries.unshift(entry)
    return entry
  }

  /** The history's answers: the list without batches, and one entry, which omits unknown fields. */
  listed(): Json {
    const runs = this.entries.map(entry => ({
      ...this.#common(entry),
      ended_at: entry.endedAt === null ? null : iso(entry.endedAt),
    }))
    return { success: true, spec_name: this.spec, total_count: runs.length, runs }
  }

  detail(id: string): Json {
    const entry = this.entry(id)
    if (!entry) return { success: false, error: `Run not found: ${id}` }
    const batches = entry.batches.map(({ id, name, status, endedAt, branch }) => ({
      ...{ id, name, status, merged: false },
      ...(endedAt === null ? {} : { ended_at: iso(endedAt) }),
      ...(branch === null ? {} : { branch }),
    }))
    const ended = entry.endedAt === null ? {} : { ended_at: iso(entry.endedAt) }
    const error = entry.error === null ? {} : { error: entry.error }
    return { success: true, run: { ...this.#common(entry), ...ended, ...error, batches } }
  }

  #common({ id, startedAt, status, dryRun }: Entry) {
    return { id, spec_name: this.spec, started_at: iso(startedAt), status, dry_run: dryRun }
  }
}

const iso = (ms: number) => new Date(ms).toISOString()
