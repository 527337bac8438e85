import { randomBytes } from 'node:crypto'
import type { Logger } from 'pino'
import { BackendError, type BackendHttp } from '../backend/http'
import { serverNow } from '../clock/clock'
import type { Snapshot } from '../run/model'
import { masked } from '../run/text/secrets'
import { mapBackendErrors, type HubApi, HubError, hubRefusals, type NoteRequest, type StartRequest } from './api'
import type { Lifecycle } from './lifecycle'
import type { RunState } from './runs'
import type { FollowSession } from './follow'

/** The part of the hub that the commands use and report to. */
export interface CommandsHost {
  readonly http: BackendHttp
  readonly life: Lifecycle
  readonly log: Logger
  snapshot(runId: string): Promise<Snapshot | undefined>
  /** From now on a run that was started elsewhere is followed. */
  followed(): void
}

const FIRST_FRAME = 3_000

/** Starts, follows and stops runs at a user's request. Each refusal rejects with a `HubError`. */
export class Commands {
  /** Starts that the backend has not answered yet. Until it answers, it is not known which run has the id. */
  readonly #starting = new Map<string, Promise<void>>()
  /** Runs that are joined and wait for their first message. */
  readonly #joining = new Map<string, ReturnType<HubApi['follow']>>()

  readonly #host: CommandsHost

  constructor(host: CommandsHost) {
    this.#host = host
  }

  async start(request: StartRequest, by?: string): Promise<{ runId: string }> {
    const runId = request.runId ?? `run-${String(Date.now())}-${randomBytes(3).toString('hex')}`
    const session = this.#host.life.create(runId, request.spec)
    const starting = this.#startOn(session, request, by).finally(() => {
      // If this start was refused, another start may use the same id by now.
      if (this.#starting.get(runId) === starting) this.#starting.delete(runId)
    })
    this.#starting.set(runId, starting)
    await starting
    return { runId }
  }

  async #startOn(session: FollowSession, request: StartRequest, by: string | undefined): Promise<void> {
    const { http, life, log } = this.#host
    const { state } = session
    const { runId } = state
    let sentAt: number | null = null
    try {
      await mapBackendErrors(() => session.readPlan(request.spec))
      sentAt = serverNow()
      const { success, message } = await mapBackendErrors(() =>
        http.start({
          spec: request.spec,
          runId,
          dryRun: request.dryRun ?? false,
          model: request.model,
          resumeRunId: request.resumeRunId,
        }),
      )
      if (!success) throw hubRefusals.startRefused(message ?? null)
    } catch (error) {
      if (sentAt !== null && mayHaveBeenHeard(error)) throw this.#unanswered(session, request, by, { sentAt, error })
      await life.discard(state)
      throw error
    }
    if (by !== undefined) state.note(`Started from the dashboard by ${by}.`)
    const { spec, dryRun = false, model } = request
    session.observe({
      ...{ kind: 'accepted', at: serverNow(), sent: sentAt, spec, dryRun },
      ...(by !== undefined && { by }),
      ...(model !== undefined && { model }),
    })
    session.follow(false)
    life.show(state)
    log.info({ runId, spec: request.spec }, 'run started')
  }

  /** The backend may have received a start that it did not answer: the run is followed, and the stream will show it [RUN-2.7]. */
  #unanswered(
    session: FollowSession,
    { dryRun = false }: StartRequest,
    by: string | undefined,
    { sentAt, error }: { sentAt: number; error: HubError },
  ): HubError {
    const { life, log } = this.#host
    const { state } = session
    const { runId } = state
    session.observe({ kind: 'asked', at: sentAt, dryRun })
    state.note(
      `The start asked for${by === undefined ? '' : ` by ${by}`} was not answered; the run may begin all the same. ${error.message}`,
    )
    session.follow(true)
    life.show(state)
    life.unheard.discardUnlessBegun(state)
    log.warn({ runId, reason: error.message }, 'a start was not answered; the run is followed')
    return hubRefusals.startUnanswered(error, runId)
  }

  /** Waits for the pending start. Its errors are returned to its own caller. */
  async #startAnswered(runId: string): Promise<void> {
    await Promise.allSettled([this.#starting.get(runId)])
  }

  async follow(runId: string, spec?: string): ReturnType<HubApi['follow']> {
    // A second request during a pending join gets the result of that join.
    const sameRun = this.#joining.get(runId)
    if (sameRun) return { ...(await sameRun), created: false }
    const joining = this.#join(runId, spec).finally(() => this.#joining.delete(runId))
    this.#joining.set(runId, joining)
    return joining
  }

  async #join(runId: string, spec: string | undefined): ReturnType<HubApi['follow']> {
    while (this.#starting.has(runId)) await this.#startAnswered(runId)
    const { life } = this.#host
    const known = life.runs.has(runId) ? await this.#host.snapshot(runId) : undefined
    if (known) return { snapshot: known, created: false }
    const session = life.create(runId, spec ?? null)
    session.follow(true)
    await session.readyWithin(FIRST_FRAME)
    if (session.state.neverExisted) {
      await life.discard(session.state)
      throw hubRefusals.unknownToBackend()
    }
    life.show(session.state)
    this.#host.followed()
    const snapshot = await this.#host.snapshot(runId)
    if (!snapshot) throw hubRefusals.removedMeanwhile(runId)
    return { snapshot, created: true }
  }

  async stop(runId: string, by?: string): Promise<void> {
    // If the id belongs to another run, the start is refused. A stop sent now would end that other run, unobserved
    // [RUN-2].
    while (this.#starting.has(runId)) await this.#startAnswered(runId)
    const { http, life, log } = this.#host
    const state = life.runs.get(runId)
    if (!state) throw hubRefusals.notFollowed(runId)
    state.update()
    if (state.isOver) throw hubRefusals.runOver(runId)
    const session = life.sessionOf(state)
    if (!session) throw hubRefusals.runOfHistory(runId)
    if (state.isStopping) return
    const sent = serverNow()
    const { success, message } = await mapBackendErrors(() => http.stop(state.runId)).catch((error: unknown) => {
      throw mayHaveBeenHeard(error) ? hubRefusals.stopUnanswered(error) : error
    })
    if (success) session.stopped(sent)
    // The backend accepts only the first of two stops.
    if (!isStopping(state)) throw hubRefusals.stopRefused(message ?? null)
    if (by !== undefined) state.note(`Stop asked for by ${by}.`)
    log.info({ runId: state.runId }, 'stop sent')
  }

  /** The note is part of the run [RUN-18], and a line of its log. */
  leaveNote(runId: string, { text, settles = false }: NoteRequest, by?: string): void {
    const state = this.#host.life.runs.get(runId)
    if (!state) throw hubRefusals.notFollowed(runId)
    state.update()
    if (settles && !state.isOver) throw hubRefusals.notOver(runId)
    state.observe({ kind: 'noted', at: serverNow(), by: by ?? null, text, ...(settles && { settles }) })
    const whose = by === undefined ? 'Note' : `Note by ${by}`
    state.note(`${whose}${settles ? ', which settles the run' : ''}: ${masked(text)}`)
  }
}

/** Whether the backend may have carried out the failed call. */
const mayHaveBeenHeard = (error: unknown): error is HubError =>
  error instanceof HubError && error.cause instanceof BackendError && error.cause.heard === 'maybe'

/** Reads the state again: it may have changed during the request. */
const isStopping = (state: RunState) => state.isStopping
