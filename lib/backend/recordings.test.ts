import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { fold } from '../run/fold'
import { emptyRun, type Run } from '../run/run'
import type { PlanReading } from '../run/observation'
import { derive, type RunView } from '../run/view'
import { planAnswer } from './wire'
import { readPlan } from './plan'
import { Replay } from './replay'

const ROOT = join(import.meta.dirname, '../../e2e/recordings')

const expectedRun = z.object({
  sockets: z.array(z.string()),
  status: z.string(),
  counts: z.record(z.string(), z.number()),
  error: z.string().optional(),
  branches: z.record(z.string(), z.string()),
  logLines: z.number().optional(),
})
const expectedFile = z.object({
  spec: z.string(),
  runs: z.array(expectedRun),
  names: z.record(z.string(), z.string()),
})
type Expected = z.infer<typeof expectedRun>

const line = z.object({ ms: z.number(), frame: z.string().optional() })
const call = z.object({ at: z.string(), method: z.string(), path: z.string(), answer: z.unknown() })

const lines = <T extends z.ZodType>(schema: T, path: string): z.infer<T>[] =>
  readFileSync(path, 'utf8')
    .split('\n')
    .filter(text => text !== '')
    .map(text => schema.parse(JSON.parse(text)))

const frames = (folder: string, socket: string): string[] =>
  lines(line, join(ROOT, folder, `ws-${socket}.jsonl`)).flatMap(({ frame }) => (frame === undefined ? [] : [frame]))

const plansOf = (folder: string): PlanReading[] =>
  lines(call, join(ROOT, folder, 'http.jsonl')).flatMap(({ method, path, at, answer }) => {
    const spec = /^\/api\/plans\/detail\?spec=(.+)$/.exec(path)?.[1]
    const parsed = planAnswer.safeParse(answer)
    if (method !== 'GET' || spec === undefined || !parsed.success) return []
    return [{ kind: 'plan' as const, at: Date.parse(at), spec, batches: readPlan(parsed.data), shared: true }]
  })

/** A dashboard that follows one run: its connections in their order, and the plan as read before the run began. */
class Follower {
  readonly run: Run = emptyRun()
  readonly replay = new Replay()
  readonly log: string[] = []
  readonly #begun: number
  #now = Date.parse('2026-11-23T03:00:00Z')

  readonly #plans: readonly PlanReading[]

