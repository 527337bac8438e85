import { createWriteStream, openAsBlob } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { shownProse } from '../run/display-text'
import { IMPORTS, RECORDING_TYPE } from './guard'

const USAGE = `npm run recording -- export <run id> [--to <file>]
npm run recording -- import <file>
  --url <dashboard>   http://127.0.0.1:4400 unless said
GROUNDTRUTH_TOKEN in the environment is sent where people sign in; an import takes an operator's.`

const importAnswer = z.object({ importId: z.string() })
const errorAnswer = z.object({ error: z.string() })

/** What `npm run recording` does: takes a run's recording from a dashboard, or brings one to it [IMP-1]. */
async function run(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { url: { type: 'string', default: 'http://127.0.0.1:4400' }, to: { type: 'string' } },
  })
  const [verb, what, ...rest] = positionals
  if (what === undefined || rest.length > 0) throw new Error('A verb and what it is about are needed.')
  const dashboard = new URL(values.url)
  if (verb === 'export') await exportRun(dashboard, what, values.to ?? null)
  else if (verb === 'import') await importFile(dashboard, what)
  else throw new Error(`There is no "${verb ?? ''}".`)
}

async function exportRun(dashboard: URL, runId: string, to: string | null): Promise<void> {
  const { body } = await ask(new URL(`/api/runs/${encodeURIComponent(runId)}/recording`, dashboard), {})
  if (body === null) throw new Error('The dashboard gave an answer without a recording.')
  await pipeline(body, to === null ? process.stdout : createWriteStream(to)).catch((cause: unknown) => {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new Error(`The export broke off (${why}): what was saved is not all of it. Export again.`, { cause })
  })
}

async function importFile(dashboard: URL, path: string): Promise<void> {
  const answer = await ask(new URL(IMPORTS, dashboard), {
    method: 'POST',
    headers: { 'content-type': RECORDING_TYPE },
    body: await openAsBlob(path),
  })
  const { importId } = importAnswer.parse(await answer.json())
  console.log(new URL(`/imports/${importId}`, dashboard).href)
}

/** Throws an `Error` that says in a sentence why there is no answer to go on with. */
async function ask(address: URL, request: RequestInit): Promise<Response> {
  const headers = new Headers(request.headers)
  const token = process.env['GROUNDTRUTH_TOKEN']
  if (token !== undefined) headers.set('authorization', `Bearer ${token}`)
  const answer = await fetch(address, { ...request, headers }).catch((cause: unknown) => {
    const why = cause instanceof Error && cause.cause instanceof Error ? cause.cause.message : String(cause)
    throw new Error(`No answer from ${address.origin}: ${why}.`, { cause })
  })
  if (answer.ok) return answer
  const told = errorAnswer.safeParse(await answer.json().catch(() => null))
  throw new Error(told.data?.error ?? `${address.origin} answered ${answer.status}.`)
}

try {
  await run()
} catch (error) {
  console.error(`${shownProse(error instanceof Error ? error.message : String(error))}\n\n${USAGE}`)
  process.exit(1)
}
