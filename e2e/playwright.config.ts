import { defineConfig } from '@playwright/test'
import { browser } from './browser'

const { executablePath, args } = browser()

// Every worker reads this file again; one line is enough.
if (process.env['TEST_WORKER_INDEX'] === undefined) console.log(`Browser: ${executablePath}`)

/** The suites run against the production build, one dashboard and one reference backend per test. */
export default defineConfig({
  testDir: '.',
  outputDir: '../test-results',
  forbidOnly: process.env['CI'] !== undefined,
  workers: 1,
  retries: 0,
  timeout: 60_000,
  reporter: [['list'], ['json', { outputFile: '../reports/browser.json' }]],
  use: { launchOptions: { executablePath, args }, trace: 'retain-on-failure' },
})
