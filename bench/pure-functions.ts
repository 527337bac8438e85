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
import { measured, type Mark, type Row } from './results'
import { median } from './statistics'

/** The cost of one operation, µs: the median of many rounds. `work` returns how many operations it did. */
function cost(rounds: number, work: () => number): number {
  const costs: number[] = []
  for (let round = 0; round < rounds; round += 1) {
    const begin = performance.now()
    const items = work()
    costs.push(((performance.now() - begin) * 1_000) / items)
  }
  return median(costs)
}

/** A row without a mark: noise may make its number large, but only a change of the code makes it grow with the run. */
function measure(what: string, unit: string, rounds: number, work: () => number): Row {
  return measured({ what, unit: `µs per ${unit}`, value: cost(rounds, work), n: `median of ${rounds} rounds` })
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
function claimOf(batch: string, status: 'failed' | 'completed', n: number): Message {
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

/** How often a change is derived. */
const CHANGES = 2_000
/** The derivation of 14 batches may take so long, µs, and that of 2,000 so many times as long. */
const MOST_OF_14 = 40
const MOST_GROWTH = 3

/** The cost of everything that is done when a message changes one batch of a run. */
function costsOfChange(batches: number) {
  const large = runOf(batches)
  const derivation = new Derivation(large)
  let view = derivation.at(0).view
  const channel = new DocumentChannel(() => {
    const { batches: items, ...fields } = view
    return runDocument({ ...FIELDS, ...fields }, items)
  })
  const costs: Record<'derive' | 'step', number[]> = { derive: [], step: [] }
  const timed = (into: number[], work: () => unknown) => {
    const begin = performance.now()
    work()
    into.push((performance.now() - begin) * 1_000)
  }
  for (let n = 0; n < CHANGES; n += 1) {
    // Each message changes its batch: the last end that the backend reports stands.
    const message = claimOf(`batch-${n % batches}`, Math.floor(n / batches) % 2 ? 'completed' : 'failed', n)
    timed(costs.derive, () => {
      const changed = fold(large, message)
      if (changed) derivation.note(changed)
      view = derivation.at(0).view
    })
    timed(costs.step, () => channel.advance())
  }
  return { derive: median(costs.derive), step: median(costs.step), channel, run: large }
}

/** What it costs to derive a run after one change, and to make the step for its pages, by the number of its batches. */
export function changeOfARun(): Row[] {
  const sizes = [14, 200, 2_000]
  // The first round compiles the code for all sizes alike.
  const [, costs] = [1, 2].map(() => sizes.map(costsOfChange))
  const smallest = costs?.[0]?.derive ?? NaN
  return (costs ?? []).flatMap(({ derive: derived, step, channel, run }, index): Row[] => {
    const batches = (sizes[index] ?? NaN).toLocaleString('en')
    const n = `median of ${CHANGES} changes`
    const marks = new Map<number, Mark>([
      [0, { words: `≤ ${MOST_OF_14} µs`, most: MOST_OF_14 }],
      [2, { words: `≤ ${MOST_GROWTH} × that of 14`, mostByFloor: MOST_GROWTH * smallest }],
    ])
    const mark = marks.get(index)
    return [
      measured({
        ...{ what: `derive a run of ${batches} batches after one change`, unit: 'µs', value: derived, n },
        ...(index > 0 && { floor: { value: smallest } }),
        ...(mark && { mark }),
      }),
      measured({ what: `make the step of ${batches} batches for its pages`, unit: 'µs', value: step, n }),
      measure(`digest a run of ${batches} batches`, 'version', 50, () => (digest(channel.document), 1)),
      measure(`derive a run of ${batches} batches from scratch`, 'version', 50, () => (derive(run, 0), 1)),
    ]
  })
}

/** What a frame, a log line and a secret cost. */
export function frameAndLine(): Row[] {
  const burst = recorded('newest/lag/ws-again.jsonl')
  const known = new Replay()
  const run = emptyRun()
  heard(burst, run, known, 0)
  const line = { at: null, source: 'backend', stream: 'stdout' as const, text: 'a line of an agent, of usual length' }
  const log = new LogBuffer()
  const longest = 'token='.repeat(65_536 / 6)
  return [
    measure('hear and fold a 6,000-line history', 'frame', 20, () => heard(burst, emptyRun(), new Replay(), 0)),
    measure('hear it again, every frame known', 'frame', 20, () => heard(burst, run, known, 0)),
    measure('append to a full log', 'line', 20, () => {
      for (let n = 0; n < 100_000; n += 1) log.append(line)
      return 100_000
    }),
    measure('mask the secrets of a recorded frame', 'frame', 20, () => {
      for (const frame of burst) masked(frame)
      return burst.length
    }),
    measure('mask a hostile line of 64 KiB', 'line', 20, () => (masked(longest), 1)),
  ]
}
