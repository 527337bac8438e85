import type { IncomingMessage, ServerResponse } from 'node:http'
import { goTo, localPath, signInPath } from '../access/sign-in'
import { runWithContext, type RequestContext } from '../request-context'
import { pageRefusalOf, pathOf } from './guard'
import { sendRefusal } from './refusal-page'
import { refusals, SIGN_IN } from './refusals'

export type RequestHandler = (request: IncomingMessage, response: ServerResponse) => Promise<void>
export type ContextHandler = (
  request: IncomingMessage,
  response: ServerResponse,
  context: RequestContext,
) => Promise<void>

/** The headers of a navigation within the site. If the framework can't read one of them, it fails and writes a line to the log. */
const NAVIGATION = ['rsc', 'next-router-state-tree', 'next-router-prefetch', 'next-router-segment-prefetch', 'next-url']

/**
 * Lets people to the pages: everyone who is signed in, in whatever role, may read every page; all others are led to the sign-in
 * [SAFE-3].
 * @param dev whether the framework's files for development are served, and its posts among the pages
 */
export const pageGate =
  (pages: RequestHandler, dev: boolean): ContextHandler =>
  async (request, response, context) => {
    const target = request.url ?? ''
    const { person, guessAgainIn } = context
    const refusal = dev ? undefined : pageRefusalOf(request.method ?? '', target)
    if (refusal !== undefined) {
      await sendRefusal(request, response, refusal)
    } else if (person === undefined && !isForAnyone(pathOf(target), dev)) {
      if (guessAgainIn === undefined) goTo(response, signInPath(localPath(target)))
      else await sendRefusal(request, response, refusals.tooManyGuesses(guessAgainIn))
    } else {
      if (person === undefined) for (const name of NAVIGATION) request.headers[name] = undefined
      await runWithContext(context, () => pages(request, response))
    }
  }

/**
 * Whether a path is served before sign-in: the sign-in page, and the files that pages consist of. The pattern leaves no way out of
 * the folder.
 */
function isForAnyone(path: string, dev: boolean): boolean {
  if (path === SIGN_IN || path === '/icon.svg') return true
  if (dev) return path.startsWith('/_next/') || path.startsWith('/__nextjs')
  return /^\/_next\/static(\/[\w~-][\w.~-]*)+$/.test(path)
}
