import { defineConfig } from '@playwright/test'
import { browser } from './browser'

const { executablePath, args } = browser()

// Every worker reads this file again; one line is enough.
if (process.env['TEST_WORKER_INDEX'] === undefined) console.log(`Browser: ${executablePath}`)

/** What measures time, or takes the whole machine, runs alone when all others are done. */
const measured = [
  'attacks.spec.ts',
  'latency.spec.ts',
  'frozen-page.spec.ts',
  'faults-docker.spec.ts',
  'docker.spec.ts',
]

/** The suites run against the production build, one dashboard and one reference backend per test. */
export default defineConfig({
  testDir: '.',
  outputDir: '../test-results',
  forbidOnly: process.env['CI'] !== undefined,
  // They wait for pages and processes a third of the time. Each test has a dashboard of its own, so none waits for its file.
  workers: 3,
  fullyParallel: true,
  retries: 0,
  // Long enough for a machine that is busy with something else: a test that fails must mean a fault.
  timeout: 120_000,
  expect: { timeout: 15_000 },
  reporter: [['list'], ['json', { outputFile: '../reports/browser.json' }]],
  projects: [
    { name: 'together', testIgnore: measured },
    { name: 'alone', testMatch: measured, dependencies: ['together'], workers: 1 },
  ],
  // To record one takes a tenth of the time: `npm run browser -- --trace on`, with the test that fails.
  use: { launchOptions: { executablePath, args }, trace: 'off' },
})
