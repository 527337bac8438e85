import { setTimeout as sleep } from 'node:timers/promises'
import { backoff } from '../clock/backoff'
import { serverNow } from '../clock/clock'
import type { ContainerFacts } from '../run/evidence/container-facts'
import type { BackendState } from '../run/links'
import type { LinkState } from '../run/model'
import { Containers } from './containers'
import { DockerError } from './engine/docker-error'
import type { Engine, EventStream } from './engine/engine'
import { EngineLink } from './engine/engine-link'
import { msOf } from './container-record'

export interface DockerListener {
  /** A container was seen for the first time, or has changed. */
  container(facts: ContainerFacts): void
  /** All containers of the complete list that was requested at `at` (ms, our clock) were inspected and reported. */
  listed(at: number): void
  /** `link`, `error` or `imageMissing` has changed. */
  changed(): void
  /** An answer or event of Docker can't be read. */
  odd(reason: string): void
  /** An error of our own. The watch continues. */
  failed(error: unknown): void
}

const LIST_EVERY = 10_000
const INSPECTIONS_AT_ONCE = 8
const RETRY = { first: 250, most: 10_000 }
/** How far back the first subscription requests events, ms. */
const LOOK_BACK = 10_000
/** The image that the backend runs its agents in, assumed until an agent was seen. */
const AGENT_IMAGE = 'ckrv-agent:latest'

/**
 * Watches the agents' containers in the Docker Engine: subscribes to its events, then lists the containers, then merges
 * both. It lists again after every gap, and every 10 s [DOCK-1]. It never gives up.
 */
export class DockerWatcher {
  /** True while the Engine lacks the image of the latest agent, or the usual image if no agent was seen yet. */
  imageMissing = false
  readonly #containers = new Containers()
  readonly #link: EngineLink
  #events: EventStream | null = null
  /** The time from which events are requested, ms by the Engine's clock. */
  #eventsSince = Date.now() - LOOK_BACK
  #failuresInARow = 0
  #inspecting = 0
  /** The last inspection was denied, as by a socket proxy. Containers can be listed, but nothing else is known of them. */
  #isDenied = false
  /** The last list, until all its containers are reported. */
  #listed: { at: number; wanted: readonly string[] } | null = null
  #retryNow = new AbortController()
  #closed = false

  readonly #engine: Engine
  readonly #listener: DockerListener

