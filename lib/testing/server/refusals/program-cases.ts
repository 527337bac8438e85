import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { lockDataDir } from '../../../hub/recording/data-dir-lock'
import { demoRefusals } from '../../../reference-backend/command-line'
import { bundleProgram } from '../../support/bundle'
import type { variables } from '../../../server/config'
import { listen } from '../../../server/http/edge'
import type { programRefusals } from '../../../server/program-refusals'
import { serve } from '../fake-hub'
import { says, type Case, type Cases, type Met } from './cases'

/** For tests: how to cause the refusals of the commands, in processes. */

const root = fileURLToPath(new URL('../../../..', import.meta.url))
const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href

/** Variables that are wrong by themselves. */
const allWrong = {
  PORT: 'planted',
  BACKEND_URL: 'htp://me:hunter2@host',
  BACKEND_URLS: 'ann=htp://me:hunter2@host',
  DOCKER_HOSTS: 'ann',
  LOG_LEVEL: 'planted',
  DOCKER: 'planted',
  TOKENS: 'gt_planted',
  SESSION_SECRET: 'planted',
  TRUSTED_PROXY: 'planted',
  PROXY_USER_HEADER: 'a b',
  PROXY_USER_ROLE: 'planted',
}

interface Started {
  args?: string[]
  env?: Record<string, string>
  cwd?: string
}

/** Runs a program to its end. The first paragraph of its standard error is the refusal; a usage text may follow. */
async function run(program: string[], { args = [], env = {}, cwd = root }: Started): Promise<Met> {
  const { TOKENS_FILE: _, GROUNDTRUTH_TOKEN: __, ...inherited } = process.env
  const child = spawn(process.execPath, [...program, ...args], { cwd, env: { ...inherited, ...env } })
  child.stdin.end()
  const [said] = await Promise.all([text(child.stderr), text(child.stdout), once(child, 'exit')])
  return { status: String(child.exitCode), error: (said.split('\n\n')[0] ?? '').trim() }
}

