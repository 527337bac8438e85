import { spawn } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'

/**
 * `npm run fuzz -- --runs 20000 --seed 1 --workers 2`: more stories of the simulated world than the unit tests tell, on every
 * core. Which stories they are depends on the seed alone. The first that goes wrong ends it all.
 */
const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '5000' },
    seed: { type: 'string', default: String(randomInt(2 ** 31)) },
    workers: { type: 'string', default: String(availableParallelism()) },
  },
})
const [runs, seed, workers] = [values.runs, values.seed, values.workers].map(Number)
if (![runs, seed, workers].every(Number.isSafeInteger) || runs < 1 || seed < 0 || seed >= 2 ** 31 || workers < 1) {
  console.error('--runs and --workers are numbers from 1, --seed one from 0 to below 2147483648.')
  process.exit(2)
}
console.log(`${runs} stories from seed ${seed}, by ${workers} workers`)

const vitest = ['vitest', 'run', 'lib/testing/simulation/simulation.test.ts', '-t', 'any story of the whole']
const began = performance.now()
let told = 0

/** Tells how far it is, instead of what each worker says while nothing is wrong. */
function listen(child) {
  let rest = ''
  let output = ''
  const hear = chunk => {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop()
    for (const line of lines) {
      output += `${line}\n`
      const [, stories] = /^the simulation is right in (\d+) stories/.exec(line) ?? []
      if (stories === undefined) continue
      told += Number(stories)
      const seconds = Math.round((performance.now() - began) / 1_000)
      console.log(`${told} of ${runs} stories are right, after ${seconds} s`)
    }
  }
  child.stdout.setEncoding('utf8').on('data', hear)
  child.stderr.setEncoding('utf8').on('data', hear)
  return () => output + rest
}

const children = Array.from({ length: Math.min(workers, Math.ceil(runs / 100)) }, (_, part, all = workers) => {
  const child = spawn('npx', [...vitest, '--reporter=default', '--disable-console-intercept'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own, so that all of it ends with it.
    detached: true,
    env: {
      ...process.env,
      NO_COLOR: '1',
      WORLD_RUNS: values.runs,
      WORLD_SEED: values.seed,
      WORLD_PART: `${part}/${all}`,
    },
  })
  return { child, output: listen(child) }
})

let status = 0
const endAll = () => {
  for (const { child } of children) if (child.exitCode === null && child.signalCode === null) process.kill(-child.pid)
}
for (const signal of ['SIGINT', 'SIGTERM'])
  process.on(signal, () => {
    endAll()
    process.exit(1)
  })

await Promise.all(
  children.map(async ({ child, output }) => {
    const [code] = await once(child, 'exit')
    if (code === 0 || status !== 0) return
    status = 1
    console.log(output())
    endAll()
  }),
)
process.exit(status)
