import { spawn } from 'node:child_process'

/**
 * `npm test`: every stage, and how long each took. What only computes runs beside what waits for containers most of the time,
 * with less right to the processor. After the first stage that fails no other is begun.
 */
const run = (name, ...args) => ({ name, command: 'npm', args: ['run', '--silent', ...args] })
const unit = (name, ...projects) =>
  run(name, 'unit', '--', ...projects.map(project => `--project=${project}`), `--outputFile.json=reports/${name}.json`)
const nice = ({ name, command, args }) => ({ name, command: 'nice', args: [command, ...args] })

const computing = [run('types', 'types'), run('lint', 'lint'), run('build', 'build'), unit('pure', 'pure', 'mocking')]
const steps = [
  [computing.map(nice), [unit('containers', 'containers')]],
  [[unit('waiting', 'waiting')]],
  [[run('browser', 'browser')]],
  // Nothing runs beside what takes the whole machine, or measures time.
  [[unit('alone', 'alone')]],
  [[run('bench', 'bench', '--', '--quick')]],
]

const took = []
let failed = null

/** Runs a stage to its end. Beside others its output is held until then, so that no two are mixed. */
function runStage({ name, command, args }, isBesideOthers) {
  const title = `\n=== ${name} ===\n`
  if (!isBesideOthers) console.log(title)
  const began = performance.now()
  const child = spawn(command, args, { stdio: ['ignore', ...Array(2).fill(isBesideOthers ? 'pipe' : 'inherit')] })
  const output = []
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', chunk => output.push(chunk))
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', code => {
      took.push(`${name} ${Math.round((performance.now() - began) / 1_000)}`)
      if (isBesideOthers) process.stdout.write(`${title}\n${Buffer.concat(output).toString()}`)
      if (code !== 0) failed ??= name
      resolve()
    })
  })
}

async function runLane(stages, isBesideOthers) {
  for (const stage of stages) if (failed === null) await runStage(stage, isBesideOthers)
}

const began = performance.now()
for (const lanes of steps) await Promise.all(lanes.map(stages => runLane(stages, lanes.length > 1)))

console.log(`\nSeconds: ${took.join(', ')}; all ${Math.round((performance.now() - began) / 1_000)}`)
console.log(failed === null ? '=== every stage passed ===' : `=== ${failed} failed; no stage was begun after that ===`)
process.exitCode = failed === null ? 0 : 1
