import type { Trouble } from '../lib/client/live'
import { sentence } from './labels'
import { unreachableText } from './unreachable'

/** The requirement on a proxy between the page and its server. */
const PASS = 'A proxy on the way must let GET and POST to /api/live/ through, or WebSocket'
const CHECK = 'Check that the dashboard runs, and the network.'

/**
 * Why a page has no connection to its server, and what to do, in one or two sentences.
 * @param wasConnected it had one before, so no proxy on the way is the reason
 */
export function troubleText(trouble: Trouble, wasConnected = false): string {
  switch (trouble.kind) {
    case 'refused':
      return `The server refused the connection: ${sentence(trouble.words)}`
    case 'http':
      return `Something on the way answered with HTTP ${trouble.status}. ${PASS}.`
    case 'foreign':
      return 'Something on the way answered in the server’s place, like the sign-in page of a network. Reload this page.'
    case 'silent':
      return `Nothing answered in time. ${wasConnected ? CHECK : `${PASS}.`}`
    case 'mute':
      return `A connection opened, and carried no answer. ${PASS}, and must not hold answers back.`
    case 'unreachable':
      return unreachableText
  }
}
