import { once } from 'node:events'
import { get } from 'node:http'
import { Readable } from 'node:stream'
import { expect, vi } from 'vitest'
import { raw, metOf, says, type Cases, type Met } from './cases'
import type { refusals } from '../../../server/http/refusals'
import { FakeHub, serve, type Entrance } from '../fake-hub'
import { Team } from '../team'

/** For tests: how to cause the server's own refusals. */

type Served = Awaited<ReturnType<typeof serve>>

/** The servers that refuse; `close` ends them. */
export async function httpCases() {
  const servers: Served[] = []
  const served = async (entrance: Entrance = {}) => {
    const server = await serve(entrance)
    servers.push(server)
    return server
  }
  const team = new Team()
  const open = await served()
  const closed = await served({ team })
  const busy = await served({ team })
  const published = await served({ team, publicUrl: new URL('https://groundtruth.example.org') })
  const patient = await served({ patience: { head: 200, body: 30_000, request: 60_000, idle: 60_000 } })
  const crowded = await served({ renderings: { atOnce: 0, waiting: 0, ofEach: 0, turn: 1_000 } })
  const broken = await served()
  broken.hub.failure = new Error('Error: planted at /home/ann/lib/x.ts:1')
  open.hub.add('r1')
  const hubs = ['ann', 'bob'].map(site => new FakeHub(site))
  for (const hub of hubs) hub.add('r1')
  const several = await served({ hubs })
  const away = new Team({ vic: ['cleo'] })
  const elsewhere = await served({ hubs, team: away })
  const unending = await served()
  unending.hub.add('r1')
  unending.hub.exportRun = async () => {
    const recording = new Readable({ read: () => undefined })
    recording.push('{"groundtruth":1}\n')
    return recording
  }
  const json = { 'content-type': 'application/json' }

  const asked =
    (server: Served, method: string, path: string, headers: Record<string, string> = {}, body?: string) =>
    async (accept?: string): Promise<Met> =>
      metOf(await server.call(method, path, { ...headers, ...(accept !== undefined && { accept }) }, body))
  const repeated =
    (times: number, ...[server, method, path, headers, body]: Parameters<typeof asked>) =>
    async (accept?: string): Promise<Met> => {
      for (let time = 1; time < times; time++) await server.call(method, path, headers, body)
      return asked(server, method, path, headers, body)(accept)
    }
  const head = (port: number) => `Host: 127.0.0.1:${port}\r\n`
  const accepting = (accept?: string) => (accept === undefined ? '' : `Accept: ${accept}\r\n`)

  const cases: Cases<keyof typeof refusals> = {
    notAPath: {
      meet: asked(open, 'GET', 'http://evil.example/'),
      says: says(/must be a path/, /request target/, /Ask for example for \/api\/runs/),
    },
    badEncoding: {
      meet: asked(open, 'GET', '/runs/%zz'),
      says: says(/not encoded/, /The path/, /Write a percent sign as %25/),
    },
    notServed: {
      meet: asked(open, 'GET', '/_next/image?url=%2Fx&w=64&q=75'),
      says: says(/Only the files of pages are served/, /this path/, /Open \/ to see/),
    },
    busy: {
      meet: asked(crowded, 'GET', '/'),
      says: says(/Too many pages are asked for/, /at once/, /Try again in a moment/),
    },
    malformedRequest: {
      meet: () => raw(open.port, 'nonsense\r\n\r\n'),
      says: says(/no HTTP request/, /What came/, /Send plain HTTP/),
      noPage: true,
    },
    headersTooLarge: {
      meet: accept =>
        raw(open.port, `GET / HTTP/1.1\r\n${head(open.port)}${accepting(accept)}Cookie: ${'x'.repeat(20_000)}\r\n\r\n`),
      says: says(/larger than 16 KiB/, /head of the request.*cookies/, /Delete the cookies of this address/),
    },
    slowHead: {
      meet: () => raw(patient.port, 'GET / HTTP/1.1\r\n'),
      says: says(/did not come within 0\.2 s/, /head of the request/, /Send it again/),
      noPage: true,
    },
    otherPort: {
      meet: asked(open, 'GET', '/', { host: 'localhost:8080' }),
      says: says(/was asked for on port 8080/, /listens on port \d+/, /Forward the same port number.*PUBLIC_URL=/),
    },
    otherHost: {
      meet: asked(open, 'GET', '/', { host: 'evil.example' }),
      says: says(/not served under the host name/, /http:\/\/localhost:\d+/, /PUBLIC_URL set to/),
    },
    otherThanPublicUrl: {
      meet: asked(published, 'GET', '/', { host: 'evil.example' }),
      says: says(/is neither/, /at https:\/\/groundtruth\.example\.org/, /Open that one, or set PUBLIC_URL/),
    },
    otherSite: {
      meet: asked(open, 'GET', '/', { origin: 'http://evil.example' }),
      says: says(/refuses/, /from another site/, /Open Groundtruth in a tab.*PUBLIC_URL/),
    },
    otherType: {
      meet: asked(open, 'POST', '/api/runs', { 'content-type': 'text/plain', 'content-length': '3' }, 'a=b'),
      says: says(/must be application\/json/, /The body/, /Set the header Content-Type/),
    },
    tooLarge: {
      meet: asked(open, 'POST', '/api/runs', { ...json, 'content-length': '65537' }),
      says: says(/larger than 64 KiB/, /The body/, /Send less/),
    },
    brokenOff: {
      meet: accept =>
        raw(
          open.port,
          `POST /api/runs HTTP/1.1\r\n${head(open.port)}${accepting(accept)}Content-Type: application/json\r\nContent-Length: 9\r\n\r\n{`,
          true,
        ),
      says: says(/broke off/, /The body/, /Send it again/),
      noPage: true,
    },
    pageMethod: {
      meet: asked(open, 'POST', '/runs/r1'),
      says: says(/GET and HEAD only/, /Pages/, /are under \/api/),
    },
    noWebSocket: {
      meet: () =>
        raw(open.port, `GET /x HTTP/1.1\r\n${head(open.port)}Upgrade: websocket\r\nConnection: Upgrade\r\n\r\n`),
      says: says(/Nothing .* speaks WebSocket/, /at this path/, /Live data is at \/api\/live\//),
      noPage: true,
    },
    liveData: {
      // Only a browser requests this: all other clients speak socket.io at this path.
      meet: accept => asked(open, 'GET', '/api/live/')(accept ?? 'text/html'),
      says: says(/carries live data/, /This address/, /Open \/ to see the fleet/),
    },
    failed: {
      meet: asked(broken, 'GET', '/api/runs'),
      says: says(/failed to answer/, /Groundtruth/, /Its log says why; try again/),
    },
    unknownCall: {
      meet: asked(open, 'GET', '/api/nothing'),
      says: says(/nothing/, /at this path/, /calls under \/api are listed in docs\/http\.md/),
    },
    otherMethod: {
      meet: asked(open, 'DELETE', '/api/runs'),
      says: says(/answers GET and POST only/, /This path/, /Use one of these/),
    },
    notSignedIn: {
      meet: asked(closed, 'GET', '/api/runs'),
      says: says(/Nobody is signed in\./, /\/sign-in/, /Sign in at .*Authorization: Bearer/),
    },
    unknownToken: {
      meet: asked(closed, 'GET', '/api/runs', { authorization: 'Bearer gt_planted' }),
      says: says(/not known/, /the token that was sent/, /all of it was copied.* a new one/),
    },
    tooManyGuesses: {
      meet: repeated(11, busy, 'GET', '/api/runs', { authorization: 'Bearer gt_planted' }),
      says: says(/Too many/, /unknown tokens/, /Try again in \d+ s/),
    },
    // At the bound of [SAFE-5.88].
    tooManyDownloads: {
      meet: async accept => {
        const unread = Array.from({ length: 16 }, () => get(`http://127.0.0.1:${unending.port}/api/runs/r1/recording`))
        await Promise.all(unread.map(request => once(request, 'response')))
        const met = await asked(unending, 'GET', '/api/runs/r1/recording')(accept)
        for (const request of unread) request.destroy()
        // Wait until each destroyed download has freed its place.
        await vi.waitFor(async () => expect((await unending.call('GET', '/metrics')).status).toBe(200))
        return met
      },
      says: says(/16 downloads under way/, /You have/, /Wait for one of them, or end it/),
    },
    tooManyCalls: {
      meet: repeated(301, busy, 'POST', '/api/runs', { ...json, ...team.bearer('ann') }, '{}'),
      says: says(/Too many/, /calls/, /Try again in \d+ s/),
    },
    otherRole: {
      meet: asked(closed, 'POST', '/api/runs', { ...json, ...team.bearer('vic') }, '{}'),
      says: says(/Requires the role operator/, /you are a viewer/, /Ask an operator/),
    },
    noJson: {
      meet: asked(open, 'POST', '/api/runs', json, '{"spec":'),
      says: says(/not valid JSON/, /The body/, /Send an object, for example/),
    },
    badInput: {
      meet: asked(open, 'POST', '/api/runs', json, '{"dryrun":true,"runId":"a/b","model":7}'),
      says: says(
        /spec: is missing\. .*must not hold "dryrun"/,
        /runId: must not contain a slash.*model: must be text\./,
        /It takes spec, runId, dryRun/,
      ),
    },
    badRunId: {
      meet: asked(open, 'PUT', `/api/runs/${'x'.repeat(201)}`, json, '{}'),
      says: says(/must be/, /^runId: /, /1 to 200 characters/),
    },
    noSuchRun: {
      meet: asked(open, 'GET', '/api/runs/r%E2%80%AE9'),
      says: says(/no such run/, /\/api\/runs\/r%E2%80%AE9 /, /GET \/api\/runs lists.*PUT .* follows/),
    },
    noSuchBatch: {
      meet: asked(open, 'GET', '/api/runs/r1/logs?batch=b%0a9'),
      says: says(/no such batch/, /batch=b%0A9/, /GET \/api\/runs\/r1 lists the batches/),
    },
    noSuchRecording: {
      meet: asked(open, 'GET', '/api/runs/r9/recording'),
      says: says(/no such recording/, /\/api\/runs\/r9 /, /GET \/api\/runs lists/),
    },
    noSuchImport: {
      meet: asked(open, 'GET', `/api/imports/${'e'.repeat(32)}`),
      says: says(/no such import/, /e{32}\./, /GET \/api\/imports lists/),
    },
    noSuchSpec: {
      meet: asked(open, 'GET', '/api/specs/.x/plan'),
      says: says(/no such spec/, /\.x\.$/, /GET \/api\/specs lists/),
    },
    siteMissing: {
      meet: asked(several, 'GET', '/api/specs/x/plan'),
      says: says(/is missing/, /^site: /, /Name one .*: ann, bob\.$/),
    },
    noSuchSite: {
      meet: asked(several, 'GET', '/api/runs?site=<i>'),
      says: says(/no such site/, /%3Ci%3E\.$/, /are ann, bob/),
    },
    noSite: {
      meet: asked(elsewhere, 'GET', '/api/specs/x/plan', away.bearer('vic')),
      says: says(/no such site/, /of this server/, /Ask whoever runs it/),
    },
    severalSites: {
      meet: asked(several, 'GET', '/api/runs/r1'),
      says: says(/Several sites have/, /ann, bob/, /\/api\/runs\/r1\?site=ann/),
    },
    noSuchContainer: {
      meet: asked(open, 'POST', '/api/containers/xyz/stop'),
      says: says(/no such container/, /xyz\.$/, /GET \/api\/containers lists/),
    },
  }
  const close = async () => {
    await Promise.all(servers.map(server => server.close()))
  }
  return { cases, close }
}
