import { existsSync, readFileSync } from 'node:fs'
import { relative } from 'node:path'
import { stripVTControlCharacters } from 'node:util'

/**
 * Names each failed test and the beginning of its message, then ends with `N passed, N failed, N skipped`, summed from the
 * reports of the test runners and of the benchmark. The names stand at the end because a long log may be shown cut short.
 */

const MAX_FAILURES = 20
const MAX_LINES = 15
const MAX_LINE = 300

const readReport = path => (existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined)

/** A file that broke before its first test counts as one failure. */
function ofVitest(report) {
  const broken = report.testResults.filter(file => file.status === 'failed' && file.assertionResults.length === 0)
  const failed = report.testResults.flatMap(({ name, assertionResults }) =>
    assertionResults
      .filter(({ status }) => status === 'failed')
      .map(({ fullName, failureMessages }) => ({ file: name, title: fullName, message: failureMessages.join('\n') })),
  )
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + broken.length,
    skipped: report.numPendingTests + report.numTodoTests,
    failures: [
      ...failed,
      ...broken.map(({ name, message }) => ({ file: name, title: 'broke before its first test', message })),
    ],
  }
}

/** No retries are configured, so `flaky` stays zero; were it not, it is no pass. Errors outside tests are failures. */
function ofPlaywright(report) {
  const { expected, unexpected, flaky, skipped } = report.stats
  const specs = report.suites.flatMap(specsIn).filter(({ ok }) => !ok)
  const messageOf = ({ tests }) =>
    tests.flatMap(({ results }) => results.flatMap(({ errors }) => errors.map(({ message }) => message))).join('\n')
  return {
    passed: expected,
    failed: unexpected + flaky + report.errors.length,
    skipped,
    failures: [
      ...specs.map(spec => ({ file: spec.file, title: spec.title, message: messageOf(spec) })),
      ...report.errors.map(({ message }) => ({ file: '', title: 'outside of a test', message })),
    ],
  }
}

/** All tests of a Playwright suite and of the suites in it. */
const specsIn = ({ specs = [], suites = [] }) => [...specs, ...suites.flatMap(specsIn)]

function describeFailure({ file, title, message }) {
  const lines = stripVTControlCharacters(message ?? '')
    .split('\n')
    .filter(line => line.trim() !== '')
  const shown = lines.slice(0, MAX_LINES).map(line => `    ${line.slice(0, MAX_LINE)}`)
  return [`  ${relative('', file)}: ${title}`, ...shown].join('\n')
}

const total = { passed: 0, failed: 0, skipped: 0 }
const counts = []
const allFailures = []
for (const [suite, path, count] of [
  ['containers', 'reports/containers.json', ofVitest],
  ['alone', 'reports/alone.json', ofVitest],
  ['pure', 'reports/pure.json', ofVitest],
  ['waiting', 'reports/waiting.json', ofVitest],
  ['browser', 'reports/browser.json', ofPlaywright],
  ['bench', 'reports/bench.json', report => ({ ...report, failures: [] })],
]) {
  const report = readReport(path)
  if (report === undefined) {
    counts.push(`${suite}: no report`)
    continue
  }
  const { passed, failed, skipped, failures } = count(report)
  counts.push(`${suite}: ${passed} passed, ${failed} failed, ${skipped} skipped`)
  allFailures.push(...failures)
  total.passed += passed
  total.failed += failed
  total.skipped += skipped
}
if (allFailures.length > 0) console.log('Failed:')
for (const failure of allFailures.slice(0, MAX_FAILURES)) console.log(describeFailure(failure))
if (allFailures.length > MAX_FAILURES) console.log(`  and ${allFailures.length - MAX_FAILURES} more`)
for (const line of counts) console.log(line)
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`)
