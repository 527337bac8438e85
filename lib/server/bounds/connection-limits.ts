import { Tally } from './tally'

/** How many pages may be open: of known people in all, of strangers in all, of one client address, and of one person. */
export interface SocketBounds {
  inAll: number
  strangers: number
  perAddress: number
  perPerson: number
}

/** A whole team may share one address behind a proxy that is not trusted; one person does not open a hundred pages. */
export const MAX_SOCKETS: SocketBounds = { inAll: 2_000, strangers: 1_000, perAddress: 512, perPerson: 128 }

/** The bound that keeps a socket out. */
export type LimitKind = 'sockets' | 'sockets-of-address' | 'sockets-of-person'

/** The place that one open socket takes up. Call each method at most once. */
export interface Place {
  /** The socket turned out to belong to a known person. */
  recognised(): void
  left(): void
}

/**
 * Counts the open sockets by address and by person [SAFE-5]. Known people and strangers are counted apart, so strangers can't take
 * the places of known people. Closed sockets cost no memory.
 */
export class ConnectionLimits {
  readonly #known = new Tally()
  readonly #strangers = new Tally()
  readonly #people = new Tally()

  readonly #bounds: SocketBounds

  constructor(bounds: SocketBounds = MAX_SOCKETS) {
    this.#bounds = bounds
  }

  /** The bound that refuses one more socket from the address; null if it may come in. */
  refusal(address: string, isKnown: boolean): LimitKind | null {
    const { inAll, strangers, perAddress } = this.#bounds
    const [tally, most] = isKnown ? [this.#known, inAll] : [this.#strangers, strangers]
    if (tally.all >= most) return 'sockets'
    return tally.of(address) >= perAddress ? 'sockets-of-address' : null
  }

  /** The bound that refuses one more socket of the person; null if it may come in. */
  refusalOf(person: string): LimitKind | null {
    return this.#people.of(person) >= this.#bounds.perPerson ? 'sockets-of-person' : null
  }

  came(address: string, isKnown: boolean): Place {
    let left = (isKnown ? this.#known : this.#strangers).add(address)
    return {
      recognised: () => {
        left()
        left = this.#known.add(address)
      },
      left: () => left(),
    }
  }

  /** Counts a socket of this person. Returns a function that must be called once when the socket is closed. */
  ofPerson(person: string): () => void {
    return this.#people.add(person)
  }
}
