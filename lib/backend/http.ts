import { unescape } from 'node:querystring'
import type { z } from 'zod'
import { serverNow } from '../clock/clock'
import { hasMoreValues } from '../run/text/json-size'
import type { HistoryReading, PlanBatch } from '../run/observation'
import { parseInstant } from '../run/time/time'
import { AnswerCache } from './answer-cache'
import {
  BackendError,
  type BackendPlace,
  badStatus,
  timedOut,
  tooLong,
  tooManyValues,
  unreachable,
} from './backend-error'
import { readAhead, readPlanState, type Plan } from './plan'
import { request, TooLong } from './request'
import { readTasks, readTasksAhead, type Tasks } from './tasks'
import {
  commandAnswer,
  historyAnswer,
  historyListAnswer,
  planAnswer,
  specsAnswer,
  tasksAnswer,
  type HistoryRun,
  type Spec,
} from './wire'

export { BackendError }

/** An entry of the backend's history. Times are ms on the backend's clock. */
export type HistoryEntry = Omit<HistoryReading, 'kind' | 'at'>
/** An entry as in the history's list: without batches. */
export type ListedEntry = Omit<HistoryEntry, 'batches'>

const MAX_ANSWER = 16 * 1024 * 1024
/** The plan and the history of 2,000 batches hold some 50,000. */
const MOST_VALUES = 200_000
const MAX_LISTED = 50
/** Answers are stamped in whole seconds and take a while to arrive: a smaller difference proves nothing, ms. */
const CLOCK_TOLERANCE = 2_000

/** Calls one backend over HTTP; every method rejects with a `BackendError`. */
export class BackendHttp {
  readonly #base: string
  readonly #headers: Record<string, string>
  /** The credentials of the URL in each form that may appear in an answer. */
  readonly #credentials: string[]
  #offset: number | null = null
  readonly #plans = new AnswerCache<Plan>()
  readonly #tasks = new AnswerCache<Tasks>()
  readonly #entries = new AnswerCache<HistoryEntry | null>()
  readonly #lists = new AnswerCache<{ runs: ListedEntry[]; unread: number }>()

  readonly #timeout: number
  readonly #variable: string

  /**
   * @param url may hold credentials: they are sent as a header and appear in no message
   * @param timeout of a read call, ms; a start or a stop, which is never sent again, may take twice as long
   * @param variable the one that holds the URL, for messages
   */
  constructor(url: URL, timeout = 5_000, variable = 'BACKEND_URL') {
    this.#timeout = timeout
    this.#variable = variable

    const bare = new URL(url)
    bare.username = bare.password = ''
    this.#base = bare.href.replace(/\/$/, '')
    this.#headers = authorization(url)
    const secret = url.password || url.username
    const sent = this.#headers['authorization']?.slice('Basic '.length) ?? ''
    this.#credentials = [sent, unescape(secret), secret].filter(text => text !== '')
  }

  /** Our clock minus the backend's by its latest answer, ms; 0 if that may only be the answer's delay, null before one [RUN-7]. */
  get clockOffset(): number | null {
    return this.#offset
  }

  /** Resolves if the backend answers that it is healthy. */
  async health(): Promise<void> {
    const text = await this.#text('GET', '/health')
    if (text.trim() !== 'OK') {
      const words = `The server at ${this.#base} is no ckrv backend: it answers /health with something else than OK. Check ${this.#variable}.`
      throw new BackendError('bad-answer', words)
    }
  }

