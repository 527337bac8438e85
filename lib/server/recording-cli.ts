import { openAsBlob } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { shownProse } from '../run/text/display-text'
import { IMPORTS, RECORDING_TYPE } from './http/guard'
import { ProgramError, programRefusals, runProgram, systemCode } from './program-refusals'

const USAGE = `npm run recording -- export <run id> [--to <file>]
npm run recording -- import <file>
  --url <dashboard>   http://127.0.0.1:4400 unless said
  --site <name>       where the run is, if several sites have one of this id
GROUNDTRUTH_TOKEN in the environment is sent where people sign in; an import takes an operator's.`

const importAnswer = z.object({ importId: z.string() })
const errorAnswer = z.object({ error: z.string() })

/** Runs `npm run recording`: exports a run's recording from a dashboard, or imports one into it [IMP-1]. */
async function run(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      url: { type: 'string', default: 'http://127.0.0.1:4400' },
      to: { type: 'string' },
      site: { type: 'string' },
    },
  })
  const [verb, what, ...rest] = positionals
  if (verb !== 'export' && verb !== 'import') throw programRefusals.recordingVerb()
  if (what === undefined) throw programRefusals.recordingWithoutObject(verb)
  if (rest.length > 0) throw programRefusals.recordingTooMuch()
  const dashboard = dashboardAt(values.url)
  if (verb === 'export') await exportRun(dashboard, { runId: what, site: values.site }, values.to ?? null)
  else await importFile(dashboard, what)
}

function dashboardAt(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null
  if (url === null || !/^https?:$/.test(url.protocol)) throw programRefusals.badUrl()
  if (url.username !== '' || url.password !== '') throw programRefusals.credentialsInUrl()
  return url
}

interface RunAsked {
  runId: string
  site: string | undefined
}

async function exportRun(dashboard: URL, { runId, site }: RunAsked, to: string | null): Promise<void> {
  const address = new URL(`/api/runs/${encodeURIComponent(runId)}/recording`, dashboard)
  if (site !== undefined) address.searchParams.set('site', site)
  const { body, status } = await ask(address, {})
  if (body === null) throw programRefusals.noDashboardsAnswer(dashboard.origin, status)
  const file = to === null ? null : await opened(to)
  await pipeline(body, file === null ? process.stdout : file.createWriteStream()).catch((cause: unknown) => {
    throw programRefusals.exportBroke(runId, systemCode(cause))
  })
}

async function importFile(dashboard: URL, path: string): Promise<void> {
  const answer = await ask(new URL(IMPORTS, dashboard), {
    method: 'POST',
    headers: { 'content-type': RECORDING_TYPE },
    body: await contentOf(path),
  })
  const told = importAnswer.safeParse(await answer.json().catch(() => null))
  if (!told.success) throw programRefusals.noDashboardsAnswer(dashboard.origin, answer.status)
  const { importId } = told.data
  console.log(new URL(`/imports/${importId}`, dashboard).href)
}

/** The content of a file, which is read while it is sent. */
async function contentOf(path: string): Promise<Blob> {
  try {
    if ((await stat(path)).isDirectory()) throw programRefusals.fileUnreadable(path, 'EISDIR')
    return await openAsBlob(path)
  } catch (cause) {
    throw cause instanceof ProgramError ? cause : programRefusals.fileUnreadable(path, systemCode(cause))
  }
}

/** Open the file before anything is written: a file that can't be opened is a different fault from an export that breaks off. */
const opened = (path: string) =>
  open(path, 'w').catch((cause: unknown) => {
    throw programRefusals.fileUnwritable(path, systemCode(cause))
  })

/** Sends a request. Throws a `ProgramError` if there is no answer to go on with. */
async function ask(address: URL, request: RequestInit): Promise<Response> {
  const headers = new Headers(request.headers)
  const token = process.env['GROUNDTRUTH_TOKEN']
  // The error of a header that can't be sent would repeat the token.
  if (token !== undefined && !/^[\x21-\x7e]+$/.test(token)) throw programRefusals.badToken()
  if (token !== undefined) headers.set('authorization', `Bearer ${token}`)
  const answer = await fetch(address, { ...request, headers }).catch((cause: unknown) => {
    throw programRefusals.noDashboard(address.origin, systemCode(cause))
  })
  if (answer.ok) return answer
  const told = errorAnswer.safeParse(await answer.json().catch(() => null))
  throw told.success
    ? programRefusals.refusedByDashboard(told.data.error)
    : programRefusals.noDashboardsAnswer(address.origin, answer.status)
}

await runProgram(USAGE, run, shownProse)
