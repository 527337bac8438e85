import { spawnSync } from 'node:child_process'
import { parseArgs } from 'node:util'

/** `npm run fuzz -- --runs 20000 --seed 1`: more stories of the simulated world than the unit tests tell. */
const { values } = parseArgs({ options: { runs: { type: 'string', default: '5000' }, seed: { type: 'string' } } })
const seed = values.seed ?? String(Math.floor(Math.random() * 2 ** 31))
console.log(`seed ${seed}`)
const { status } = spawnSync('npx', ['vitest', 'run', 'lib/hub/world/world.test.ts'], {
  stdio: 'inherit',
  env: { ...process.env, WORLD_RUNS: values.runs, WORLD_SEED: seed },
})
process.exit(status ?? 1)