  async specs(): Promise<Spec[]> {
    return (await this.#json(specsAnswer, 'GET', '/api/specs')).specs
  }

  /** The plan's batches; empty if there is no plan, or it can't be read at the moment. */
  async plan(spec: string): Promise<PlanBatch[]> {
    const state = await this.planState(spec)
    return typeof state === 'string' ? [] : state
  }

  /** The plan's batches, or why there are none [START-1]. */
  async planState(spec: string): Promise<PlanBatch[] | 'missing' | 'unreadable'> {
    return batchesOf(await this.wholePlan(spec))
  }

  /** The plan's batches and their tasks, or why there are none. */
  async wholePlan(spec: string): Promise<Plan> {
    const path = planPath(spec)
    const text = await this.#text('GET', path)
    const known = this.#plans.get(path, text)
    if (known !== undefined) return known
    const answer = this.#parsed(text, planAnswer, `GET ${path}`)
    const isRead = await readAhead(answer)
    const plan = readPlanState(answer)
    // The next request reads what could not be read now.
    return isRead ? this.#plans.keep(path, text, plan) : plan
  }

  /** The plan as it was last read; null if it was not, or that was too long ago to be kept. */
  lastPlan(spec: string): PlanBatch[] | null {
    const plan = this.#plans.last(planPath(spec))
    return plan === undefined || typeof plan === 'string' ? null : plan.batches
  }

  /** The tasks of the spec, or why there are none. */
  async tasks(spec: string): Promise<Tasks> {
    const path = `/api/tasks/detail?spec=${encodeURIComponent(spec)}`
    const text = await this.#text('GET', path)
    const known = this.#tasks.get(path, text)
    if (known !== undefined) return known
    const answer = this.#parsed(text, tasksAnswer, `GET ${path}`)
    const isRead = await readTasksAhead(answer)
    const tasks = readTasks(answer)
    return isRead ? this.#tasks.keep(path, text, tasks) : tasks
  }

  /**
   * The spec's newest runs, at most 50, newest first.
   * @param odd is called if some of them can't be read; the others are returned
   */
  async historyList(spec: string, odd?: (reason: string) => void): Promise<ListedEntry[]> {
    const path = `/api/history/${encodeURIComponent(spec)}?limit=${MAX_LISTED}`
    const text = await this.#text('GET', path)
    const { runs, unread } = this.#lists.get(path, text) ?? this.#lists.keep(path, text, this.#readList(path, text))
    if (unread > 0) odd?.(`${unread} of its runs can't be read`)
    return runs
  }

  #readList(path: string, text: string): { runs: ListedEntry[]; unread: number } {
    const { runs, unread } = this.#parsed(text, historyListAnswer, `GET ${path}`)
    return { runs: runs.map(readListed), unread }
  }

  /** One entry of the history, or null if it has no entry with this id. */
  async history(spec: string, id: string): Promise<HistoryEntry | null> {
    const path = historyPath(spec, id)
    const text = await this.#text('GET', path, undefined, [200, 404])
    const known = this.#entries.get(path, text)
    if (known !== undefined) return known
    const { run } = this.#parsed(text, historyAnswer, `GET ${path}`)
    return this.#entries.keep(path, text, run ? readHistory(run) : null)
  }

  /** The entry as it was last read; null if it was not, or that was too long ago to be kept. */
  lastHistory(spec: string, id: string): HistoryEntry | null {
    return this.#entries.last(historyPath(spec, id)) ?? null
  }