/** The programs and their servers; `close` ends the started processes and removes the written files. */
export async function programCases() {
  const folder = mkdtempSync(join(tmpdir(), 'groundtruth-programs-'))
  const dashboard = await serve()
  dashboard.hub.add('broken')
  const halfAFile = async function* () {
    yield '{"groundtruth":1}\n'
    throw new Error('planted')
  }
  dashboard.hub.exportRun = async runId => (runId === 'broken' ? Readable.from(halfAFile()) : undefined)
  const proxy = createServer((_, response) => response.writeHead(502).end('<h1>Bad gateway</h1>'))
  const elsewhere = `http://127.0.0.1:${(await listen(proxy, '127.0.0.1', 0)).port}`
  const url = ['--url', `http://127.0.0.1:${dashboard.port}`]
  const dataDir = join(folder, 'data')
  mkdirSync(dataDir)
  const unlock = lockDataDir(dataDir)
  const file = join(folder, 'file.jsonl')
  writeFileSync(file, '{}\n')

  const [token, recording, server] = await Promise.all(
    ['lib/server/access/make-token.ts', 'lib/server/recording-cli.ts', 'server.ts'].map(bundleProgram),
  )
  const met =
    (program: string | undefined, ...args: string[]) =>
    () =>
      run([program ?? ''], { args })
  const command = (meet: Case['meet'], ...parts: Parameters<typeof says>): Case => ({
    ...{ meet, says: says(...parts), noPage: true },
  })

  const commands: Cases<keyof typeof programRefusals> = {
    badOption: command(met(token, 'ann', '--rol', 'viewer'), /Unknown option/, /'--rol'/, /Write it as below/),
    tokenWithoutName: command(met(token), /No name was given/, /token/, /Say whose token it is/),
    tokenName: command(met(token, 'a b', '--role', 'viewer'), /can’t be used/, /The name/, /Take 1 to 64 letters/),
    tokenRole: command(met(token, 'ann', '--role', 'root'), /missing or unknown/, /The role/, /Add --role viewer/),
    tokenTooMuch: command(met(token, 'ann', 'bob', '--role', 'viewer'), /More than one/, /name/, /one token at a time/),
    recordingVerb: command(met(recording, 'show', 'r1'), /Neither/, /export nor import/, /Begin with one of them/),
    recordingWithoutObject: command(met(recording, 'export'), /was given/, /No run id/, /Name the run to export/),
    recordingTooMuch: command(met(recording, 'import', 'a', 'b'), /More than one thing/, /named/, /one at a time/),
    badUrl: command(met(recording, 'export', 'r', '--url', 'planted'), /is no address/, /after --url/, /Copy it/),
    credentialsInUrl: command(
      met(recording, 'export', 'r', '--url', 'http://me:hunter2@127.0.0.1:1'),
      /must not hold/,
      /after --url/,
      /Set GROUNDTRUTH_TOKEN/,
    ),
    badToken: command(
      () => run([recording ?? ''], { args: ['export', 'r', ...url], env: { GROUNDTRUTH_TOKEN: 'planted\nsecret' } }),
      /holds characters that no token has/,
      /GROUNDTRUTH_TOKEN/,
      /Copy the token anew/,
    ),
    fileUnreadable: command(
      met(recording, 'import', join(folder, 'none'), ...url),
      /can’t be read \(E[A-Z_]+\)/,
      /none can’t/,
      /Check the path/,
    ),
    fileUnwritable: command(
      met(recording, 'export', 'broken', '--to', join(folder, 'no', 'file'), ...url),
      /can’t be written \(ENOENT\)/,
      /no\/file can’t/,
      /Name another file after --to/,
    ),
    exportBroke: command(
      met(recording, 'export', 'broken', '--to', join(folder, 'half'), ...url),
      /broke off/,
      /The export of broken/,
      /Export again/,
    ),
    noDashboard: command(
      met(recording, 'export', 'r', '--url', 'http://127.0.0.1:1'),
      /No dashboard answers .*\(ECONNREFUSED\)|No dashboard answers/,
      /at http:\/\/127\.0\.0\.1:1 /,
      /Start it, or name another/,
    ),
    noDashboardsAnswer: command(
      met(recording, 'import', file, '--url', elsewhere),
      /with HTTP 502 is no dashboard/,
      /at http:\/\/127\.0\.0\.1:\d+ /,
      /Check the address after --url/,
    ),
    refusedByDashboard: command(
      met(recording, 'export', 'a/b', ...url),
      /no such recording/,
      /of this id/,
      /GET \/api\/runs lists/,
    ),
  }

  /** The server with wrong variables: it prints a line for each, or for a file that it should hold. It never listens. */
  const startWith = (name: string, env: Record<string, string>) =>
    run([server ?? ''], {
      env: {
        NODE_ENV: 'production',
        DATA_DIR: join(folder, name),
        PORT: '0',
        DOCKER: 'off',
        LOG_LEVEL: 'silent',
        ...env,
      },
    })
  const lineOf = (name: string, { status, error }: Met): Met => {
    const lines = error.split('\n')
    const own = lines.find(line => line.startsWith(`${name}: `))
    return { status, error: own !== undefined && lines.every(line => /^[A-Z_]+: /.test(line)) ? own : error }
  }
  const start = (name: string, env: Record<string, string>, what: RegExp, next: RegExp): Case =>
    command(async () => lineOf(name, await startWith(name, env)), what, new RegExp(`^${name}: `), next)
  /** All variables that are wrong by themselves are reported together. */
  let together: Promise<Met> | undefined
  const wrong = (name: keyof typeof allWrong, what: RegExp, next: RegExp): Case =>
    command(
      async () => lineOf(name, await (together ??= startWith('all', allWrong))),
      what,
      new RegExp(`^${name}: `),
      next,
    )
  const settings: Cases<(typeof variables)[number]> = {
    PORT: wrong('PORT', /must be/, /from 0 to 65535/),
    HOST: start('HOST', { HOST: '0.0.0.0', PUBLIC_URL: 'http://x' }, /to the network/, /Set TOKENS_FILE or TOKENS/),
    BACKEND_URL: wrong('BACKEND_URL', /must be/, /begins with http:/),
    BACKEND_URLS: wrong('BACKEND_URLS', /must be/, /begins with http:/),
    DOCKER_HOSTS: wrong('DOCKER_HOSTS', /must be/, /name=address/),
    LOG_LEVEL: wrong('LOG_LEVEL', /must be/, /one of fatal, error/),
    DATA_DIR: start('DATA_DIR', { DATA_DIR: dataDir }, /in use by another Groundtruth/, /set another DATA_DIR/),
    DOCKER: wrong('DOCKER', /must be/, /on or off/),
    DOCKER_HOST: start('DOCKER_HOST', { DOCKER: 'on', DOCKER_HOST: 'ssh://planted' }, /must be/, /unix:\/\/\/path/),
    DOCKER_CERT_PATH: start(
      'DOCKER_CERT_PATH',
      { DOCKER: 'on', DOCKER_HOST: 'https://127.0.0.1', DOCKER_CERT_PATH: folder },
      /can't be read \(ENOENT\)/,
      /Set it to the folder/,
    ),
    PUBLIC_URL: start('PUBLIC_URL', { PUBLIC_URL: 'http://x' }, /to the network/, /or leave .* PUBLIC_URL unset/),
    TOKENS_FILE: start('TOKENS_FILE', { TOKENS_FILE: join(folder, 'none') }, /can't be read/, /npm run -s token/),
    TOKENS: wrong('TOKENS', /line 1 is not/, /npm run -s token/),
    SESSION_SECRET: wrong('SESSION_SECRET', /must be/, /at least 32 random characters/),
    TRUSTED_PROXY: wrong('TRUSTED_PROXY', /must be/, /for example/),
    PROXY_USER_HEADER: wrong('PROXY_USER_HEADER', /must be/, /the name of a header/),
    PROXY_USER_ROLE: wrong('PROXY_USER_ROLE', /must be/, /one of viewer, operator/),
  }

  const build: Case = command(
    () => run([join(root, '.ci/built.mjs')], { cwd: folder }),
    /is not built yet/,
    /in this folder/,
    /run "npm run build" first/,
  )

  /** The demo in a folder whose dashboard is this program. */
  const demoWith = (name: string, program: string | null, more: Started = {}) => {
    const cwd = join(folder, `demo-${name}`)
    mkdirSync(join(cwd, '.next'), { recursive: true })
    mkdirSync(join(cwd, 'dist'))
    writeFileSync(join(cwd, 'package.json'), '{"scripts":{"build":"exit 7"}}')
    writeFileSync(join(cwd, '.next/BUILD_ID'), 'x')
    if (program !== null) writeFileSync(join(cwd, 'dist/server.mjs'), program)
    const env = { DOCKER: 'off', PORT: '20000', TMPDIR: folder, ...more.env }
    return () => run(['--import', tsx, join(root, 'lib/reference-backend/demo.ts')], { cwd, ...more, env })
  }
  const refusing = `
    import { createServer } from 'node:http'
    const { PORT } = process.env
    createServer((_, response) => response.writeHead(502).end('{"error":"No backend answers. Start it."}')).listen(
      Number(PORT), '127.0.0.1', () => console.log(\`Groundtruth shows x at http://127.0.0.1:\${PORT}/\`))
    process.on('SIGTERM', () => process.exit(0))`
  const last = createServer()
  await listen(last, '127.0.0.1', 65_535)
  const said = (error: Error) => async (): Promise<Met> => ({ status: '1', error: error.message })
  const demoCases: Cases<keyof typeof demoRefusals> = {
    badOption: command(demoWith('option', '', { args: ['--frob'] }), /Unknown option/, /'--frob'/, /It takes --gen/),
    generation: command(demoWith('gen', '', { args: ['--generation', 'D'] }), /no generation/, /"D"/, /take A, B or C/),
    speed: command(demoWith('speed', '', { args: ['--speed', 'x'] }), /must be a number/, /--speed/, /for example 10/),
    sites: command(demoWith('sites', '', { args: ['--sites', '9'] }), /must be a whole/, /--sites/, /from 1 to 4/),
    port: command(demoWith('port', '', { env: { PORT: 'x' } }), /must be a whole number/, /PORT/, /Leave it unset/),
    noPort: command(demoWith('ports', '', { env: { PORT: '65535' } }), /is free/, /No port from 65535/, /Set PORT to/),
    notBuilt: command(demoWith('build', null), /failed \(exit code 7\)/, /"npm run build"/, /printed above says why/),
    dashboardEnded: command(
      demoWith('end', 'process.exit(3)'),
      /ended by itself \(exit code 3\)/,
      /The dashboard's process/,
      /printed above says why/,
    ),
    runRefused: command(demoWith('refuse', refusing), /did not start the run: 502/, /The dashboard/, /Start it\.$/),
    // This takes half a minute, and after Ctrl-C its output is not read.
    slowDashboard: command(said(demoRefusals.slowDashboard(30)), /not ready within 30 s/, /The dashboard/, /try again/),
    calledOff: command(
      said(demoRefusals.calledOff()),
      /was called off/,
      /The start of the dashboard/,
      /Start the demo again/,
    ),
  }

  const cases: Record<string, Case> = {
    ...prefixed('command', commands),
    ...prefixed('start', settings),
    ...prefixed('start', { build }),
    ...prefixed('demo', demoCases),
  }
  const close = async () => {
    unlock()
    for (const each of [proxy, last]) {
      each.closeAllConnections()
      each.close()
    }
    await dashboard.close()
    rmSync(folder, { recursive: true })
  }
  return { cases, close }
}

const prefixed = (prefix: string, cases: Record<string, Case>): Record<string, Case> =>
  Object.fromEntries(Object.entries(cases).map(([key, value]) => [`${prefix} ${key}`, value]))
