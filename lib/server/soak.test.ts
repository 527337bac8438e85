import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

it('[SAFE-5] what the dashboard holds does not grow with the runs it has seen', { timeout: 180_000 }, async () => {
  const root = join(import.meta.dirname, '../..')
  const env = { ...process.env, RUNS: '18', PAGES: '10', ROUNDS: '9' }
  // The program ends with an error if the heap grows, and says by how much.
  const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', 'bench/soak.ts'], {
    cwd: root,
    env,
  })
  expect(stdout.trim().split('\n')).toHaveLength(2 + 9 + 1)
  expect(stdout).toMatch(/^slope: -?[\d.]+ KiB a finished run/m)
  console.log(stdout)
})
