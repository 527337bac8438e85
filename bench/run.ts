import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { launchBrowser } from './browser'
import { undoAll, withCleanup } from './cleanup'
import { machine } from './machine'
import { measurements } from './measurements'
import { rowsOf, tableOf, type Row } from './results'

/**
 * `npm run bench`: measures the built product beside its floors, and writes RESULTS.md. With `--quick` it measures less, writes
 * nothing, and fails if a row is far beyond a mark that depends on a floor of the same run. `--only WORD` measures the rows whose
 * names hold the word.
 */
const { values } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, only: { type: 'string', default: '' } },
})
const root = join(import.meta.dirname, '..')
/** How many times the mark a row may have in a quick run: short windows on a busy machine scatter widely. */
const MARGIN = 4

let isEnding = false
for (const event of ['SIGINT', 'SIGTERM', 'uncaughtException'] as const) {
  process.once(event, (cause: unknown) => {
    console.error(cause)
    isEnding = true
    void undoAll().finally(() => process.exit(1))
  })
}
if (!['dist/server.mjs', '.next/BUILD_ID'].every(path => existsSync(join(root, path)))) {
  console.error('The product is not built: run "npm run build" first.')
  process.exit(1)
}

const all = await withCleanup(async defer => {
  const browser = await launchBrowser()
  defer(() => browser.close())
  const about = machine(browser)
  console.log(about.join('\n'))
  const rows: Row[] = []
  for (const { what, isQuick, measure } of measurements) {
    if (isEnding) break
    if ((values.quick && !isQuick) || !what.includes(values.only)) continue
    rows.push(...(await rowsOf(what, () => measure({ browser, quick: values.quick }))))
  }
  const table = tableOf(rows)
  if (values.quick || values.only !== '') console.log(`\n${table}`)
  else await writeFile(join(root, 'bench/RESULTS.md'), page(about, table))
  return rows
})

const broken = all.filter(row => row.kind === 'not measured')
const beyond = all.filter(row => row.kind === 'measured' && (row.relativeShare ?? 0) > MARGIN)
for (const { what } of broken) console.error(`Not measured: ${what}`)
if (values.quick) for (const { what } of beyond) console.error(`More than ${MARGIN} times its mark: ${what}`)
const failed = broken.length + (values.quick ? beyond.length : 0)
if (values.quick) await report(failed)
process.exitCode = failed > 0 ? 1 : 0

/** For the last line of the whole check: of the rows, only those count that can fail. */
async function report(failed: number): Promise<void> {
  const checked = all.filter(row => row.kind === 'not measured' || row.relativeShare !== null)
  await mkdir(join(root, 'reports'), { recursive: true })
  const counts = { passed: checked.length - failed, failed, skipped: 0 }
  await writeFile(join(root, 'reports/bench.json'), JSON.stringify(counts))
}

function page(about: readonly string[], table: string): string {
  return `# What the product costs

Made by \`npm run bench\`, on the built product; the rows are explained in [the file that lists them](measurements.ts). A floor is
what could not be cheaper, measured in the same run. A ratio is the value by its floor.

${about.map(line => `- ${line}`).join('\n')}

${table}
`
}
