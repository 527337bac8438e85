import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { readPlan } from '../../backend/plan'
import { Replay } from '../../backend/replay'
import { planAnswer } from '../../backend/wire'
import { inspection, parseEvent, watchedActions } from '../../docker/engine/answers'
import { Containers } from '../../docker/containers'
import { assign, type Assignment } from '../../run/evidence/assign'
import type { CandidateRun } from '../../run/evidence/candidate-run'
import type { ContainerFacts } from '../../run/evidence/container-facts'
import { isOver } from '../../run/is-over'
import type { Batch } from '../../run/model'
import type { Observation } from '../../run/observation'
import { parseInstant } from '../../run/time/time'
import type { Derived } from '../../run/view'
import { CheckedRun } from '../run/checked-run'
import type { DockerState } from '../../run/links'

/** For tests: real runs, played back as a dashboard receives them. */

export const ROOT = join(import.meta.dirname, '../../../e2e/recordings')
/** How long the dashboard watches after the last message of a recording: longer than any grace time. */
const AFTER = 120_000
const LIST_EVERY = 10_000

const socketLine = z.object({ ms: z.number(), frame: z.string().optional(), close: z.number().optional() })
const dockerLine = z.object({
  ms: z.number(),
  event: z.looseObject({ Type: z.string(), Action: z.string(), timeNano: z.number() }),
  inspect: z.unknown().optional(),
  inspectMs: z.number().default(1),
})
const call = z.object({
  at: z.string(),
  method: z.string(),
  path: z.string(),
  body: z.unknown().optional(),
  answer: z.unknown().optional(),
})
const startCall = z.object({ spec: z.string(), run_id: z.string(), dry_run: z.boolean().default(false) })
const stopCall = z.object({ run_id: z.string() })
const accepted = z.object({ success: z.literal(true) })
const dockerCall = z.object({ available: z.boolean() })

const read = <T extends z.ZodType>(schema: T, folder: string, file: string): z.infer<T>[] => {
  const path = join(ROOT, folder, file)
  if (!existsSync(path)) return []
  const lines = readFileSync(path, 'utf8').split('\n')
  return lines.filter(text => text !== '').map(text => schema.parse(JSON.parse(text)))
}

const stampOf = (frame: string | undefined): number | null => {
  const stamp = parseInstant(/"timestamp":"([^"]+)"/.exec(frame ?? '')?.[1] ?? '')
  return stamp && stamp.ms
}

/** The opening time of a stream whose times count from its opening: no message is received before it was sent. */
const openedAt = (sent: readonly { ms: number; stamp: number | null }[]): number =>
  Math.max(...sent.map(({ ms, stamp }) => (stamp === null ? -Infinity : stamp - ms)))

type Assigned = Extract<Assignment, { kind: 'assigned' }>

interface Followed {
  runId: string
  run: CheckedRun
  replay: Replay
  derived: Derived
}

const isAlarm = ({ verdict }: Pick<Batch, 'verdict'>): boolean =>
  verdict === 'ghost' || verdict === 'orphan' || verdict === 'late' || verdict === 'conflict'

const isWatched = (action: string) => watchedActions.some(watched => watched === action)

/**
 * A dashboard that receives the content of a recording at the original times. It looks at every run after each message, and
 * whenever the passing of time alone may have changed one.
 */
export class Played {
  readonly runs: Followed[] = []
  readonly facts = new Map<string, ContainerFacts>()
  readonly assignments = new Map<string, Assigned>()
  /** Every alarm that was ever shown, in order, once each. */
  readonly alarms = new Set<string>()
  readonly #containers = new Containers()
  #docker: DockerState
  /** The latest first. An act that returns false has changed nothing. */
  readonly #agenda: { at: number; turn: number; act: (now: number) => unknown }[] = []
  #turn = 0
  #sorted = false
  readonly #begin: number

  readonly #folder: string
  /** Whether this dashboard sent the starts and stops. */
  readonly #ours: boolean
  /** The delay of Docker's data compared with the recorder, ms. */
  readonly #lag: number

