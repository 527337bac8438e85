import { once } from 'node:events'
import { createServer } from 'node:http'
import { BlockList, connect, type AddressInfo } from 'node:net'
import { expect, it, vi } from 'vitest'
import { limitConnections, networkOf, type ConnectionBound } from './connection-bounds'

it.each([
  ['127.0.0.1', '127.0.0.1'],
  ['::ffff:10.0.0.7', '10.0.0.7'],
  ['::1', '0:0:0:0'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
  ['2001:db8:1:2::6', '2001:db8:1:2'],
  ['2001:db8::6', '2001:db8:0:0'],
  ['fe80::1%eth0', 'fe80:0:0:0'],
  ['', ''],
])('[SAFE-5.73] %s counts as %s', (address, network) => {
  expect(networkOf(address)).toBe(network)
})

it.each([
  ['connections', { inAll: 3, perAddress: 9 }, ''],
  ['connections-of-address', { inAll: 9, perAddress: 3 }, ''],
  ['connections', { inAll: 3, perAddress: 1 }, '127.0.0.1'],
] as const)('[SAFE-5.73] closes what is beyond the bound of %s (%j, trusted: %j)', async (bound, bounds, trusted) => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const proxies = new BlockList()
  if (trusted !== '') proxies.addAddress(trusted)
  const refused: ConnectionBound[] = []
  limitConnections(server, proxies, each => refused.push(each), bounds)
  const { port } = server.address() as AddressInfo
  const open = () => connect(port, '127.0.0.1').on('error', () => undefined)
  const sockets = [open(), open(), open()]
  await Promise.all(sockets.map(socket => once(socket, 'connect')))
  expect(refused).toEqual([])
  await once(open(), 'close')
  expect(refused).toEqual([bound])

  sockets[0]?.destroy()
  const next = await vi.waitFor(async () => {
    const socket = open()
    const closed = once(socket, 'close').then(() => 'closed')
    const kept = new Promise(resolve => setTimeout(resolve, 50, 'kept'))
    expect(await Promise.race([closed, kept])).toBe('kept')
    return socket
  })
  for (const socket of [...sockets, next]) socket.destroy()
  server.close()
})