  constructor(engine: Engine, listener: DockerListener) {
    this.#engine = engine
    this.#listener = listener

    this.#link = new EngineLink(() => engine.ping(), {
      changed: () => listener.changed(),
      answers: () => this.#retryNow.abort(),
      failed: error => listener.failed(error),
    })
  }

  /** How fresh the evidence is [DOCK-3]. */
  get link(): LinkState {
    return this.state.link
  }

  /** When the link became live, or stopped being live, ms by our clock. */
  get since(): number {
    return this.state.since
  }

  get state(): BackendState {
    return this.#link.state
  }

  /** A sentence that says why the link is not live. */
  get error(): string | null {
    return this.#link.error
  }

  /** Restores a container as it was last seen before this process began [REC-7]. Call it before `start`. */
  restore(facts: ContainerFacts): void {
    this.#containers.restore(facts)
  }

  start(): void {
    this.#link.start()
    void this.#run()
  }

  /** Asks the Engine at once whether it answers, and joins its events at once if they are not followed. */
  async askNow(): Promise<void> {
    if (this.link === 'live') return
    await this.#link.now()
    this.#retryNow.abort()
  }

  /** From now on nothing is reported. */
  close(): void {
    this.#closed = true
    this.#link.close()
    this.#events?.destroy()
    this.#retryNow.abort()
  }

  /** The agents' containers that exist, as far as is known. */
  existing(): ContainerFacts[] {
    return this.#containers.existing()
  }

  /** Inspects the container now. Null if the Engine has no such container of an agent. Rejects with a `DockerError`. */
  async inspectNow(id: string): Promise<ContainerFacts | null> {
    try {
      return await this.#inspect(id)
    } finally {
      this.#reportChanges()
    }
  }

  /** Stops any container. Resolves when it has stopped. Rejects with a `DockerError`. */
  async stop(id: string): Promise<void> {
    await this.#engine.stop(id)
  }

  async #run(): Promise<void> {
    while (!this.#closed) {
      this.#retryNow = new AbortController()
      try {
        await this.#watch()
      } catch (error) {
        this.#lost(error)
      }
      await pause(backoff(this.#failuresInARow++, RETRY), this.#retryNow.signal)
    }
  }

  #lost(error: unknown): void {
    if (this.#closed) return
    const known = error instanceof DockerError
    this.#link.lost(
      known
        ? error
        : new DockerError(
            'bad-answer',
            "Docker's events can't be followed, by a fault here. The server's log says why.",
          ),
    )
    if (!known) this.#listener.failed(error)
  }

  /** Runs one subscription from its beginning to its end. The end is always an error. */
  async #watch(): Promise<never> {
    const events = await this.#engine.events(this.#eventsSince, reason => this.#listener.odd(reason))
    const over = new AbortController()
    this.#events = events
    if (this.#closed) events.destroy()
    try {
      return await Promise.race([this.#follow(events), this.#listAgainAndAgain(over.signal)])
    } finally {
      over.abort()
      events.destroy()
    }
  }

  async #follow(events: EventStream): Promise<never> {
    for await (const event of events) {
      if (this.#closed) break
      this.#eventsSince = msOf(event)
      this.#containers.event(event, serverNow())
      this.#reportChanges()
    }
    throw new DockerError(
      'unreachable',
      `Docker at ${this.#engine.where} has ended the stream of its events. It is joined again.`,
    )
  }

  async #listAgainAndAgain(over: AbortSignal): Promise<never> {
    this.#containers.gap()
    for (;;) {
      const at = serverNow()
      const mark = this.#containers.mark()
      const list = await this.#engine.listAgents()
      over.throwIfAborted()
      const wanted = this.#containers.list(list, mark, serverNow())
      this.#listed = { at, wanted }
      this.#failuresInARow = 0
      if (list.length === 0) this.#isDenied = false
      if (!this.#isDenied) this.#link.caughtUp()
      this.#reportChanges()
      await sleep(LIST_EVERY, undefined, { signal: over })
    }
  }

  async #lookForImage(): Promise<void> {
    try {
      const missing = !(await this.#engine.imageExists(this.#containers.latestImage() ?? AGENT_IMAGE))
      if (missing === this.imageMissing || this.#closed) return
      this.imageMissing = missing
      this.#listener.changed()
    } catch (error) {
      this.#requestFailed(error)
    }
  }

  /** Reports the changes, and starts the wanted inspections. */
  #reportChanges(): void {
    if (this.#closed) return
    for (const facts of this.#containers.takeChanged()) this.#listener.container(facts)
    this.#inspectWanted()
    if (this.#listed === null) return
    const { at, wanted } = this.#listed
    if (wanted.some(id => this.#containers.isOutstanding(id))) return
    this.#listed = null
    void this.#finish(at, wanted)
  }

  /** All containers of the list are reported. Only now it is known which agent is the latest. */
  async #finish(at: number, wanted: readonly string[]): Promise<void> {
    await this.#lookForImage()
    // A container that could not be inspected may be any batch's, so after such a list no container counts as missing.
    if (!this.#closed && !wanted.some(id => this.#containers.isUnread(id))) this.#listener.listed(at)
  }

  #inspectWanted(): void {
    while (this.#inspecting < INSPECTIONS_AT_ONCE) {
      const id = this.#containers.nextWanted()
      if (id === null) return
      this.#inspecting += 1
      this.#inspect(id)
        .catch((error: unknown) => this.#requestFailed(error))
        .finally(() => {
          this.#inspecting -= 1
          this.#reportChanges()
        })
    }
  }

  /** A request failed. If Docker does not answer, the link shows it, and the next list asks again. */
  #requestFailed(error: unknown): void {
    if (this.#closed) return
    if (!(error instanceof DockerError)) this.#listener.failed(error)
    else if (error.kind === 'bad-answer' || error.kind === 'denied') this.#listener.odd(error.message)
  }

  /** Null if there is no such container, or it is not an agent's. */
  async #inspect(id: string): Promise<ContainerFacts | null> {
    const mark = this.#containers.ask(id)
    try {
      const answer = await this.#engine.inspect(id)
      this.#isDenied = false
      this.#containers.inspection(id, answer, mark, serverNow())
      return this.#containers.known(id)
    } catch (error) {
      if (!(error instanceof DockerError && error.kind === 'not-found')) {
        this.#containers.unanswered(id)
        if (error instanceof DockerError && error.kind === 'denied' && !this.#closed) {
          this.#isDenied = true
          this.#link.lost(error)
        }
        throw error
      }
      this.#containers.inspection(id, null, mark, serverNow())
      return null
    }
  }
}

/** Resolves after `ms`, or when `enough` is aborted. */
async function pause(ms: number, enough: AbortSignal): Promise<void> {
  try {
    await sleep(ms, undefined, { signal: enough })
  } catch (error) {
    if (!enough.aborted) throw error
  }
}
