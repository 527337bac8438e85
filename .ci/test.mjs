import { spawnSync } from 'node:child_process'

/** `npm test`: every stage in turn, cheapest first, stopping at the first that fails. */
const stages = ['types', 'lint', 'unit', 'build', 'browser']

for (const [index, stage] of stages.entries()) {
  console.log(`\n=== ${stage} (${index + 1} of ${stages.length}) ===\n`)
  const { status } = spawnSync('npm', ['run', '--silent', stage], { stdio: 'inherit' })
  if (status !== 0) {
    console.error(`\n=== ${stage} failed; not run: ${stages.slice(index + 1).join(', ') || 'nothing'} ===`)
    process.exit(status ?? 1)
  }
}
console.log('\n=== every stage passed ===')