  constructor(plans: readonly PlanReading[], firstFrame: string | undefined) {
    this.#plans = plans

    const begun = /"timestamp":"([^"]+)"/.exec(firstFrame ?? '')?.[1]
    this.#begun = begun === undefined ? Infinity : Date.parse(begun)
    this.#readPlan(at => at <= this.#begun)
  }

  /** The last plan answer of those times, as the recorder read it. */
  #readPlan(when: (at: number) => boolean): void {
    const last = this.#plans.findLast(({ at }) => when(at))
    if (last) fold(this.run, last)
  }

  /** The plan as it was when the recording ended; it may hold other runs' work. */
  readPlanAgain(): void {
    this.#readPlan(at => at > this.#begun)
  }

  connect(texts: readonly string[], afterEach: () => void = () => undefined): void {
    fold(this.run, this.replay.open((this.#now += 100)))
    for (const text of texts) {
      const received = this.replay.receive(text, (this.#now += 1))
      if (received.kind === 'observed') {
        fold(this.run, received.observation)
        if (received.fresh && received.observation.kind === 'message') this.log.push(received.observation.text)
      }
      afterEach()
    }
    const settled = this.replay.settle((this.#now += 10_000))
    if (settled) fold(this.run, settled)
    fold(this.run, this.replay.close(this.#now))
    this.readPlanAgain()
  }

  get view(): RunView {
    return derive(this.run, this.#now).view
  }
}

function check(view: RunView, expected: Expected, names: Record<string, string>): void {
  expect(view.status).toBe(expected.status)
  expect(view.counts).toMatchObject(expected.counts)
  if (expected.error !== undefined) expect(`${view.error ?? ''}\n${view.errorDetail ?? ''}`).toContain(expected.error)
  for (const [id, branch] of Object.entries(expected.branches)) {
    expect(view.batches.find(batch => batch.id === id)?.branch, id).toBe(branch)
  }
  if (view.counts.totalKnown) for (const batch of view.batches) expect(batch.name).toBe(names[batch.id])
  const { total, totalKnown: _, ...five } = view.counts
  expect(Object.values(five).reduce((sum, count) => sum + count)).toBe(total)
  expect(view.counts.running).toBe(0)
}

const ABORTED = 'Execution aborted by user.'
/** The frames that a later connection replays: all except a real abort. */
const replayed = (texts: readonly string[], expected: Expected) =>
  expected.status === 'aborted' || expected.status === 'completed'
    ? texts.filter(text => !text.includes(ABORTED))
    : texts

const folders = ['newest', 'oldest'].flatMap(generation =>
  readdirSync(join(ROOT, generation)).map(name => `${generation}/${name}`),
)

for (const folder of folders) {
  const { runs, names } = expectedFile.parse(JSON.parse(readFileSync(join(ROOT, folder, 'expected.json'), 'utf8')))
  const plans = plansOf(folder)
  for (const expected of runs) {
    const connections = expected.sockets.map(socket => frames(folder, socket))
    const follow = () => new Follower(plans, connections[0]?.[0])

    describe(`${folder}: ${expected.sockets.join(', then ')}`, () => {
      it('[RUN-1] ends as expected, fed at once', () => {
        const follower = follow()
        for (const texts of connections) follower.connect(texts)
        check(follower.view, expected, names)
        if (expected.logLines !== undefined) {
          const burst = follower.log.filter(text => /^line \d+ of a long burst/.test(text))
          expect(burst).toHaveLength(expected.logLines)
          expect(new Set(burst).size).toBe(expected.logLines)
        }
      })

      it('[RUN-1.2] counts sum to the total after every frame, and the timer never moves', () => {
        const follower = follow()
        const step = connections.flat().length > 1_000 ? 97 : 1
        let n = 0
        let startedAt: string | null = null
        let completed = 0
        for (const texts of connections) {
          follower.connect(texts, () => {
            n += 1
            if (n % step !== 0) return
            const { counts, startedAt: start, status } = follower.view
            const { total, totalKnown: _, ...five } = counts
            expect(Object.values(five).reduce((sum, count) => sum + count)).toBe(total)
            if (startedAt !== null) expect(start).toBe(startedAt)
            startedAt = start
            if (status !== 'failed') expect(counts.completed).toBeGreaterThanOrEqual(completed)
            completed = counts.completed
          })
        }
        check(follower.view, expected, names)
      })

      it('[RUN-2.1] cut at any frame and replayed, it ends the same and loses no line', { timeout: 60_000 }, () => {
        const whole = follow()
        for (const texts of connections) whole.connect(texts)
        for (const [at, texts] of connections.entries()) {
          const step = Math.ceil(texts.length / (texts.length > 1_000 ? 5 : 25))
          for (let cut = 0; cut <= texts.length; cut += step) {
            const follower = follow()
            for (const earlier of connections.slice(0, at)) follower.connect(earlier)
            const aborts = texts.findIndex(text => text.includes(ABORTED))
            follower.connect(texts.slice(0, cut))
            // An abort that no connection received is not in the replay either, so the live connection goes on.
            if (aborts >= cut) follower.connect(texts)
            else follower.connect(replayed(texts, expected))
            for (const later of connections.slice(at + 1)) follower.connect(later)
            if (expected.status === 'aborted' && connections.length === 1) follower.connect(replayed(texts, expected))
            check(follower.view, expected, names)
            expect([...follower.log].sort()).toEqual([...whole.log].sort())
          }
        }
      })

      it('[RUN-2.1] with every frame doubled it ends the same, and no line is doubled', () => {
        const whole = follow()
        const doubled = follow()
        for (const texts of connections) whole.connect(texts)
        for (const texts of connections) doubled.connect(texts.flatMap(text => [text, text]))
        check(doubled.view, expected, names)
        expect(doubled.log).toEqual(whole.log)
      })

      it('[RUN-2.1] joined late, it ends the same', () => {
        const follower = follow()
        const last = connections.at(-1) ?? []
        if (expected.status === 'aborted' || last.length <= 1) return
        follower.connect(replayed(last, expected))
        follower.connect(replayed(last, expected))
        check(follower.view, expected, names)
      })
    })
  }
}
