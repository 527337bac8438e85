import { expect, type Page } from '@playwright/test'
import type { Dashboard } from './dashboard'

/** The demo project's spec of 14 batches, in an order in which they can complete. */
export const PORTAL = '014-invoice-portal'
export const PORTAL_BATCHES = [
  'setup',
  'db',
  'models',
  'auth',
  'api',
  'ui',
  'invoices',
  'pdf',
  'mail',
  'payments',
  'search',
  'reports',
  'e2e',
  'release',
]

/** The state of a page after each of its changes. */
export interface Seen {
  at: number
  status: string
  seconds: number
  completed: string
}

/** A run's page, read through its test ids. */
export class RunPage {
  readonly #dashboard: Dashboard
  readonly #runId: string

  constructor(
    readonly page: Page,
    dashboard: Dashboard,
    runId: string,
  ) {
    this.#dashboard = dashboard
    this.#runId = runId
  }

  /** Opens the page and keeps every state that it shows from then on. */
  async open(): Promise<this> {
    await this.page.addInitScript(watch)
    await this.page.goto(`${this.#dashboard.url}/runs/${encodeURIComponent(this.#runId)}`)
    return this
  }

  get status() {
    return this.page.getByTestId('run-status')
  }

  get completed() {
    return this.page.getByTestId('batches-completed')
  }

  get elapsed() {
    return this.page.getByTestId('run-elapsed')
  }

  card(batchId: string) {
    return this.page.locator(`[data-testid="batch-card"][data-batch-id="${batchId}"]`)
  }

  async seconds(): Promise<number> {
    return Number(await this.elapsed.getAttribute('data-seconds'))
  }

  async expectStatus(status: string): Promise<void> {
    await expect(this.status).toHaveAttribute('data-status', status, { timeout: 15_000 })
  }

  /** Waits until the page is connected: from then on changes are pushed. */
  async live(): Promise<void> {
    await expect(this.page.locator('[data-sync="live"]').first()).toBeAttached({ timeout: 15_000 })
  }

  seen(): Promise<Seen[]> {
    return this.page.evaluate(() => Reflect.get(window, 'groundtruthSeen') as Seen[])
  }
}

/** Runs in the page: stores the shown state whenever the document changes. */
function watch(): void {
  const seen: Seen[] = []
  Reflect.set(window, 'groundtruthSeen', seen)
  const look = () => {
    const of = (id: string) => document.querySelector(`[data-testid="${id}"]`)
    const status = of('run-status')?.getAttribute('data-status')
    const seconds = of('run-elapsed')?.getAttribute('data-seconds')
    const completed = of('batches-completed')?.textContent
    if (!status || seconds === null || seconds === undefined || !completed) return
    const last = seen.at(-1)
    if (last?.status === status && last.seconds === Number(seconds) && last.completed === completed) return
    seen.push({ at: Date.now(), status, seconds: Number(seconds), completed })
  }
  new MutationObserver(look).observe(document, {
    subtree: true,
    childList: true,
    attributes: true,
    characterData: true,
  })
}
