import { execFileSync } from 'node:child_process'
import { accessSync, constants, existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { chromium } from '@playwright/test'

/** The headless shell comes first: it takes a quarter less processor time. */
const names = ['chromium-headless-shell', 'chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']

const quiet = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

const isRoot = process.getuid?.() === 0

/**
 * The Chromium that the suites use, with its launch flags: an installed one; otherwise Playwright's own, downloaded if necessary;
 * otherwise the distribution's package. Throws if none is available.
 */
export function browser(): { executablePath: string; args: string[] } {
  const executablePath = installed() ?? playwrights() ?? packaged()
  if (executablePath === undefined) {
    throw new Error(
      `No browser: install chromium, or run "npx playwright install chromium" (looked for ${names.join(', ')})`,
    )
  }
  // Chromium's sandbox refuses to run as root.
  return { executablePath, args: isRoot ? ['--no-sandbox', ...quiet] : quiet }
}

function installed(): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  return names.flatMap(name => folders.map(folder => join(folder, name))).find(isExecutable)
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

function playwrights(): string | undefined {
  const path = chromium.executablePath()
  if (!existsSync(path)) tryTo('npx', ['playwright', 'install', 'chromium'])
  return existsSync(path) ? path : undefined
}

function packaged(): string | undefined {
  if (!isRoot) return undefined
  if (!tryTo('apt-get', ['update', '-qq'])) return undefined
  for (const name of ['chromium-headless-shell', 'chromium']) {
    if (tryTo('apt-get', ['install', '-y', '-qq', name])) return installed()
  }
  return undefined
}

function tryTo(command: string, args: string[]): boolean {
  try {
    execFileSync(command, args, { stdio: 'inherit', timeout: 300_000 })
    return true
  } catch (error) {
    console.error(`${command} ${args.join(' ')}: ${error instanceof Error ? error.message : String(error)}`)
    return false
  }
}
