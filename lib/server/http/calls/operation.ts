import { Readable } from 'node:stream'
import type { Reply } from '../reply'
import type { Call } from './call'

export async function isAlive(): Promise<Reply> {
  return { status: 200, json: { alive: true } }
}

/**
 * Ready whenever pages can be served: the page of a backend that is down is still worth serving. Only a person who may see pages
 * gets the details, which probes don't need.
 */
export async function isReady({ hub, warnings, person }: Call): Promise<Reply> {
  const told = person && { links: hub.links(), recording: hub.recording(), warnings: warnings() }
  return { status: 200, json: { ready: true, ...told } }
}

export async function getMetrics({ metrics }: Call): Promise<Reply> {
  return { status: 200, text: Readable.from([await metrics.text()]) }
}

/** Asks backend and Docker at once, for a reader who does not want to wait for the next try. */
export async function askSources({ hub }: Call): Promise<Reply> {
  return { status: 200, json: await hub.askSources() }
}