  constructor(
    folder: string,
    sockets: readonly (readonly string[])[],
    spec: string,

    ours: boolean,

    lag: number,
  ) {
    this.#folder = folder
    this.#ours = ours
    this.#lag = lag

    for (const [n, names] of sockets.entries()) this.#follow(`r${n + 1}`, names)
    this.#readCalls(spec)
    this.#readDocker()
    this.#begin = Math.min(...this.#agenda.map(({ at }) => at)) - LIST_EVERY
    const end = Math.max(...this.#agenda.map(({ at }) => at)) + AFTER
    this.#docker = { link: 'live', since: this.#begin, lists: [], imageMissing: false }
    for (let at = this.#begin; at <= end; at += LIST_EVERY) this.#plan(at, now => this.#listed(now))
    this.#play(end)
  }

  run(runId: string): Followed {
    const found = this.runs.find(run => run.runId === runId)
    if (!found) throw new Error(`no run ${runId}`)
    return found
  }

  #plan(at: number, act: (now: number) => unknown): void {
    this.#agenda.push({ at, turn: (this.#turn += 1), act })
    this.#sorted = false
  }

  #follow(runId: string, names: readonly string[]): void {
    const run = new CheckedRun()
    const replay = new Replay()
    this.runs.push({ runId, run, replay, derived: run.derive(0) })
    const hear = (observation: Observation | null) => observation && run.observe(observation)
    let last = -Infinity
    for (const name of names) {
      const lines = read(socketLine, this.#folder, `ws-${name}.jsonl`)
      const sent = lines.map(({ ms, frame }) => ({ ms, stamp: stampOf(frame) }))
      // A connection that only repeats messages, or has no stamps, came after the connection before it.
      const open = Math.max(openedAt(sent), last + 1)
      this.#plan(open, now => hear(replay.open(now)))
      for (const { ms, frame, close } of lines) {
        last = open + ms
        if (frame !== undefined) {
          this.#plan(last, now => {
            const received = replay.receive(frame, now)
            return received.kind === 'observed' && run.observe(received.observation)
          })
        }
        if (close !== undefined) this.#plan(last, now => hear(replay.close(now)))
      }
      this.#plan(last + 5_000, now => hear(replay.settle(now)))
    }
  }

  /** The starts and stops that were sent, and the plans that were read. */
  #readCalls(spec: string): void {
    const ids: string[] = []
    for (const { at: time, method, path, body, answer } of read(call, this.#folder, 'http.jsonl')) {
      const at = Date.parse(time)
      const plan = planAnswer.safeParse(answer).data
      if (method === 'GET' && path.startsWith('/api/plans/detail') && plan) {
        const batches = readPlan(plan)
        this.#plan(at, now => {
          for (const { run } of this.runs) run.observe({ kind: 'plan', at: now, spec, batches, shared: true })
        })
      }
      if (!this.#ours) continue
      if (path === '/api/execution/start' && accepted.safeParse(answer).success) {
        const { run_id, dry_run: dryRun } = startCall.parse(body)
        const followed = this.runs[ids.push(run_id) - 1]
        if (followed) this.#plan(at, now => followed.run.observe({ kind: 'accepted', at: now, spec, dryRun }))
      }
      if (path === '/api/execution/stop') {
        const followed = this.runs[ids.indexOf(stopCall.parse(body).run_id)]
        this.#plan(at, now => {
          // The hub sends no stop to an ended run.
          if (followed && !isOver(followed.derived.view.status)) followed.run.observe({ kind: 'stop', at: now })
        })
      }
    }
  }

  #readDocker(): void {
    const lines = read(dockerLine, this.#folder, 'docker.jsonl')
    const open = openedAt(lines.map(({ ms, event }) => ({ ms, stamp: Math.floor(event.timeNano / 1_000_000) })))
    for (const { ms, event, inspect, inspectMs } of lines) {
      if (event.Type !== 'container' || !isWatched(event.Action)) continue
      this.#plan(open + ms + this.#lag, now => {
        this.#containers.event(parseEvent(JSON.stringify(event)), now)
        const id = this.#containers.nextWanted()
        if (id === null) return
        const mark = this.#containers.ask(id)
        const { success, data } = inspection.safeParse(inspect)
        this.#plan(now + inspectMs, then => {
          if (success) this.#containers.inspection(id, data, mark, then)
          else this.#containers.unanswered(id)
        })
      })
    }
    if (lines.length > 0) this.#readDaemon(open + Math.max(...lines.map(({ ms }) => ms)))
  }

  /** When the daemon is stopped, its events end; when it is back, a list shows the remaining containers. */
  #readDaemon(last: number): void {
    for (const { at, path, answer } of read(call, this.#folder, 'http.jsonl')) {
      if (path !== '/api/docker') continue
      const { available } = dockerCall.parse(answer)
      this.#plan(available ? Date.parse(at) : last + 1, now => {
        this.#docker = { ...this.#docker, link: available ? 'live' : 'down', since: now, lists: [] }
        this.#containers.gap()
        if (available) this.#containers.list([], this.#containers.mark(), now)
      })
    }
  }

  #listed(now: number): void {
    if (this.#docker.link === 'live')
      this.#docker = { ...this.#docker, lists: [now, ...this.#docker.lists].slice(0, 2) }
  }

  #play(end: number): void {
    for (;;) {
      if (!this.#sorted) this.#agenda.sort((a, b) => b.at - a.at || b.turn - a.turn)
      this.#sorted = true
      const next = this.#agenda.at(-1)
      const due = Math.min(...this.runs.map(({ derived }) => derived.deadline ?? Infinity))
      if (!next && due > end) return
      if (next && next.at <= due) {
        this.#agenda.pop()
        if (next.act(next.at) !== false) this.#look(next.at)
      } else this.#look(due)
    }
  }

  #look(now: number): void {
    for (const facts of this.#containers.takeChanged()) {
      this.facts.set(facts.id, facts)
      const assigned = this.assignments.get(facts.id)
      if (assigned) this.#tell(assigned, facts, now)
    }
    this.#deriveAll(now)
    this.#reassign(now)
    this.#deriveAll(now)
  }

  #deriveAll(now: number): void {
    const links = { backend: { link: 'live', since: this.#begin } as const, docker: this.#docker, undecided: [] }
    for (const followed of this.runs) {
      followed.derived = followed.run.derive(now, links)
      for (const { id, verdict } of followed.derived.view.batches.filter(isAlarm)) {
        this.alarms.add(`${followed.runId} ${id} ${verdict}`)
      }
    }
  }

  #reassign(now: number): void {
    const agents = [...this.facts.values()].filter(({ role }) => role === 'batch')
    const at = (time: string | null) => (time === null ? null : Date.parse(time))
    const candidateRuns = this.runs.map(({ runId, derived: { view } }): CandidateRun => ({
      ...{ runId, historyId: view.historyId, startedAt: at(view.startedAt), endedAt: at(view.endedAt) },
      batches: view.batches.map(({ id, name, branch, startedAt }) => ({ id, name, branch, startedAt: at(startedAt) })),
    }))
    for (const [id, found] of assign(agents, candidateRuns)) {
      const facts = this.facts.get(id)
      const old = this.assignments.get(id)
      if (!facts) continue
      if (old && (found.kind === 'unassigned' || found.runId !== old.runId)) {
        this.run(old.runId).run.observe({ kind: 'container', at: now, batch: null, container: facts })
        this.assignments.delete(id)
      }
      if (found.kind === 'unassigned') continue
      this.assignments.set(id, found)
      this.#tell(found, facts, now)
    }
  }

  #tell({ runId, batchId, by }: Assigned, container: ContainerFacts, at: number): void {
    this.run(runId).run.observe({ kind: 'container', at, batch: { id: batchId, by }, container })
  }
}

/** The connections of each run, in the order in which the runs began: the listed runs, and the runs in no list. */
export function runsOf(folder: string, listed: readonly { sockets: string[] }[]): string[][] {
  const firstOf = (socket = '') =>
    read(socketLine, folder, `ws-${socket}.jsonl`).find(({ frame }) => frame)?.frame ?? ''
  const named = new Set(listed.flatMap(({ sockets }) => sockets))
  const others = readdirSync(join(ROOT, folder)).flatMap(file => /^ws-(.+)\.jsonl$/.exec(file)?.[1] ?? [])
  const all = [...listed.map(({ sockets }) => sockets), ...others.filter(name => !named.has(name)).map(name => [name])]
  const first = new Map<string, string[]>()
  for (const sockets of all) {
    const frame = firstOf(sockets[0])
    // Another connection of a known run adds nothing new.
    if (stampOf(frame) !== null && !first.has(frame)) first.set(frame, sockets)
  }
  return [...first].sort(([a], [b]) => (stampOf(a) ?? 0) - (stampOf(b) ?? 0)).map(([, sockets]) => sockets)
}
