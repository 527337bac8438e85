import { once } from 'node:events'
import { createRequire } from 'node:module'
import { Worker } from 'node:worker_threads'
import type { ParseOptions, DocumentOptions, SchemaOptions, ToJSOptions } from 'yaml'

export type YamlOptions = ParseOptions & DocumentOptions & SchemaOptions & ToJSOptions

/** The thread's program, evaluated as text, in development and in the bundle. It answers with null if the text can't be read. */
const PROGRAM = `
const { parentPort, workerData } = require('node:worker_threads')
const { parse } = require(workerData.yaml)
let value
try {
  value = parse(workerData.text, workerData.options)
} catch {
  value = null
}
parentPort.postMessage(value)
`
const YAML = createRequire(import.meta.url).resolve('yaml')

/** The time limit, ms. A text of 1 MiB normally takes a second. */
const AT_MOST = 10_000
const MEMORY = { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 32 }
/** How many texts may wait or be read at a time. */
const MOST = 4

const underWay = new Map<string, Promise<unknown>>()
let last: Promise<unknown> = Promise.resolve()

/**
 * Reads YAML in a thread of its own, one text at a time and each once, so that nothing else waits meanwhile.
 * @returns null if it can't be read; undefined, at once, if too many texts wait
 */
export function parseInThread(text: string, options: YamlOptions): Promise<unknown> {
  const known = underWay.get(text)
  if (known) return known
  if (underWay.size >= MOST) return Promise.resolve(undefined)
  const value = last.then(() => parseNow(text, options)).finally(() => underWay.delete(text))
  underWay.set(text, value)
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
    // The text takes more time or memory than any plan.
    return null
  } finally {
    await worker.terminate()
  }
}
