import { existsSync, readFileSync } from 'node:fs'

/** Ends with `N passed, N failed, N skipped`, summed from the reports of the test runners and of the benchmark. */

const readReport = path => (existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined)

/** A file that broke before its first test counts as one failure. */
function ofVitest(report) {
  const broken = report.testResults.filter(file => file.status === 'failed' && file.assertionResults.length === 0)
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + broken.length,
    skipped: report.numPendingTests + report.numTodoTests,
  }
}

/** No retries are configured, so `flaky` stays zero; were it not, it is no pass. Errors outside tests are failures. */
function ofPlaywright(report) {
  const { expected, unexpected, flaky, skipped } = report.stats
  return { passed: expected, failed: unexpected + flaky + report.errors.length, skipped }
}

const total = { passed: 0, failed: 0, skipped: 0 }
for (const [suite, path, count] of [
  ['containers', 'reports/containers.json', ofVitest],
  ['alone', 'reports/alone.json', ofVitest],
  ['pure', 'reports/pure.json', ofVitest],
  ['waiting', 'reports/waiting.json', ofVitest],
  ['browser', 'reports/browser.json', ofPlaywright],
  ['bench', 'reports/bench.json', counts => counts],
]) {
  const report = readReport(path)
  if (report === undefined) {
    console.log(`${suite}: no report`)
    continue
  }
  const { passed, failed, skipped } = count(report)
  console.log(`${suite}: ${passed} passed, ${failed} failed, ${skipped} skipped`)
  total.passed += passed
  total.failed += failed
  total.skipped += skipped
}
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`)
