import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { WebSocketServer } from 'ws'
import { Engine } from '../../../docker/engine/engine'
import { idOf } from '../../docker/fixtures'
import { Hub } from '../../../hub/hub'
import { Imports } from '../../../hub/imports/imports'
import { Pasts } from '../../../hub/past/pasts'
import { Recorder } from '../../../hub/recording/recorder'
import { unmetered } from '../../../hub/api/meter'
import { hubRefusals } from '../../../hub/api/refusals'
import type { HubApi } from '../../../hub/api/hub-api'
import { MemoryPublisher } from '../../../sync/memory-publisher'
import { eventually } from '../../support/eventually'
import { listen } from '../../../server/http/edge'
import { serve, silent, type Entrance } from '../fake-hub'
import { metOf, says, type Cases, type Met } from './cases'
import { Team } from '../team'

/** For tests: how to cause the refusals of the hub, with a real hub between a backend and an Engine that refuse on demand. */

const publisher = () =>
  new MemoryPublisher({
    broadcast: () => undefined,
    audience: () => 0,
    failed: (_, error) => {
      throw error
    },
  })

/** The answers depend on the run id: `refused…`, `silent…` (the connection is cut), `over…` (the run ends at once). */
async function stubBackend(): Promise<{ server: Server; url: URL }> {
  const now = new Date().toISOString()
  const entry = { id: 'run-2026-01-01-000001', spec_name: 's', status: 'running', started_at: now, batches: [] }
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://stub')
    const answer = (json: unknown, status = 200) => response.writeHead(status).end(JSON.stringify(json))
    if (request.method === 'POST') {
      let body = ''
      request.setEncoding('utf8').on('data', (piece: string) => (body += piece))
      request.on('end', () => {
        const isStop = pathname.endsWith('/stop')
        if (body.includes('"silent') || (isStop && body.includes('"mute'))) request.socket.destroy()
        else answer({ success: !body.includes('"refused') && !(isStop && body.includes('"stubborn')) })
      })
    } else if (pathname === '/api/specs') answer({ specs: [{ name: 's', has_plan: true }] })
    else if (pathname === '/api/history/s') answer({ success: true, runs: [entry] })
    else if (pathname.startsWith('/api/history/')) answer({ success: true, run: entry })
    else if (searchParams.get('spec') === 'broken') answer({ error: 'no space left' }, 500)
    else answer({ success: true, batches: [] })
  })
  const streams = new WebSocketServer({ server })
  streams.on('connection', (socket, request) => {
    const stamp = `${new Date().toISOString().slice(0, -1)}000000+00:00`
    if (request.url?.includes('run_id=unknown')) {
      socket.send('{"type":"error","message":"Execution not found."}', () => socket.terminate())
    } else if (request.url?.includes('run_id=over')) {
      socket.send(JSON.stringify({ type: 'status', status: 'completed', message: '', timestamp: stamp }))
    }
  })
  return { server, url: await listen(server, '127.0.0.1', 0) }
}

const RUNNING = idOf(1)
const ENDED = idOf(2)
const DENIED = idOf(3)
/** One container for each request, because a container is unknown once its removal was seen. */
const GONE = [idOf(4), idOf(5)]

