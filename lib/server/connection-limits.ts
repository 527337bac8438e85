import { Tally } from './tally'

/** All pages there may be of those who are known and of strangers, those of one client address, and those of one person. */
export interface SocketBounds {
  inAll: number
  strangers: number
  perAddress: number
  perPerson: number
}

/** Behind a proxy that is not trusted a whole team comes from one address; nobody has a hundred pages open. */
export const MAX_SOCKETS: SocketBounds = { inAll: 2_000, strangers: 1_000, perAddress: 512, perPerson: 128 }

/** Which bound keeps a socket out. */
export type LimitKind = 'sockets' | 'sockets-of-address' | 'sockets-of-person'

/** One socket, as long as it is open. Each is to be called once at most. */
export interface Place {
  /** It turned out to be somebody's who is known. */
  recognised(): void
  left(): void
}

/**
 * How many sockets there are, from where, and whose [SAFE-5]. Those whose request proves who they are never wait for those
 * whose does not. Costs what the open sockets cost, nothing once they are closed.
 */
export class ConnectionLimits {
  readonly #known = new Tally()
  readonly #strangers = new Tally()
  readonly #people = new Tally()

  readonly #bounds: SocketBounds

  constructor(bounds: SocketBounds = MAX_SOCKETS) {
    this.#bounds = bounds
  }

  /** Null where one more may come from that address. */
  refusal(address: string, isKnown: boolean): LimitKind | null {
    const { inAll, strangers, perAddress } = this.#bounds
    const [tally, most] = isKnown ? [this.#known, inAll] : [this.#strangers, strangers]
    if (tally.all >= most) return 'sockets'
    return tally.of(address) >= perAddress ? 'sockets-of-address' : null
  }

  /** Null where one more may be this person's. */
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

  /** One turned out to be this person's. Returns what is to be called once when it is gone. */
  ofPerson(person: string): () => void {
    return this.#people.add(person)
  }
}
