import { once } from 'node:events'
import { createRequire } from 'node:module'
import { Worker } from 'node:worker_threads'
import type { ParseOptions, DocumentOptions, SchemaOptions, ToJSOptions } from 'yaml'

export type YamlOptions = ParseOptions & DocumentOptions & SchemaOptions & ToJSOptions

/** Evaluated as it stands, in development as in the bundle. What can't be read is answered with null. */
const PROGRAM = `
const { parentPort, workerData } = require('node:worker_threads')
const { parse } = require(workerData.yaml)
let value = null
try {
  value = parse(workerData.text, workerData.options)
} catch {}
parentPort.postMessage(value)
`
const YAML = createRequire(import.meta.url).resolve('yaml')

/** A second is normal for a text of 1 MiB; nobody waits for more than this, ms. */
const AT_MOST = 20_000
const MEMORY = { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 32 }

let last: Promise<unknown> = Promise.resolve()

/** Reads YAML in a thread of its own, one text at a time, so that nothing else waits meanwhile. @returns null where it can't be read */
export function parseInThread(text: string, options: YamlOptions): Promise<unknown> {
  const value = last.then(() => parseNow(text, options))
  last = value
  return value
}

async function parseNow(text: string, options: YamlOptions): Promise<unknown> {
  const worker = new Worker(PROGRAM, {
    eval: true,
    workerData: { yaml: YAML, text, options },
    resourceLimits: MEMORY,
  })
  try {
    const [value] = (await once(worker, 'message', { signal: AbortSignal.timeout(AT_MOST) })) as [unknown]
    return value
  } catch {
    // It takes more time or memory than a plan can.
    return null
  } finally {
    await worker.terminate()
  }
}
