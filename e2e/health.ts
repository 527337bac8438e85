import { readFileSync } from 'node:fs'
import { get } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'

/**
 * Checks the health of a server repeatedly, each time over a new connection, while a test attacks it. It runs in its own process,
 * so that it does not measure the attacker's event loop. After its standard input ends it continues until the server is calm, and
 * prints its measurements as JSON. Arguments: the server's URL and its process id.
 */
const [url = '', pid = ''] = process.argv.slice(2)

const PAUSE_MS = 10
/** This many quick answers in a row mean that the attack is over. */
const CALM = 10
const QUICK_MS = 50
const AT_MOST_MS = 20_000

/** How long the answer takes, ms. A missing answer counts as the longest. */
const ask = () =>
  new Promise<number>(resolve => {
    const began = performance.now()
    const done = () => resolve(performance.now() - began)
    const signal = AbortSignal.timeout(AT_MOST_MS)
    get(`${url}/healthz`, { agent: false, signal }, response => response.resume().on('end', done)).on('error', () =>
      resolve(AT_MOST_MS),
    )
  })

/** The memory of the server's process, MB. */
const memory = () => Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1_024

/** The latest time at which the program ends. */
let until = Infinity
process.stdin.resume().on('end', () => (until = performance.now() + AT_MOST_MS))

const before = memory()
let [asked, worst, peak, calm] = [0, 0, before, 0]
while (performance.now() < until && (until === Infinity || calm < CALM)) {
  const took = await ask()
  asked += 1
  worst = Math.max(worst, took)
  peak = Math.max(peak, memory())
  calm = took < QUICK_MS ? calm + 1 : 0
  if (asked === 1) console.log('watching')
  await sleep(PAUSE_MS)
}
console.log(JSON.stringify({ asked, worst, before, peak }))
process.exit()
