import { expect } from '@playwright/test'
import { codecs, type LogView } from '../lib/client/scope-codecs'
import { socketConnection } from '../lib/client/socket-connection'
import { LiveStore } from '../lib/client/store'
import type { Snapshot } from '../lib/run/model'
import { logScope, runScope } from '../lib/sync/scope'
import type { Dashboard } from './dashboard'

/** A page without a browser: the code that keeps a run's page live, over a real socket. Hundreds fit in one process. */
export class ProgramPage {
  readonly #store: LiveStore
  readonly #ends: (() => void)[]
  readonly #shownAt = new Map<number, number>()
  #failure: Error | null = null

  readonly #rendered: Snapshot

  /** @param url the address of its server, or of a `Wire` to the server */
  constructor(url: string, rendered: Snapshot, withLog = false) {
    this.#rendered = rendered

    this.#store = new LiveStore(
      {
        codecs,
        openConnection: socketConnection(url),
        wall: Date.now,
        steady: () => performance.now(),
        setTimer: (ms, callback) => {
          const timer = setTimeout(callback, ms)
          return () => clearTimeout(timer)
        },
        nextFrame: callback => {
          callback()
          return () => undefined
        },
        onWake: () => () => undefined,
        reload: () => {
          this.#failure = new Error('The page would load itself anew.')
        },
      },
      Date.parse(rendered.now),
    )
    const { runs, logs } = this.#store
    const { runId } = rendered
    const empty: LogView = { lines: [], dropped: 0, epoch: null }
    this.#ends = [
      this.#store.start(),
      this.#store.follow(runs, runScope(runId), { shown: rendered }, () => this.#look()),
      ...(withLog ? [this.#store.follow(logs, logScope(runId), { shown: empty }, () => undefined)] : []),
    ]
  }

  /** The run that it shows. Throws if it has given up. */
  get run(): Snapshot {
    return this.#live().state
  }

  get sync(): 'connecting' | 'live' | 'stale' {
    return this.#live().sync
  }

  get lines(): LogView['lines'] {
    return this.#store.live(this.#store.logs, logScope(this.#rendered.runId))?.state.lines ?? []
  }

  /** When it first showed this many completed batches, ms. */
  shownAt(completed: number): number | undefined {
    return this.#shownAt.get(completed)
  }

  close(): void {
    for (const end of this.#ends) end()
  }

  #live() {
    if (this.#failure) throw this.#failure
    const live = this.#store.live(this.#store.runs, runScope(this.#rendered.runId))
    if (!live) throw new Error('The page follows nothing any more.')
    return live
  }

  #look(): void {
    const { completed } = this.#live().state.counts
    if (!this.#shownAt.has(completed)) this.#shownAt.set(completed, Date.now())
  }
}

/** Expects every page to show the server's state. */
export async function agree(pages: ProgramPage[], dashboard: Dashboard, runId: string): Promise<void> {
  await expect
    .poll(
      async () => {
        const { epoch, version } = await dashboard.snapshot(runId)
        return pages.filter(({ run, sync }) => sync !== 'live' || run.epoch !== epoch || run.version !== version).length
      },
      { timeout: 30_000 },
    )
    .toBe(0)
  const { now: _, ...held } = await dashboard.snapshot(runId)
  for (const { run } of pages) expect(run).toMatchObject(held)
}

/** Opens pages that stay open while a fault happens. */
export async function opened(count: number, url: string, dashboard: Dashboard, runId: string, withLog = false) {
  const rendered = await dashboard.snapshot(runId)
  const pages = Array.from({ length: count }, () => new ProgramPage(url, rendered, withLog))
  await expect.poll(() => pages.filter(({ sync }) => sync !== 'live').length, { timeout: 30_000 }).toBe(0)
  return pages
}
