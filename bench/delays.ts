import type { Page } from '@playwright/test'
import { z } from 'zod'
import type { Sent } from './load'
import { CHANGED_BATCHES } from './scripted-run'

const shown = z.object({
  changes: z.array(z.tuple([z.number(), z.number()])),
  lines: z.array(z.tuple([z.number(), z.number()])),
})
/** When a page first had each number in its document, ms of the system's clock. */
export type Shown = z.infer<typeof shown>

/** Makes the page record from its begin when its document shows which change and which log line. */
export async function record(page: Page): Promise<void> {
  // The compiler of this script names functions by a helper that the page does not have.
  await page.addInitScript('globalThis.__name = value => value')
  await page.addInitScript(recordShown, CHANGED_BATCHES)
}

/** What the page has shown since its begin. */
export async function shownBy(page: Page): Promise<Shown> {
  return shown.parse(await page.evaluate(() => Reflect.get(window, 'benchShown') as unknown))
}

/** Runs in the page. The numbers are read after each change of the document, before the browser paints it. */
function recordShown(places: number): void {
  const shown: { changes: [number, number][]; lines: [number, number][] } = { changes: [], lines: [] }
  Reflect.set(window, 'benchShown', shown)
  const cards: (Element | null)[] = []
  const newest: number[] = []
  let newestLine = 0
  let log: Element | null = null
  const numberIn = (element: Element | null | undefined, pattern: RegExp) =>
    Number(pattern.exec(element?.textContent ?? '')?.[1] ?? 0)
  const look = () => {
    const at = Date.now()
    for (let place = 0; place < places; place += 1) {
      if (cards[place]?.isConnected !== true) {
        cards[place] = document.querySelector(`[data-testid="batch-card"][data-batch-id="batch-${place}"]`)
      }
      const n = numberIn(cards[place], /ckrv-batch-.*?-\d+-(\d{6})/)
      if (n <= (newest[place] ?? 0)) continue
      newest[place] = n
      shown.changes.push([n, at])
    }
    if (log?.isConnected !== true) log = document.querySelector('[data-testid="log-lines"]')
    // Between the lines of agents stand those that say what a batch does.
    let line = 0
    const rows = [...(log?.querySelectorAll('[data-seq]') ?? [])]
    while (line === 0 && rows.length > 0) line = numberIn(rows.pop(), /line (\d{6})/)
    if (line <= newestLine) return
    newestLine = line
    shown.lines.push([line, at])
  }
  new MutationObserver(look).observe(document, { subtree: true, childList: true, characterData: true })
}

/** How long after its sending each message was shown, ms; messages that were never shown are counted. */
export interface Delays {
  changes: number[]
  lines: number[]
  missing: number
  /** The newest change and line that were shown, beside those that were sent. */
  newest: string
}

/**
 * Compares what was sent with what was shown. A page may skip a change that a later one of the same batch overtook: then it shows
 * the change from the moment that it shows the later one.
 */
export function delaysOf(sent: Sent, shown: Shown): Delays {
  const ofBatch = Array.from({ length: CHANGED_BATCHES }, (_, place) =>
    shown.changes.filter(([n]) => n % CHANGED_BATCHES === place),
  )
  const changes = sent.changes.map(([n, at]) => firstFrom(ofBatch[n % CHANGED_BATCHES] ?? [], n) - at)
  const lines = sent.lines.map(([n, at]) => firstFrom(shown.lines, n) - at)
  const missing = [...changes, ...lines].filter(delay => Number.isNaN(delay)).length
  const newest = (['changes', 'lines'] as const)
    .map(kind => `${kind} up to ${shown[kind].at(-1)?.[0] ?? 'none'} of ${sent[kind].at(-1)?.[0] ?? 'none'}`)
    .join(', ')
  return { changes: changes.filter(isTime), lines: lines.filter(isTime), missing, newest }
}

const isTime = (delay: number) => !Number.isNaN(delay)

/** When the first number from `n` on was shown. The numbers are in ascending order. */
function firstFrom(shown: readonly (readonly [n: number, at: number])[], n: number): number {
  let [low, high] = [0, shown.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((shown[middle]?.[0] ?? Infinity) < n) low = middle + 1
    else high = middle
  }
  return shown[low]?.[1] ?? NaN
}
