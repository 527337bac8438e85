import { Tally } from './tally'

/** All pages there may be, those of one client address, and those of one person. */
export interface VisitorBounds {
  inAll: number
  perAddress: number
  perPerson: number
}

/** Behind a proxy that is not trusted a whole team comes from one address; nobody has a hundred pages open. */
export const MAX_SOCKETS: VisitorBounds = { inAll: 2_000, perAddress: 512, perPerson: 128 }

/** Which bound keeps a socket out. */
export type Crowding = 'sockets' | 'sockets-of-address' | 'sockets-of-person'

/** How many sockets there are, from where, and whose [SAFE-5]. Costs what the open sockets cost, nothing once they are closed. */
export class Visitors {
  private readonly addresses = new Tally()
  private readonly people = new Tally()

  constructor(private readonly bounds: VisitorBounds = MAX_SOCKETS) {}

  /** Null where one more may come from that address. */
  refusal(address: string): Crowding | null {
    if (this.addresses.all >= this.bounds.inAll) return 'sockets'
    return this.addresses.of(address) >= this.bounds.perAddress ? 'sockets-of-address' : null
  }

  /** Null where one more may be this person's. */
  refusalOf(person: string): Crowding | null {
    return this.people.of(person) >= this.bounds.perPerson ? 'sockets-of-person' : null
  }

  /** One came. Returns what is to be called once when it is gone. */
  came(address: string): () => void {
    return this.addresses.add(address)
  }

  /** One turned out to be this person's. Returns what is to be called once when it is gone. */
  recognised(person: string): () => void {
    return this.people.add(person)
  }
}