/** An Engine with agents: one works for a live run, one has ended, and three belong to an ended run. */
async function stubEngine(): Promise<{ server: Server; engine: Engine; removed: Set<string>; ended: Set<string> }> {
  const removed = new Set<string>()
  const ended = new Set<string>()
  const began = new Date(Date.now() - 5_000).toISOString()
  const runOf: Record<string, string> = { [RUNNING]: 'used', [ENDED]: 'used', [DENIED]: 'over' }
  for (const id of GONE) runOf[id] = 'over'
  const inspected = (id: string) => {
    const labels = { 'ckrv.run_id': runOf[id], 'ckrv.batch_id': 'a' }
    const state = ended.has(id)
      ? { Status: 'exited', Running: false, ExitCode: 0, StartedAt: began, FinishedAt: began }
      : { Status: 'running', Running: true, StartedAt: began }
    return {
      Id: id,
      Name: `/ckrv-${id.slice(-1)}`,
      Created: began,
      State: state,
      Config: { Image: 'a', Labels: labels },
    }
  }
  const server = createServer((request, response) => {
    const path = request.url ?? ''
    const id = /containers\/([0-9a-f]{64})\//.exec(path)?.[1] ?? ''
    if (path.startsWith('/_ping')) response.end('OK')
    else if (path.startsWith('/events') || path.includes('/logs')) response.flushHeaders()
    else if (path.startsWith('/containers/json')) {
      const listed = Object.keys(runOf).map(each => ({
        ...inspected(each),
        Names: [inspected(each).Name],
        State: 'running',
      }))
      response.end(JSON.stringify(listed.map(each => ({ ...each, Created: 1, Labels: each.Config.Labels }))))
    } else if (removed.has(id)) response.writeHead(404).end('{"message":"no such container"}')
    else if (path.includes('/stop')) response.writeHead(403).end('{"message":"planted"}')
    else response.end(JSON.stringify(inspected(id)))
  })
  const { port } = await listen(server, '127.0.0.1', 0)
  return {
    ...{ server, removed, ended },
    engine: new Engine({ protocol: 'http', host: '127.0.0.1', port: Number(port) }),
  }
}

const header = (spec = 's') =>
  `${JSON.stringify({ groundtruth: 1, backend: 'http://b', runId: 'r', spec, since: 1 })}\n`
const note = (text: string) => `${JSON.stringify({ kind: 'note', at: 1, text })}\n`

