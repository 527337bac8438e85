import { spawnSync } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { parseArgs } from 'node:util'

/** `npm run fuzz -- --runs 20000 --seed 1`: more stories of the simulated world than the unit tests tell. */
const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '5000' },
    seed: { type: 'string', default: String(randomInt(2 ** 31)) },
  },
})
console.log(`seed ${values.seed}`)
const { status } = spawnSync('npx', ['vitest', 'run', 'lib/hub/world/world.test.ts'], {
  stdio: 'inherit',
  env: { ...process.env, WORLD_RUNS: values.runs, WORLD_SEED: values.seed },
})
process.exit(status ?? 1)
