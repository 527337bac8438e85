import type { IncomingMessage } from 'node:http'
import { BlockList, isIP, isIPv4 } from 'node:net'

/** Reads addresses and networks such as `10.0.0.7, fd00::/8`; null if one of them is invalid. */
export function readAddresses(text: string): BlockList | null {
  const list = new BlockList()
  for (const part of text.split(',').map(each => each.trim())) {
    const [address = '', prefix, ...rest] = part.split('/')
    const version = isIP(address)
    if (version === 0 || rest.length > 0) return null
    const family = version === 4 ? 'ipv4' : 'ipv6'
    if (prefix === undefined) list.addAddress(address, family)
    else if (/^\d{1,3}$/.test(prefix) && Number(prefix) <= (version === 4 ? 32 : 128)) {
      list.addSubnet(address, Number(prefix), family)
    } else return null
  }
  return list
}

/** Whether the list contains an address. An IPv4 address and the same address mapped into IPv6 are equal. */
export function isAmong(list: BlockList, address: string): boolean {
  return isIP(address) !== 0 && list.check(address, isIPv4(address) ? 'ipv4' : 'ipv6')
}

/**
 * The address of the client: the peer, or, if the peer is a trusted proxy, the last address in `X-Forwarded-For` that is not a
 * trusted proxy. Any client can invent the addresses before that one.
 */
export function clientAddress(peer: string, forwardedFor: string, trusted: BlockList): string {
  const hops = forwardedFor.split(',').map(hop => hop.trim())
  let client = plain(peer)
  while (isAmong(trusted, client)) {
    const hop = hops.pop()
    if (hop === undefined || isIP(hop) === 0) break
    client = plain(hop)
  }
  return client
}

/** The address that a request or an upgrade comes from, by the headers of trusted proxies only. */
export const addressOf = (
  { headers, socket }: Pick<IncomingMessage, 'headers' | 'socket'>,
  trusted: BlockList,
): string => clientAddress(socket.remoteAddress ?? '', String(headers['x-forwarded-for'] ?? ''), trusted)

const plain = (address: string) => address.replace(/^::ffff:(?=\d+\.)/i, '')