  /** Starts a run. The call is sent only once, because after a time-out it is not known whether the run began. */
  async start(request: {
    spec: string
    runId: string
    dryRun: boolean
    model: string | undefined
    resumeRunId: string | undefined
  }): Promise<z.infer<typeof commandAnswer>> {
    return this.#command('/api/execution/start', {
      spec: request.spec,
      run_id: request.runId,
      dry_run: request.dryRun,
      ...(request.model === undefined ? {} : { executor_model: request.model }),
      ...(request.resumeRunId === undefined ? {} : { resume_run_id: request.resumeRunId }),
    })
  }

  async stop(runId: string): Promise<z.infer<typeof commandAnswer>> {
    return this.#command('/api/execution/stop', { run_id: runId })
  }

  async #command(path: string, body: object): Promise<z.infer<typeof commandAnswer>> {
    const { success, message } = await this.#json(commandAnswer, 'POST', path, body)
    return { success, message: message === null ? null : this.#withoutCredentials(message) }
  }

  async #json<T extends z.ZodType>(
    schema: T,
    method: 'GET' | 'POST',
    path: string,
    body?: object,
  ): Promise<z.infer<T>> {
    return this.#parsed(await this.#text(method, path, body), schema, `${method} ${path}`)
  }

  #parsed<T extends z.ZodType>(text: string, schema: T, call: string): z.infer<T> {
    if (hasMoreValues(text, MOST_VALUES)) throw tooManyValues(call, this.#place, MOST_VALUES)
    let json: unknown
    try {
      json = JSON.parse(text)
    } catch (cause) {
      const isPage = /^\s*</.test(text)
      const what = isPage ? 'a web page, so this generation does not know that call' : 'no JSON'
      throw new BackendError('bad-answer', `The backend answered ${call} with ${what}. ${this.#checkUrl}`, {
        cause,
        heard: isPage ? 'no' : 'maybe',
      })
    }
    const parsed = schema.safeParse(json)
    if (parsed.success) return parsed.data
    const words = `The backend's answer to ${call} has an unknown shape. ${this.#checkUrl}`
    throw new BackendError('bad-answer', words, { cause: parsed.error, heard: 'maybe' })
  }

  async #text(
    method: 'GET' | 'POST',
    path: string,
    body?: object,
    statuses: readonly number[] = [200],
  ): Promise<string> {
    const call = `${method} ${path}`
    const within = method === 'POST' ? 2 * this.#timeout : this.#timeout
    const signal = AbortSignal.timeout(within)
    const headers = body ? { ...this.#headers, 'content-type': 'application/json' } : this.#headers
    try {
      const sentAt = serverNow()
      const options = { method, headers, body: body ? JSON.stringify(body) : null, signal, most: MAX_ANSWER }
      const { status, date, text } = await request(new URL(this.#base + path), options)
      this.#readClock(date, sentAt)
      if (statuses.includes(status)) return text
      throw badStatus(status, this.#withoutCredentials(text), call, this.#place)
    } catch (cause) {
      if (cause instanceof BackendError) throw cause
      if (cause instanceof TooLong) throw tooLong(call, this.#place, MAX_ANSWER)
      if (signal.aborted) throw timedOut(call, within / 1_000, cause)
      throw unreachable(call, this.#place, cause)
    }
  }

  /** Masks the credentials: some servers repeat the request in an error [SAFE-2]. */
  #withoutCredentials(text: string): string {
    return this.#credentials.reduce((all, secret) => all.replaceAll(secret, '•••'), text)
  }

  get #place(): BackendPlace {
    return { where: this.#base, variable: this.#variable }
  }

  get #checkUrl(): string {
    return `Check that ${this.#variable} (${this.#base}) is a ckrv backend.`
  }

  /** Reads the clock offset from the answer's date: whole seconds, between request and receipt. @param sentAt our clock, ms */
  #readClock(date: string | null, sentAt: number): void {
    const second = date === null ? NaN : Date.parse(date)
    if (Number.isNaN(second)) return
    const [least, most] = [sentAt - second - 1_000, serverNow() - second]
    const mayBeNone = least <= CLOCK_TOLERANCE && most >= -CLOCK_TOLERANCE
    this.#offset = mayBeNone ? 0 : (least + most) / 2
  }
}

const historyPath = (spec: string, id: string) => `/api/history/${encodeURIComponent(spec)}/${encodeURIComponent(id)}`
const batchesOf = (plan: Plan) => (typeof plan === 'string' ? plan : plan.batches)
const planPath = (spec: string) => `/api/plans/detail?spec=${encodeURIComponent(spec)}`

/** The credentials of a URL as a header; no header if it has none. */
export function authorization(url: URL): Record<string, string> {
  if (url.username === '' && url.password === '') return {}
  const pair = `${unescape(url.username)}:${unescape(url.password)}`
  return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` }
}

const ms = (text: string | null): number | null => (text === null ? null : (parseInstant(text)?.ms ?? null))

function readListed(run: HistoryRun): ListedEntry {
  return {
    id: run.id,
    status: run.status,
    dryRun: run.dry_run,
    startedAt: ms(run.started_at),
    endedAt: ms(run.ended_at),
    error: run.error,
  }
}

function readHistory(run: HistoryRun): HistoryEntry {
  return {
    ...readListed(run),
    batches: run.batches.map(batch => ({
      id: batch.id,
      name: batch.name,
      status: batch.status,
      startedAt: ms(batch.started_at),
      endedAt: ms(batch.ended_at),
      branch: batch.branch,
      error: batch.error,
    })),
  }
}
