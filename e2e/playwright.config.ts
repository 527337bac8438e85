import { defineConfig } from '@playwright/test'
import { browser } from './browser'

const { executablePath, args } = browser()

// Every worker reads this file again; one line is enough.
if (process.env['TEST_WORKER_INDEX'] === undefined) console.log(`Browser: ${executablePath}`)

/** Suites that measure time, or use the whole machine, run alone after all others. */
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
  // The tests wait for pages and processes a third of the time. Each test has its own dashboard, so tests of one file run in
  // parallel.
  workers: 3,
  fullyParallel: true,
  retries: 0,
  // Long enough for a busy machine: a failed test must mean a fault.
  timeout: 120_000,
  expect: { timeout: 15_000 },
  reporter: [['list'], ['json', { outputFile: '../reports/browser.json' }]],
  projects: [
    { name: 'together', testIgnore: measured },
    { name: 'alone', testMatch: measured, dependencies: ['together'], workers: 1 },
  ],
  // Recording a trace takes a tenth of the time, so it is off; for a failing test use `npm run browser -- --trace on`.
  use: { launchOptions: { executablePath, args }, trace: 'off' },
})
