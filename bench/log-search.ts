import { LogBuffer, searchLog } from '../lib/hub/logs'
import type { LineFilter } from '../lib/hub/api'
import { measured, type Row } from './results'
import { median } from './statistics'

const LINES = 200_000
const ROUNDS = 5
/** A search of the whole log may take so long, ms, and hold the server's loop for so long at once. */
const MOST = 300
const MOST_HELD = 20

/** A full log of lines as builds and tests print them. */
function fullLog(): LogBuffer {
  const log = new LogBuffer()
  for (let n = 0; n < LINES; n += 1) {
    const text =
      n % 50 === 0
        ? `\u001b[31merror\u001b[0m TS${n}: argument of type string is not assignable (src/module-${n % 700}.ts)`
        : `[${n}] compiling src/module-${n % 700}.ts, ${n % 13} warnings`
    log.append({ at: null, source: 'backend', stream: n % 5 === 0 ? 'stderr' : 'stdout', text })
  }
  return log
}

/** How long all steps of a search take together, and the longest of them, ms. */
function timeOf(log: LogBuffer, filter: LineFilter): { all: number; held: number } {
  const steps = searchLog(log, filter)
  let [all, held] = [0, 0]
  for (;;) {
    const begun = performance.now()
    const { done } = steps.next()
    const took = performance.now() - begun
    all += took
    held = Math.max(held, took)
    if (done === true) return { all, held }
  }
}

/** A log whose every line is as long as one can be, of which a pattern looks at as much as it may. */
function longLines(): LogBuffer {
  const log = new LogBuffer()
  for (let n = 0; n < 200; n += 1)
    log.append({ at: null, source: 'backend', stream: 'stdout', text: 'ab'.repeat(32_000) })
  return log
}

/** What a search of a whole log costs the server, and for how long it holds its loop. */
export function searchOfALog(): Row[] {
  const [log, long] = [fullLog(), longLines()]
  const whole: [string, LineFilter][] = [
    ['a text', { text: 'not assignable' }],
    ['a pattern', { pattern: String.raw`error TS\d+5: .*module-6` }],
    ['a level', { level: 'error' }],
    ['a hostile pattern', { pattern: '(a+)+$' }],
  ]
  const n = `median of ${ROUNDS} rounds`
  const rows = whole.flatMap(([name, filter]) => {
    const times = Array.from({ length: ROUNDS }, () => timeOf(log, filter))
    const what = `search ${LINES.toLocaleString('en')} lines by ${name}`
    const isUsual = !name.startsWith('a hostile')
    return [
      measured({
        ...{ what, unit: 'ms', value: median(times.map(({ all }) => all)), n },
        ...(isUsual && { mark: { words: `≤ ${MOST} ms`, most: MOST } }),
      }),
      measured({
        ...{ what: `${what}: the longest hold of the loop`, unit: 'ms', n },
        value: median(times.map(({ held }) => held)),
        mark: { words: `≤ ${MOST_HELD} ms`, most: MOST_HELD },
      }),
    ]
  })
  const hostile = ['(a+)+$', '[ab]*a[ab]{300}c'].map(pattern => {
    const times = Array.from({ length: ROUNDS }, () => timeOf(long, { pattern }))
    return measured({
      ...{ what: `search lines of 64,000 characters by ${pattern}: the longest hold`, unit: 'ms', n },
      value: median(times.map(({ held }) => held)),
      mark: { words: `≤ ${MOST_HELD} ms`, most: MOST_HELD },
    })
  })
  return [...rows, ...hostile]
}
