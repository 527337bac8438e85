import { spawnSync } from 'node:child_process'

/** `npm test`: every stage in turn, cheapest first, stopping at the first that fails; then how long each took. */
const stages = ['types', 'lint', 'unit', 'build', 'browser']
const took = []
const printTimes = () => console.log(`\nSeconds: ${took.map(([stage, seconds]) => `${stage} ${seconds}`).join(', ')}`)

for (const [index, stage] of stages.entries()) {
  console.log(`\n=== ${stage} (${index + 1} of ${stages.length}) ===\n`)
  const began = performance.now()
  const { status } = spawnSync('npm', ['run', '--silent', stage], { stdio: 'inherit' })
  took.push([stage, Math.round((performance.now() - began) / 1_000)])
  if (status !== 0) {
    printTimes()
    console.error(`\n=== ${stage} failed; not run: ${stages.slice(index + 1).join(', ') || 'nothing'} ===`)
    process.exit(status ?? 1)
  }
}
printTimes()
console.log('=== every stage passed ===')
