import type { Server } from 'node:http'
import { isIPv6, type BlockList, type Socket } from 'node:net'
import { isAmong } from './addresses'
import { Tally } from './tally'

export interface ConnectionBounds {
  inAll: number
  perAddress: number
}

/** Twice the bounds of the pages' sockets: a browser opens one connection per page, and up to six more. */
export const MAX_CONNECTIONS: ConnectionBounds = { inAll: 4_096, perAddress: 1_024 }

export type ConnectionBound = 'connections' | 'connections-of-address'

/**
 * Closes a new connection that is over a bound, before anything is read from it [SAFE-5]. Connections of trusted proxies count
 * only towards `inAll`: many clients share a proxy's address.
 * @param refused called for each connection that is closed
 */
export function limitConnections(
  server: Server,
  trustedProxy: BlockList,
  refused: (bound: ConnectionBound) => void,
  bounds: ConnectionBounds = MAX_CONNECTIONS,
): void {
  const open = new Tally()
  server.on('connection', (socket: Socket) => {
    const address = socket.remoteAddress ?? ''
    const client = networkOf(address)
    const isCrowded = open.of(client) >= bounds.perAddress && !isAmong(trustedProxy, address)
    if (open.all >= bounds.inAll || isCrowded) {
      refused(open.all >= bounds.inAll ? 'connections' : 'connections-of-address')
      socket.destroy()
      return
    }
    socket.once('close', open.add(client))
  })
}

/**
 * An IPv4 address, also if it is mapped into IPv6. Of an IPv6 address its first 64 bits: a client usually controls the whole /64
 * network.
 */
export function networkOf(address: string): string {
  const ipv4 = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1]
  if (ipv4 !== undefined || !isIPv6(address)) return ipv4 ?? address
  const [head = '', tail] = address.split('::')
  const [groups, after] = [head, tail ?? ''].map(part => part.split(':').filter(group => group !== ''))
  const zeros = Array.from({ length: 8 - (groups?.length ?? 0) - (after?.length ?? 0) }, () => '0')
  return [...(groups ?? []), ...zeros, ...(after ?? [])].slice(0, 4).join(':')
}
