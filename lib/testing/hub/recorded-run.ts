import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { pino } from 'pino'
import { Replay } from '../../backend/replay'
import { outlines } from '../backend/outlines'
import { T0, tell, type Story } from '../backend/stories'
import { CLAIMS_ALONE, type Links } from '../../run/links'
import type { Observation } from '../../run/observation'
import { LogBudget } from '../../hub/logs/log-budget'
import { Recorder } from '../../hub/recording/recorder'
import { RunRecordings } from '../../hub/runs/run-recordings'
import { RunState, type StateHost } from '../../hub/runs/run-state'

/** For tests: a run in a dashboard that receives frames, with its recording. */

export const BACKEND = 'http://127.0.0.1:3000'
const silent = pino({ level: 'silent' })

export const hostWith = (record: StateHost['record'], links: () => Links = () => CLAIMS_ALONE): StateHost => ({
  origin: { backend: BACKEND },
  logs: new LogBudget(),
  links,
  pages: {
    ...{ changed: () => undefined, logChanged: () => undefined, replaced: () => undefined },
    ...{ mergedChanged: () => undefined, mergedRenumbered: () => undefined },
  },
  updated: () => undefined,
  record,
  heard: () => undefined,
  failed: (_, error) => {
    throw error
  },
})

export const pathOf = (recorder: Recorder): string => recorder.files()[0] ?? ''

/** A run in a dashboard that receives frames. */
export class Listening {
  now = T0
  constructor(
    readonly state: RunState,
    readonly replay = new Replay(),
  ) {}

  observe(observation: Observation | null, fresh = false): void {
    if (observation) this.state.observe(observation, fresh)
  }

  hear(text: string): void {
    this.now += 1
    const received = this.replay.receive(text, this.now)
    if (received.kind === 'observed') this.observe(received.observation, received.fresh)
  }

  open(): void {
    this.now += 100
    this.observe(this.replay.open(this.now))
  }

  close(): void {
    this.now += 5_000
    this.observe(this.replay.settle(this.now))
    this.observe(this.replay.close(this.now))
  }

  connect(texts: readonly string[]): void {
    this.open()
    for (const text of texts) this.hear(text)
    this.close()
  }

  /** The state that pages see, except the freshness of the stream and its last word, which comes up to a second later. */
  get shown(): unknown {
    this.state.update()
    const { fields: all, batches } = this.state.view()
    const { lastWord: _, ...fields } = all
    return { fields: { ...fields, heardAt: null }, batches }
  }

  get log(): unknown {
    return this.state.log.tail(Infinity)
  }
}

/** A run without a recording. */
export const unrecorded = () =>
  new Listening(
    new RunState(
      'r1',
      hostWith(() => undefined),
      '001-todo',
      T0,
    ),
  )

/** Folders of recordings, which are removed after the test that made them. */
export class Folders {
  readonly #ends: (() => void)[] = []

  /** Makes a new folder. */
  make(): string {
    const folder = mkdtempSync(join(tmpdir(), 'groundtruth-'))
    this.#ends.push(() => rmSync(folder, { recursive: true }))
    return folder
  }

  /** A run with a recording. */
  recorded(links?: () => Links) {
    const recorder = new Recorder(this.make(), silent)
    this.#ends.push(() => recorder.close())
    const recordings = new RunRecordings(BACKEND, recorder, silent)
    const host = hostWith((state, what, urgent) => recordings.append(state, what, urgent), links)
    const state = new RunState('r1', host, '001-todo', T0)
    recordings.begin(state)
    return { recorder, recordings, run: new Listening(state) }
  }

  end(): void {
    for (const end of this.#ends.splice(0).reverse()) end()
  }
}

export const replayOf = ({ frames }: Story, to = frames.length) =>
  frames.slice(0, to).filter(({ replayed }) => replayed)
export const texts = (frames: Story['frames']) => frames.map(({ text }) => text)
export const stories = outlines().map(tell)
export const someFrames = fc.array(fc.nat(1_000), { maxLength: 3 }).map(cuts => cuts.sort((a, b) => a - b))

/** Delivers the story up to a position: live, on several connections, each of which begins with a replay. */
export function deliver(run: Listening, story: Story, cuts: readonly number[], to: number): void {
  const { plan: batches, frames } = story
  run.observe({ kind: 'plan', at: run.now, spec: '001-todo', batches, shared: false })
  let joined = 0
  for (const cut of [...cuts.map(cut => Math.round((cut * to) / 1_000)), to]) {
    run.open()
    for (const { text } of [...replayOf(story, joined), ...frames.slice(joined, cut)]) run.hear(text)
    if (cut < to) run.close()
    joined = cut
  }
}
