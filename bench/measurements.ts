import type { Browser } from '@playwright/test'
import { messageSize } from './message-size'
import { reconnect } from './reconnect'
import { delivery } from './delivery'
import { firstPage } from './first-page'
import { latency, type LatencyCase } from './latency'
import { searchOfALog } from './log-search'
import { longLog } from './long-log'
import { manyRuns, type RunsCase } from './many-runs'
import { changeOfARun, frameAndLine } from './pure-functions'
import type { Row } from './results'

/** What a measurement gets. `quick`: it should take a few seconds only. */
export interface Setting {
  browser: Browser
  quick: boolean
}

interface Measurement {
  what: string
  /** It also runs with `--quick`. */
  isQuick: boolean
  measure: (setting: Setting) => Promise<Row[]> | Row[]
}

const CHANGES = { perSecond: 20, changeEvery: 1 }
/** Nine of ten are log lines. */
const MESSAGES = { perSecond: 1_000, changeEvery: 10 }

const latencies: (LatencyCase & { isQuick: boolean })[] = [
  { batches: 14, load: CHANGES, aboveFloor: 50, most: 100, isQuick: true },
  { batches: 14, load: MESSAGES, aboveFloor: 50, most: 100, isQuick: false },
  { batches: 200, load: CHANGES, aboveFloor: 50, most: null, isQuick: false },
  { batches: 200, load: MESSAGES, aboveFloor: 60, most: 100, isQuick: false },
  { batches: 1_500, load: CHANGES, aboveFloor: null, most: 150, isQuick: false },
]

const runCounts: (RunsCase & { isQuick: boolean })[] = [
  { runs: 1, mostIdle: 1, mostMemory: 130, isQuick: false },
  { runs: 10, mostIdle: 1, mostMemory: null, isQuick: true },
  { runs: 100, mostIdle: 2, mostMemory: null, isQuick: false },
  { runs: 190, mostIdle: 3, mostMemory: 220, isQuick: false },
]

/** The code is compiled at its first uses: a warm-up comes before the windows. */
const windows = (quick: boolean) =>
  quick ? { warmUpMs: 5_000, count: 2, ms: 4_000 } : { warmUpMs: 30_000, count: 3, ms: 10_000 }

/** Every measurement, in the order of the table. */
export const measurements: Measurement[] = [
  ...latencies.map(({ isQuick, ...each }): Measurement => ({
    what: `latency, ${each.batches} batches, ${each.load.perSecond}/s`,
    isQuick,
    measure: ({ browser, quick }) =>
      latency(
        browser,
        each,
        quick ? { count: 2, warmUpMs: 2_000, ms: 5_000 } : { count: 3, warmUpMs: 4_000, ms: 15_000 },
      ),
  })),
  { what: 'change of a run', isQuick: true, measure: changeOfARun },
  { what: 'delivery to 500 pages', isQuick: true, measure: ({ quick }) => delivery(windows(quick)) },
  ...runCounts.map(({ isQuick, ...each }): Measurement => ({
    what: `${each.runs} live runs`,
    isQuick,
    measure: ({ quick }) => manyRuns(each, { ...windows(quick), quick }),
  })),
  {
    what: 'start and first page',
    isQuick: false,
    measure: ({ browser }) => firstPage(browser, 5),
  },
  { what: 'log of 200,000 lines', isQuick: false, measure: ({ browser }) => longLog(browser) },
  { what: 'restart before 500 pages', isQuick: false, measure: reconnect },
  { what: 'bytes', isQuick: false, measure: messageSize },
  { what: 'search of a log', isQuick: false, measure: searchOfALog },
  { what: 'frame and line', isQuick: false, measure: frameAndLine },
]
