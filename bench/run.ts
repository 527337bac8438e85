import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Replay } from '../lib/backend/replay'
import { LogBuffer } from '../lib/hub/logs'
import { fold } from '../lib/run/fold'
import { emptyRun, type Run } from '../lib/run/run'
import { masked } from '../lib/run/text/secrets'
import type { Message } from '../lib/run/observation'
import { derive, Derivation } from '../lib/run/view'
import { digest } from '../lib/sync/digest'
import { DocumentChannel } from '../lib/sync/document-channel'
import { runDocument } from '../lib/sync/shapes'

/**
 * Measures the cost of one operation, as the median of many rounds. The result is printed and not asserted: noise may make a number
 * large, but only a change of the code makes it grow with the run.
 */
function measure(name: string, unit: string, rounds: number, work: () => number): void {
  const costs: number[] = []
  for (let round = 0; round < rounds; round += 1) {
    const begin = performance.now()
    const items = work()
    costs.push(((performance.now() - begin) * 1_000) / items)
  }
  report(name, unit, costs)
}

/** Prints the median of the costs, µs. */
function report(name: string, unit: string, costs: number[]): void {
  costs.sort((a, b) => a - b)
  const median = costs[Math.floor(costs.length / 2)] ?? NaN
  console.log(`${name.padEnd(52)} ${median.toFixed(2).padStart(10)} µs per ${unit}`)
}

const recorded = (file: string): string[] =>
  readFileSync(join(import.meta.dirname, '../e2e/recordings', file), 'utf8')
    .split('\n')
    .flatMap(line => /^\{"ms":\d+,"frame":(.*)\}$/.exec(line)?.[1] ?? [])
    .map(frame => String(JSON.parse(frame)))

/** Hears the frames of one connection. */
function heard(frames: readonly string[], run: Run, replay: Replay, at: number): number {
  fold(run, replay.open(at))
  for (const frame of frames) {
    const received = replay.receive(frame, at)
    if (received.kind === 'observed') fold(run, received.observation)
  }
  return frames.length
}

/** The claim that a batch has this status, as the next message of a run. */
function claimOf(batch: string, status: 'running' | 'completed', n: number): Message {
  const says = { kind: 'batch-status', id: batch, name: null, status, branch: null, error: null } as const
  const time = { ms: 1_795_000_100_000 + n, ns: 0 }
  const first = { kind: 'message', connection: 1, index: 10_000 + n, id: `claim ${n}`, at: 0, live: false } as const
  return { ...first, time, says, stream: 'system', text: '' }
}

/** A run of this many batches, half of them completed. */
function runOf(batches: number): Run {
  const run = emptyRun()
  const stamp = (n: number) => new Date(1_795_000_000_000 + n).toISOString().replace('Z', '000001+00:00')
  const ids = Array.from({ length: batches }, (_, index) => `batch-${index}`)
  const plan = ids.map(id => ({ id, name: id, dependsOn: [], completed: false, running: false, branch: null }))
  fold(run, { kind: 'plan', at: 0, spec: '001-todo', batches: plan, shared: false })
  const frames = ids.flatMap((id, n) => [
    JSON.stringify({ type: 'batch_status', status: 'running', batch_id: id, timestamp: stamp(n) }),
    ...(n % 2
      ? [JSON.stringify({ type: 'batch_status', status: 'completed', batch_id: id, timestamp: stamp(n) })]
      : []),
  ])
  heard(frames, run, new Replay(), 0)
  return run
}

/** The fields of a run that the hub adds to a view. */
const FIELDS = {
  runId: 'run-1',
  backend: 'http://127.0.0.1:3000',
  link: { backend: 'live', docker: 'off' },
  linkSince: null,
  dockerSince: null,
  heardAt: null,
  imported: null,
} as const

const burst = recorded('newest/lag/ws-again.jsonl')
measure('hear and fold a 6,000-line history', 'frame', 20, () => heard(burst, emptyRun(), new Replay(), 0))
const known = new Replay()
const run = emptyRun()
heard(burst, run, known, 0)
measure('hear it again, every frame known', 'frame', 20, () => heard(burst, run, known, 0))

for (const batches of [14, 200, 2_000]) {
  const large = runOf(batches)
  measure(`derive a run of ${batches} batches from scratch`, 'version', 50, () => (derive(large, 0), 1))
  const derivation = new Derivation(large)
  let view = derivation.at(0).view
  let n = 0
  /** Folds and notes one message about one batch. */
  const change = () => {
    n += 1
    const changed = fold(large, claimOf(`batch-${(n >> 1) % batches}`, n % 2 ? 'running' : 'completed', n))
    if (changed) derivation.note(changed)
  }
  measure(`derive it after a message about one batch`, 'version', 200, () => {
    change()
    return ((view = derivation.at(0).view), 1)
  })
  const channel = new DocumentChannel(() => {
    const { batches: items, ...fields } = view
    return runDocument({ ...FIELDS, ...fields }, items)
  })
  const costs: number[] = []
  for (let round = 0; round < 200; round += 1) {
    change()
    view = derivation.at(0).view
    const begin = performance.now()
    channel.advance()
    costs.push((performance.now() - begin) * 1_000)
  }
  report(`make the step for its pages`, 'version', costs)
  measure(`digest it`, 'version', 50, () => (digest(channel.document), 1))
}

const line = { at: null, source: 'backend', stream: 'stdout' as const, text: 'a line of an agent, of usual length' }
const log = new LogBuffer()
measure('append to a full log', 'line', 20, () => {
  for (let n = 0; n < 100_000; n += 1) log.append(line)
  return 100_000
})

measure('mask the secrets of a recorded frame', 'frame', 20, () => {
  for (const frame of burst) masked(frame)
  return burst.length
})
const longest = 'token='.repeat(65_536 / 6)
measure('mask a hostile line of 64 KiB', 'line', 20, () => (masked(longest), 1))
