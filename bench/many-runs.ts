import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { Backend, type BackendRun } from './backend'
import { withCleanup } from './cleanup'
import { cpuWhile, memoryOf } from './process-cpu'
import { Product } from './product'
import { Program } from './program'
import { measured, type Row } from './results'
import { median } from './statistics'

const BATCHES = 14
const LOAD = { perSecond: 300, changeEvery: 10 }
/** The product may use so many times the processor time of the bare reader. */
const MOST_RATIO = 5

/** How many runs are followed; what the product may use without any message, % of a core; its memory, MB, if that has a mark. */
export interface RunsCase {
  runs: number
  mostIdle: number
  mostMemory: number | null
}

interface Windows {
  warmUpMs: number
  count: number
  ms: number
  /** Leaves out what has no floor. */
  quick: boolean
}

/** What runs cost that are followed by the product, while nobody looks: without a message, and with 300 messages a second. */
export async function manyRuns({ runs: count, mostIdle, mostMemory }: RunsCase, windows: Windows): Promise<Row[]> {
  return withCleanup(async defer => {
    const backend = await Backend.start(defer)
    const product = await Product.start(backend, defer)
    const reader = new Program('bare-reader.ts', defer)
    const runs = await backend.begin(count, BATCHES)
    await product.follow(runs)
    const ids = runs.map(({ id }) => id)
    await reader.tell({ kind: 'read', url: backend.url, runs: ids })

    const live = `${count} live ${count === 1 ? 'run' : 'runs'}`
    const idle = windows.quick ? [] : await idleRows({ live, pid: product.pid, mostIdle, mostMemory }, windows)
    const { value, floor, messages } = await perMessage({ backend, runs, pid: product.pid, reader }, windows)
    return [
      measured({
        what: `server CPU per backend message, ${LOAD.perSecond}/s, ${live}`,
        ...{ unit: 'µs', value, floor: { value: floor } },
        mark: { words: `≤ ${MOST_RATIO} × floor`, mostByFloor: MOST_RATIO * floor },
        n: `${inWords(windows)}; ${messages} messages`,
      }),
      ...idle,
    ]
  })
}

const inWords = ({ warmUpMs, count, ms }: Windows) =>
  `median of ${count} windows of ${ms / 1_000} s after ${warmUpMs / 1_000} s`

/** What the product takes while no message comes. */
async function idleRows(
  { live, pid, mostIdle, mostMemory }: Omit<RunsCase, 'runs'> & { live: string; pid: number },
  windows: Windows,
): Promise<Row[]> {
  await sleep(windows.warmUpMs)
  const shares: number[] = []
  for (let window = 0; window < windows.count; window += 1) {
    const { used, took } = await cpuWhile([pid], windows.ms)
    shares.push((100 * (used[0] ?? NaN)) / took)
  }
  return [
    measured({
      ...{ what: `idle CPU, ${live}`, unit: '% of a core', value: median(shares), floor: { value: 0 } },
      ...{ mark: { words: `≤ ${mostIdle}`, most: mostIdle }, n: inWords(windows) },
    }),
    measured({
      ...{ what: `memory (RSS), ${live}, idle`, unit: 'MB', value: memoryOf(pid), n: '1 value' },
      ...(mostMemory !== null && { mark: { words: `≤ ${mostMemory}`, most: mostMemory } }),
    }),
  ]
}

interface Parts {
  backend: Backend
  runs: readonly BackendRun[]
  pid: number
  reader: Program
}

/** The processor time of the product and of the bare reader for each message, µs. Both get the same messages at the same time. */
async function perMessage({ backend, runs, pid, reader }: Parts, windows: Windows) {
  const messages = () => reader.ask({ kind: 'messages' }, z.number())
  await backend.load(runs, LOAD)
  await sleep(windows.warmUpMs)
  const costs: { product: number[]; bare: number[] } = { product: [], bare: [] }
  let all = 0
  for (let window = 0; window < windows.count; window += 1) {
    const before = await messages()
    const { used } = await cpuWhile([pid, reader.pid], windows.ms)
    const count = (await messages()) - before
    if (count === 0) throw new Error('No message came.')
    all += count
    costs.product.push(((used[0] ?? NaN) * 1_000) / count)
    costs.bare.push(((used[1] ?? NaN) * 1_000) / count)
  }
  await backend.rest()
  return { value: median(costs.product), floor: median(costs.bare), messages: all }
}