/** The servers that refuse; `close` ends them. */
export async function hubCases() {
  const folder = mkdtempSync(join(tmpdir(), 'groundtruth-refusals-'))
  const ends: (() => unknown)[] = [() => rmSync(folder, { recursive: true })]
  const backend = await stubBackend()
  const docker = await stubEngine()
  for (const { server } of [backend, docker]) ends.push(() => void (server.closeAllConnections(), server.close()))

  const hubWith = async (more: Partial<ConstructorParameters<typeof Hub>[0]> = {}) => {
    const hub = new Hub({ backendUrl: backend.url, engine: null, publisher: publisher(), log: silent, ...more })
    ends.push(() => hub.close())
    if (more.recorder) await hub.restore()
    return hub
  }
  const served = async (hub: HubApi) => {
    const server = await serve({ hubs: [hub] })
    ends.push(() => server.close())
    return server
  }
  type Served = Awaited<ReturnType<typeof served>>
  const asked =
    (server: Served, method: string, path: string, body?: string, type = 'application/json', more = {}) =>
    async (accept?: string): Promise<Met> => {
      const typed = body !== undefined && { 'content-type': type }
      const headers = { ...more, ...typed, ...(accept !== undefined && { accept }) }
      return metOf(await server.call(method, path, headers, body))
    }
  const started = async (server: Served, runId: string) => {
    const body = JSON.stringify({ spec: 's', runId })
    const { status, text } = await server.call('POST', '/api/runs', { 'content-type': 'application/json' }, body)
    if (status !== 201) throw new Error(text)
  }
  /** A new id each time, because a used id is known afterwards. */
  let ids = 0
  const start =
    (server: Served, prefix: string, spec = 's') =>
    async (accept?: string) =>
      asked(server, 'POST', '/api/runs', JSON.stringify({ spec, runId: `${prefix}-${++ids}` }))(accept)

  const dataDir = join(folder, 'data')
  const main = await served(
    await hubWith({
      engine: docker.engine,
      recorder: new Recorder(dataDir, silent),
      imports: new Imports({ folder: join(dataDir, 'imports'), publisher: publisher(), log: silent, meter: unmetered }),
    }),
  )
  const bare = await served(await hubWith())
  for (const runId of ['used', 'over', 'stubborn', 'mute', 'lost']) await started(main, runId)
  await started(bare, 'used')
  const stopped = await hubWith()
  await stopped.close()
  const stopping = await served(stopped)
  /** Known once the server has read the backend's history and Docker's list. */
  await eventually(async () => {
    const { text } = await main.call('GET', '/api/runs')
    if (!text.includes('run-2026-01-01-000001')) throw new Error('not found in the history yet')
    const over = await main.call('GET', '/api/runs/over')
    if (!over.text.includes('"status":"completed"')) throw new Error('not over yet')
    const containers = await main.call('GET', '/api/containers')
    if (containers.text.split('"stoppable":true').length !== 4) throw new Error('not known yet')
  })
  for (const id of GONE) docker.removed.add(id)
  docker.ended.add(ENDED)
  const gone = [...GONE]
  const stop = (id: string) => asked(main, 'POST', `/api/containers/${id}/stop`)

  /** Imports with bounds that a test can reach. */
  const importing = async (
    name: string,
    bounds: Partial<typeof BOUNDS> = {},
    within = join(folder, name),
    entrance: Entrance = {},
  ) => {
    const options = {
      publisher: publisher(),
      log: silent,
      meter: { refused: () => undefined, dropped: () => undefined },
    }
    const imports = new Imports({ ...options, folder: within }, { ...BOUNDS, ...bounds })
    const server = await serve({ imports, ...entrance })
    ends.push(() => server.close())
    return server
  }
  /** A run whose past can't be shown: its recording, and the bounds. */
  const lookedBackAt = async (file: string | null, bounds: ConstructorParameters<typeof Pasts>[2] = {}) => {
    const server = await serve()
    ends.push(() => server.close())
    const pasts = new Pasts(() => file, { refused: () => undefined }, bounds)
    server.hub.moments = async runId => (await pasts.of({ runId })).moments
    return asked(server, 'GET', '/api/runs/r/moments')
  }
  const importOf = (server: Served, file: string, headers = {}) =>
    asked(server, 'POST', '/api/imports', file, 'application/x-ndjson', headers)
  const few = await importing('few', { imports: 1 })
  await few.call('POST', '/api/imports', { 'content-type': 'application/x-ndjson' }, header() + note('the first'))
  const small = await importing('small', { one: 4_096, all: 100 })
  const none = await importing('none', { atOnce: 0 })
  const team = new Team()
  const ofOne = await importing('of-one', { ofEach: 0 }, undefined, { team })
  const roomy = await importing('roomy')
  const hasty = await importing('hasty', { playing: 0 })
  writeFileSync(join(folder, 'file'), '')
  writeFileSync(
    join(folder, 'stopped'),
    `${header()}{"kind":"observed","fresh":false,"observation":{"kind":"stop","at":2}}\n`,
  )
  const unwritable = await importing('unwritable', {}, join(folder, 'file', 'imports'))

  const cases: Cases<keyof typeof hubRefusals> = {
    stopping: {
      meet: start(stopping, 'r'),
      says: says(/is being stopped/, /The dashboard/, /Try again once it is back/),
    },
    runIdInUse: {
      meet: asked(main, 'POST', '/api/runs', '{"spec":"s","runId":"used"}'),
      says: says(/in use/, /The id used/, /Choose another/),
    },
    tooManyRuns: {
      meet: async accept => {
        const full = await served(await hubWith())
        for (let run = 0; run < 200; run++) await started(full, `r-${run}`)
        return start(full, 'another')(accept)
      },
      // The bound of followed runs [SAFE-5.90]. A second check as a page would only start the runs again.
      noPage: true,
      says: says(/followed already, which is the most/, /^200 runs/, /Wait until one of them ends/),
    },
    notFollowed: {
      meet: asked(main, 'POST', '/api/runs/nobody/stop'),
      says: says(/No such run is followed here/, /: nobody\./, /Follow it first/),
    },
    startRefused: {
      meet: start(main, 'refused'),
      says: says(/refused the start/, /The backend/, /Its log may say why/),
    },
    startUnanswered: {
      meet: start(main, 'silent'),
      says: says(
        /closed the connection .*may have begun all the same/,
        /http:\/\/127.*followed as silent-\d+/,
        /its page shows it/,
      ),
    },
    unknownToBackend: {
      meet: asked(main, 'PUT', '/api/runs/unknown'),
      // The backend's text; the page adds more [SAY-8].
      says: says(/not found/, /Execution/, /./),
    },
    removedMeanwhile: {
      // This needs a race of a removal with a join.
      meet: async () => ({ status: '404', error: hubRefusals.removedMeanwhile('r').message }),
      says: says(/was removed/, /The run r /, /Follow it again/),
      noPage: true,
    },
    runOver: {
      meet: asked(main, 'POST', '/api/runs/over/stop'),
      says: says(/already over/, /The run over/, /nothing to stop\. Reload/),
    },
    runOfHistory: {
      meet: asked(main, 'POST', '/api/runs/run-2026-01-01-000001/stop'),
      says: says(/history alone/, /The run run-2026-01-01-000001/, /Follow it by that id, or stop it where/),
    },
    notOver: {
      meet: asked(main, 'POST', '/api/runs/stubborn/notes', '{"text":"seen","settles":true}'),
      says: says(/is not over/, /The run stubborn/, /Leave the note without that/),
    },
    stopRefused: {
      meet: asked(main, 'POST', '/api/runs/stubborn/stop'),
      says: says(/refused the stop/, /The backend/, /Its log may say why/),
    },
    stopUnanswered: {
      meet: asked(main, 'POST', '/api/runs/mute/stop'),
      says: says(/closed the connection .*may have been heard/, /http:\/\/127/, /ask for it again/),
    },
    backendFailed: {
      meet: start(main, 'r', 'broken'),
      says: says(/answered GET \/api\/plans\/detail.* 500/, /no space left/, /log/),
    },
    dockerOff: {
      meet: asked(bare, 'POST', `/api/containers/${DENIED}/stop`),
      says: says(/not watched/, /Docker.*DOCKER is off/, /Restart Groundtruth/),
    },
    dockerFailed: {
      meet: stop(DENIED),
      says: says(/HTTP 403/, /POST \/containers\/\{id\}\/stop/, /POST=1 and CONTAINERS=1/),
    },
    noSuchAgent: {
      meet: stop('f'.repeat(64)),
      says: says(/no such container/, /: f{64}\./, /GET \/api\/containers lists/),
    },
    containerRemoved: {
      meet: accept => stop(gone.pop() ?? '')(accept),
      says: says(/was removed meanwhile/, /The container 0+[45]/, /nothing to stop/),
    },
    containerEnded: {
      meet: stop(ENDED),
      says: says(/does not run any more/, /The container 0+2 /, /nothing to stop/),
    },
    containerAtWork: {
      meet: stop(RUNNING),
      says: says(/Only an agent whose run is over/, /0+1 is none/, /Stop its run, or use docker stop/),
    },
    notRecorded: {
      meet: asked(bare, 'GET', '/api/runs/used/recording'),
      says: says(/no recording/, /of the run used/, /Set DATA_DIR/),
    },
    recordingUnreadable: {
      meet: accept => {
        rmSync(join(dataDir, 'recordings'), { recursive: true, force: true })
        return asked(main, 'GET', '/api/runs/lost/recording')(accept)
      },
      says: says(/can’t be exported/, /its file is gone from the data folder/, /Then export again/),
    },
    pastUnreadable: {
      meet: await lookedBackAt(join(folder, 'nowhere')),
      says: says(
        /The past of the run can’t be shown/,
        /its file is gone from the data folder/,
        /See to the data folder/,
      ),
    },
    pastUnwritten: {
      meet: await lookedBackAt(null),
      says: says(/The past of the run can’t be shown/, /its recording can’t be written/, /The fleet page says why/),
    },
    pastTooLong: {
      meet: await lookedBackAt(join(folder, 'stopped'), { one: 0 }),
      says: says(/too long to look back/, /The recording of this run/, /Export it/),
    },
    pastsAtOnce: {
      meet: await lookedBackAt(join(folder, 'stopped'), { waiting: 0 }),
      says: says(/Too many runs are looked back at/, /runs/, /Try again in a moment/),
    },
    noSuchImport: {
      meet: asked(main, 'DELETE', `/api/imports/${'e'.repeat(32)}`),
      says: says(/no such import/, /: e{32}\./, /GET \/api\/imports lists/),
    },
    importsWithoutFolder: {
      meet: importOf(bare, header()),
      says: says(/no data folder/, /to keep imports in/, /with DATA_DIR set/),
    },
    importsUnwritable: {
      meet: importOf(unwritable, header()),
      says: says(/can’t be written \(E[A-Z]+\)/, /The data folder/, /see to its disk and its rights/),
    },
    importsAtOnce: {
      meet: importOf(none, header()),
      says: says(/Others are being imported/, /No more than 0/, /try again in a moment/),
    },
    importsAtOnceOfOne: {
      meet: importOf(ofOne, header(), team.bearer('ann')),
      says: says(/You are importing 0 recordings/, /recordings already/, /Wait for one of them/),
    },
    importTooLarge: {
      meet: importOf(small, header() + note('x'.repeat(5_000))),
      says: says(/is not taken/, /more than 0\.00390625 MiB/, /Export a shorter run/),
    },
    importsTooMany: {
      meet: importOf(few, header() + note('another')),
      says: says(/imported already/, /^1 recordings/, /Remove one/),
    },
    importsTooLarge: {
      meet: importOf(small, header() + note('x'.repeat(500))),
      says: says(/would be larger/, /All imports together/, /Remove one/),
    },
    importTooLong: {
      meet: importOf(roomy, header() + longPlan()),
      says: says(/more than can be shown/, /This recording/, /other tools/),
      // A second check as a page would only take the same time again.
      noPage: true,
    },
    importNamesTooLong: {
      meet: importOf(roomy, header('s'.repeat(20_000))),
      says: says(/names are too long/, /This recording/, /other tools/),
    },
    importTooSlow: {
      meet: importOf(hasty, header() + note('x').repeat(40_000)),
      says: says(/takes too long/, /This recording/, /Export a shorter run/),
    },
    noRecording: {
      meet: importOf(roomy, '<!doctype html>\n'),
      says: says(/no recording of a run/, /This/, /Choose a \.jsonl file/),
    },
    unplayable: {
      meet: importOf(roomy, `${header()}{"kind":"note","at":1e300,"text":"planted"}\n`),
      says: says(/can’t be played/, /a time or a number/, /Export the run again, or choose another/),
    },
  }
  const close = async () => {
    for (const end of ends.reverse()) await end()
  }
  return { cases, close }
}

const BOUNDS = {
  ...{ imports: 50, one: 64 * 1024 * 1024, all: 64 * 1024 * 1024, atOnce: 4, ofEach: 2, playing: 60_000 },
  logs: 1024 * 1024,
}

/** An entry with a plan whose names exceed what one page may receive. */
function longPlan(): string {
  const dependsOn = Array.from({ length: 25 }, () => 'n'.repeat(256))
  const batch = { name: 'n', dependsOn, completed: false, running: false, branch: null }
  const batches = Array.from({ length: 1_500 }, (_, n) => ({ id: `b-${n}`, ...batch }))
  const observation = { kind: 'plan', at: 2, spec: 's', shared: true, batches }
  return `${JSON.stringify({ kind: 'observed', fresh: false, observation })}\n`
}
