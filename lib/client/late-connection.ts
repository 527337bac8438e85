import { emptyDocument } from '../sync/document'
import { emptyLog } from '../sync/log'
import type { Connection, ConnectionEvents, OpenConnection } from './connection'
import type { Codecs, ScopeCodec } from './scope-codecs'
import type { Environment } from './store'

/** What a page needs to talk with its server: half of the page's own script, and nothing of what the first HTML shows. */
export interface ConnectionCode {
  readonly openConnection: OpenConnection
  readonly codecs: Codecs
}

/** How long to wait before loading again, ms. */
const RETRY_MS = 2_000
/** After so many failures while the server answers, the server is of another build: it no longer has this part of the page. */
const OUTDATED_AFTER = 3

interface Loading {
  load: () => Promise<ConnectionCode>
  /** Whether the server answers. */
  answers: () => Promise<boolean>
  setTimer: Environment['setTimer']
}

/**
 * A connection whose code is loaded on its own. Until then it is down, and its codecs know only what an empty state is: every
 * other state comes over the connection. If the code can't be loaded, that is reported and tried again [SYNC-8.4].
 */
export function lateConnection({ load, ...rest }: Loading): ConnectionCode {
  let loaded: ConnectionCode | null = null
  const codecs = (): Codecs => {
    if (!loaded) throw new Error('A state came before the connection')
    return loaded.codecs
  }
  const open = async (): Promise<OpenConnection> => {
    loaded = await load()
    return loaded.openConnection
  }
  return {
    openConnection: events => new LateConnection(events, { ...rest, load: open }),
    codecs: {
      runs: lateCodec(emptyDocument, () => codecs().runs),
      fleets: lateCodec(emptyDocument, () => codecs().fleets),
      containers: lateCodec(emptyDocument, () => codecs().containers),
      logs: lateCodec(emptyLog, () => codecs().logs),
    },
  }
}

const lateCodec = <S, T>(empty: S, codec: () => ScopeCodec<S, T>): ScopeCodec<S, T> => ({
  state: {
    empty,
    decode: (text, prev) => codec().state.decode(text, prev),
    apply: (state, text) => codec().state.apply(state, text),
    digest: state => codec().state.digest(state),
  },
  present: (state, stamp) => codec().present(state, stamp),
})

type Opening = Omit<Loading, 'load'> & { load: () => Promise<OpenConnection> }

class LateConnection implements Connection {
  readonly #events: ConnectionEvents
  readonly #opening: Opening
  #connection: Connection | null = null
  #closed = false
  #loading = false
  /** How many times in a row the code could not be loaded although the server answered. */
  #failures = 0
  #cancelRetry = () => {}

  constructor(events: ConnectionEvents, opening: Opening) {
    this.#events = events
    this.#opening = opening
    void this.#open()
  }

  ask(...question: Parameters<Connection['ask']>): void {
    this.#connection?.ask(...question)
  }

  leave(...[scope]: Parameters<Connection['leave']>): void {
    this.#connection?.leave(scope)
  }

  reconnect(): void {
    if (this.#connection) this.#connection.reconnect()
    else void this.#open()
  }

  close(): void {
    this.#closed = true
    this.#cancelRetry()
    this.#connection?.close()
  }

  async #open(): Promise<void> {
    if (this.#loading) return
    this.#loading = true
    this.#cancelRetry()
    try {
      const openConnection = await this.#opening.load()
      if (!this.#closed) this.#connection = openConnection(this.#events)
    } catch (error) {
      await this.#failed(error)
    } finally {
      this.#loading = false
    }
  }

  async #failed(cause: unknown): Promise<void> {
    this.#failures = (await this.#opening.answers()) ? this.#failures + 1 : 0
    if (this.#closed) return
    this.#events.troubled({ kind: 'unreachable' })
    if (this.#failures === OUTDATED_AFTER) this.#events.outdated(new Error('A part of the page is missing', { cause }))
    this.#cancelRetry = this.#opening.setTimer(RETRY_MS * (0.5 + Math.random() / 2), () => void this.#open())
  }
}
