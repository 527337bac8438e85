import { cpus, loadavg, release, totalmem, type } from 'node:os'
import type { Browser } from '@playwright/test'

/** The machine and the programs that the results belong to, a line each. */
export function machine(browser: Browser): string[] {
  const [first, ...others] = cpus()
  const load = loadavg()[0] ?? 0
  return [
    `${first?.model.trim() ?? 'unknown CPU'}, ${others.length + 1} cores, ${Math.round(totalmem() / 1e9)} GB of memory`,
    `Node ${process.version}, Chromium ${browser.version()}, ${type()} ${release()}`,
    `${new Date().toISOString().slice(0, 10)}; load of the machine at the begin: ${load.toFixed(2)}`,
  ]
}
