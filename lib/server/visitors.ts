/** All pages there may be, and those of one client address. */
export interface VisitorBounds {
  inAll: number
  perAddress: number
}

/** Behind a proxy a whole team comes from one address. */
export const MAX_SOCKETS: VisitorBounds = { inAll: 2_000, perAddress: 512 }

/** Which bound keeps a socket out. */
export type Crowding = 'sockets' | 'sockets-of-address'

/** How many sockets there are, and from where [SAFE-5]. Costs what the open sockets cost, nothing once they are closed. */
export class Visitors {
  private readonly byAddress = new Map<string, number>()
  private all = 0

  constructor(private readonly bounds: VisitorBounds = MAX_SOCKETS) {}

  /** Null where one more may come from that address. */
  refusal(address: string): Crowding | null {
    if (this.all >= this.bounds.inAll) return 'sockets'
    return (this.byAddress.get(address) ?? 0) >= this.bounds.perAddress ? 'sockets-of-address' : null
  }

  /** One came. Returns what is to be called once when it is gone. */
  came(address: string): () => void {
    this.all += 1
    this.byAddress.set(address, (this.byAddress.get(address) ?? 0) + 1)
    return () => {
      this.all -= 1
      const left = (this.byAddress.get(address) ?? 0) - 1
      if (left > 0) this.byAddress.set(address, left)
      else this.byAddress.delete(address)
    }
  }
}
