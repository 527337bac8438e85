import { NOT_SIGNED_IN, OUTDATED } from '../../sync/messages'
import type { Role } from '../access/person'
import type { LimitKind } from '../bounds/connection-limits'

/** The largest body, except for a recording, bytes [SAFE-5]. */
export const MAX_BODY_BYTES = 64 * 1024

/** The address of the sign-in page, and the one that its form is sent to. */
export const SIGN_IN = '/sign-in'

/** Ends a request with an answer that is not a success. `message` becomes `error` of the answer. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly headers: Record<string, string> = {},
  ) {
    super(message)
    this.name = 'Refused'
  }
}

const retryAfter = (seconds: number) => ({ 'retry-after': String(seconds) })

/**
 * Every refusal of this server itself, except for those of the hub [SAY-4]. No other place makes a `Refused`. Each says what
 * happened, where, and what to do next. A name from outside appears only as a part of an address.
 */
export const refusals = {
  notAPath: () =>
    new Refused(400, 'The request target must be a path: Groundtruth is no proxy. Ask for example for /api/runs.'),
  badEncoding: () => new Refused(400, 'The path is not encoded as a URL must be. Write a percent sign as %25.'),
  malformedRequest: () =>
    new Refused(
      400,
      'What came is no HTTP request that can be read. Send plain HTTP; where https is spoken, open the address in PUBLIC_URL.',
    ),
  headersTooLarge: (bytes: number) =>
    new Refused(
      431,
      `The head of the request is larger than ${bytes / 1024} KiB, mostly by cookies of other programs on this host name. ` +
        'Delete the cookies of this address, or open it in a private window.',
    ),
  slowHead: (seconds: number) =>
    new Refused(408, `The head of the request did not come within ${seconds} s. Send it again, without a pause.`),
  /** A loopback name with another port, or without one: usually a tunnel. */
  otherPort: (port: number, asked: string | undefined) => {
    const forwarded = `http://localhost${asked === undefined ? '' : `:${asked}`}`
    return new Refused(
      421,
      `Groundtruth listens on port ${port} and was asked for ${asked === undefined ? 'without a port' : `on port ${asked}`}, as through ` +
        `a tunnel. Forward the same port number (ssh -L ${port}:localhost:${port} …) and open http://localhost:${port}, or restart ` +
        `Groundtruth with PUBLIC_URL=${forwarded}, which takes a sign-in (TOKENS_FILE).`,
    )
  },
  otherHost: (port: number) =>
    new Refused(
      421,
      `Groundtruth is not served under the host name that was asked for. Open http://localhost:${port} on the machine that it runs ` +
        'on, or restart it with PUBLIC_URL set to the address that browsers show, which takes a sign-in (TOKENS_FILE).',
    ),
  otherThanPublicUrl: (publicUrl: URL, port: number) =>
    new Refused(
      421,
      `Groundtruth is served at ${publicUrl.origin}, as PUBLIC_URL says, and on port ${port} of its own machine. The address ` +
        'that was asked for is neither. Open that one, or set PUBLIC_URL to the address that browsers show.',
    ),
  otherSite: () =>
    new Refused(
      403,
      'This request came from another site, which Groundtruth refuses. Open Groundtruth in a tab of its own; where this is its own ' +
        'page behind a proxy, set PUBLIC_URL to exactly the address that browsers show.',
    ),
  otherType: (type: string) => new Refused(415, `The body must be ${type}. Set the header Content-Type.`),
  tooLarge: () =>
    new Refused(413, `The body must not be larger than ${MAX_BODY_BYTES / 1024} KiB. Send less.`, {
      connection: 'close',
    }),
  brokenOff: () => new Refused(400, 'The body broke off before its end. Send it again.', { connection: 'close' }),
  pageMethod: () =>
    new Refused(405, 'Pages answer GET and HEAD only. Calls that change something are under /api.', {
      allow: 'GET, HEAD',
    }),
  noWebSocket: () => new Refused(400, 'Nothing at this path speaks WebSocket. Live data is at /api/live/.'),
  liveData: () =>
    new Refused(400, 'This address carries live data for pages and programs, by socket.io. Open / to see the fleet.'),
  failed: () => new Refused(500, 'Groundtruth failed to answer, by a fault of its own. Its log says why; try again.'),
  busy: () => new Refused(503, 'Too many pages are asked for at once. Try again in a moment.', { 'retry-after': '1' }),
  unknownCall: () =>
    new Refused(404, 'There is nothing at this path. The calls under /api are listed in docs/http.md.'),
  notServed: () => new Refused(404, 'Only the files of pages are served from this path. Open / to see the fleet.'),
  otherMethod: (allowed: readonly string[]) =>
    new Refused(405, `This path answers ${allowed.join(' and ')} only. Use one of these.`, {
      allow: allowed.join(', '),
    }),
  notSignedIn: () =>
    new Refused(
      401,
      `Nobody is signed in. Sign in at ${SIGN_IN}, or send the header "Authorization: Bearer <token>".`,
      { 'www-authenticate': 'Bearer' },
    ),
  unknownToken: () =>
    new Refused(
      401,
      'Nobody is signed in: the token that was sent is not known here. Check that all of it was copied, or ask whoever runs this ' +
        'server for a new one.',
      { 'www-authenticate': 'Bearer error="invalid_token"' },
    ),
  tooManyGuesses: (seconds: number) =>
    new Refused(429, `Too many unknown tokens. Try again in ${seconds} s.`, retryAfter(seconds)),
  tooManyDownloads: (most: number) =>
    new Refused(429, `You have ${most} downloads under way already. Wait for one of them, or end it, then try again.`, {
      'retry-after': '5',
    }),
  tooManyCalls: (seconds: number) =>
    new Refused(429, `Too many calls. Try again in ${seconds} s.`, retryAfter(seconds)),
  otherRole: (needs: Role, has: Role) =>
    new Refused(403, `Requires the role ${needs}; you are a ${has}. Ask an operator, or for a token of that role.`),
  noJson: () => new Refused(422, 'The body is not valid JSON. Send an object, for example {"spec":"001-todo"}.'),
  /** @param problems one sentence per field, such as `spec: must be …` */
  badInput: (problems: string) => new Refused(422, problems),
  badRunId: () => new Refused(422, 'runId: must be 1 to 200 characters, without slashes or control characters.'),
  noSuchRun: (segment: string) =>
    new Refused(
      404,
      `There is no such run. GET /api/runs lists the runs that are followed; PUT /api/runs/${partOf(segment, '{runId}')} follows another.`,
    ),
  noSuchBatch: (run: string, batch: string) =>
    new Refused(
      404,
      `There is no such batch of such a run. GET /api/runs/${partOf(run, '{runId}')} lists the batches of a run; ` +
        `asked for was batch=${partOf(encodeURIComponent(batch), '{batchId}')}.`,
    ),
  noSuchRecording: (segment: string) =>
    new Refused(
      404,
      'There is no such recording: no run of this id is followed here. GET /api/runs lists those that are; ' +
        `PUT /api/runs/${partOf(segment, '{runId}')} follows another.`,
    ),
  noSuchImport: (segment: string) =>
    new Refused(
      404,
      `There is no such import. GET /api/imports lists the imported recordings; asked for was ${partOf(segment, 'none')}.`,
    ),
  noSuchSpec: (segment: string) =>
    new Refused(
      404,
      `There is no such spec. GET /api/specs lists the specs of the backend; asked for was ${partOf(segment, 'none')}.`,
    ),
  siteMissing: (sites: readonly string[]) =>
    new Refused(422, `site: is missing. Name one of the sites that are shown here: ${sites.join(', ')}.`),
  noSuchSite: (site: string, sites: readonly string[]) =>
    new Refused(
      404,
      `There is no such site. The sites that are shown here are ${sites.join(', ')}; asked for was ` +
        `${partOf(encodeURIComponent(site.toWellFormed()), 'none')}.`,
    ),
  noSite: () =>
    new Refused(
      404,
      'There is no such site: none of those of this server is shown to you. Ask whoever runs it for a token that is good for one.',
    ),
  severalSites: (what: 'run' | 'container', segment: string, sites: readonly string[]) =>
    new Refused(
      409,
      `Several sites have a ${what} of this id: ${sites.join(', ')}. Name one of them, as in ` +
        `/api/${what}s/${partOf(segment, '{id}')}${what === 'run' ? '' : '/stop'}?site=${sites[0] ?? ''}.`,
    ),
  noSuchContainer: (segment: string) =>
    new Refused(
      404,
      `There is no such container. GET /api/containers lists the containers of agents; asked for was ${partOf(segment, 'none')}.`,
    ),
} satisfies Record<string, (...facts: never[]) => Refused>

/**
 * A run, a batch or a file as a part of an address, which is plain ASCII; `pattern` if the part is too long or has other
 * characters.
 */
function partOf(segment: string, pattern: string): string {
  return /^[\w.~%!$&'()*+,;=:@-]{1,200}$/.test(segment) ? segment : pattern
}

/** Why a socket is not opened, as text for people: `data.error` of a `connect_error` with this message. */
export const connectRefusals = {
  [OUTDATED]:
    'This page is of another version than its server. Reload it; a program sends auth.protocol of this version.',
  [NOT_SIGNED_IN]: `Nobody is signed in on this connection. Sign in at ${SIGN_IN}; a program sends its token as auth.token.`,
}

/** Why a socket's handshake is refused [SAFE-5]: `message` of engine.io's answer, at most 200 characters. */
export const handshakeRefusals: Record<LimitKind | 'jsonp', string> = {
  sockets: 'Too many pages are open on this server. Close some, then reload this one.',
  'sockets-of-address': 'Too many pages are open from your address. Close some, then reload this one.',
  'sockets-of-person': 'You have too many pages open. Close some, then reload this one.',
  jsonp: 'JSONP is not spoken here. Leave out the parameter j, or use WebSocket.',
}
