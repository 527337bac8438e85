import type { Answer, Request } from '../../backend/request'

/** The behaviour of the network between the dashboard and one other process. */
export interface Path {
  /** No process listens: connections are refused at once. */
  refuses: boolean
  /** Everything is lost in both directions, without an error. */
  silent: boolean
  /** The maximum delay of a message, ms. */
  late: number
  /** The number of messages in 100 that arrive twice, or are lost; a connection that has lost one is cut soon. */
  twice: number
  lost: number
}
export const CLEAR: Path = { refuses: false, silent: false, late: 0, twice: 0, lost: 0 }

/** The process at the other end. */
export interface Peer {
  readonly path: Path
  /** A socket that requests a run has connected. */
  joined(socket: SimulatedSocket): void
  answer(method: string, url: URL, body: string | null): { status: number; text: string }
  /** A random number from 0 to below `limit`. */
  random(limit: number): number
}

let peer: Peer | null = null

/** From now on new connections reach this peer. */
export const meet = (next: Peer | null): void => void (peer = next)

function present(): Peer {
  if (!peer) throw new Error('Nobody is simulated')
  return peer
}

/** Replaces the requests to the backend. */
export async function simulatedRequest(url: URL, { method, body, signal }: Request): Promise<Answer> {
  const { path } = present()
  if (path.refuses) throw Object.assign(new Error(''), { code: 'ECONNREFUSED' })
  const late = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason instanceof Error ? signal.reason : new Error('')))
  })
  // The abort may come after the answer; then nothing else handles this rejection.
  late.catch(() => undefined)
  const way = () => new Promise(resolve => setTimeout(resolve, 1 + present().random(path.late)))
  const answered = (async () => {
    if (path.silent) return late
    await way()
    const { status, text } = present().answer(method, url, body)
    await way()
    return present().path.silent ? late : { status, date: null, text }
  })()
  return Promise.race([answered, late])
}

/** Replaces a `ws` client: its connection holds or is cut, depending on the path. */
export class SimulatedSocket {
  static readonly OPEN = 1
  readyState = 0
  readonly isPaused = false
  readonly runId: string
  /** No message arrives any more, and this has not been noticed. */
  isDeaf = false
  readonly #listeners = new Map<string, (...told: unknown[]) => void>()
  #lastAt = 0
  #hasLost = false

  constructor(address: URL) {
    this.runId = address.searchParams.get('run_id') ?? ''
    const { path } = present()
    if (path.refuses) this.#fail('ECONNREFUSED')
    else if (path.silent) setTimeout(() => this.#fail('ETIMEDOUT'), 5_000)
    else setTimeout(() => this.#open(), 1 + present().random(path.late))
  }

  on(event: string, listener: (...told: unknown[]) => void): void {
    this.#listeners.set(event, listener)
  }

  pause(): void {
    throw new Error('No burst of the simulation is so long')
  }

  resume(): void {
    this.pause()
  }

  /** Ends the connection, from either side. */
  terminate(): void {
    if (this.readyState >= 2) return
    this.readyState = 2
    setTimeout(() => {
      this.readyState = 3
      this.#tell('close')
    }, 0)
  }

  /**
   * Sends from the other side. Only messages after a replay can be lost, never messages within it. A run is not requested again
   * once its end was received, so nothing may be missing then.
   */
  send(text: string, { isReplayed, isEnd }: { isReplayed: boolean; isEnd: boolean }, heard: () => void): void {
    const { path } = present()
    if (this.readyState >= 2 || this.isDeaf) return
    if (path.silent) {
      this.isDeaf = true
      return
    }
    if (this.#hasLost && isEnd) this.terminate()
    else if (!isReplayed && present().random(100) < path.lost) {
      this.#hasLost = true
      setTimeout(() => this.terminate(), 400)
    } else {
      const times = present().random(100) < path.twice ? 2 : 1
      for (let n = 0; n < times; n++) this.#carry(text, heard)
    }
  }

  #carry(text: string, heard: () => void): void {
    const now = Date.now()
    this.#lastAt = Math.max(this.#lastAt, now + 1 + present().random(present().path.late))
    setTimeout(() => {
      if (this.isDeaf || this.readyState >= 2) return
      heard()
      this.#tell('message', Buffer.from(text), false)
    }, this.#lastAt - now)
  }

  #open(): void {
    if (this.readyState >= 2) return
    if (present().path.refuses) {
      this.#fail('ECONNREFUSED')
      return
    }
    this.readyState = SimulatedSocket.OPEN
    this.#tell('open')
    present().joined(this)
  }

  #fail(code: string): void {
    setTimeout(() => {
      if (this.readyState < 2) this.#tell('error', Object.assign(new Error(code), { code }))
      this.terminate()
    }, 0)
  }

  #tell(event: string, ...told: unknown[]): void {
    this.#listeners.get(event)?.(...told)
  }
}
