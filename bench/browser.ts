import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { chromium, type Browser } from '@playwright/test'
import { z } from 'zod'

const found = z.object({ executablePath: z.string(), args: z.array(z.string()) })

const ASK = `import { browser } from './e2e/browser.ts'; console.log(JSON.stringify(browser()))`

/**
 * Launches the browser of the browser tests. A process of its own looks for it: only tests may import from `e2e`. The answer is the
 * last line that it prints, because an installation prints lines before it.
 */
export function launchBrowser(): Promise<Browser> {
  const printed = execFileSync(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', ASK], {
    cwd: join(import.meta.dirname, '..'),
    encoding: 'utf8',
  })
  const browser = found.parse(JSON.parse(printed.trim().split('\n').at(-1) ?? ''))
  // Playwright's own handlers end this process before everything is undone.
  return chromium.launch({ ...browser, handleSIGINT: false, handleSIGTERM: false, handleSIGHUP: false })
}
