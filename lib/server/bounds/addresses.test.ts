import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { clientAddress, isAmong, readAddresses } from './addresses'

const list = (text: string) => {
  const read = readAddresses(text)
  if (read === null) throw new Error(`${text} is no list`)
  return read
}
const proxies = list('10.0.0.0/8, 192.168.1.7, fd00::/8')

describe('addresses', () => {
  it.each(['10.1.2.3', '192.168.1.7', 'fd00::1', '::ffff:10.1.2.3'])('%s is among them', address => {
    expect(isAmong(proxies, address)).toBe(true)
  })

  it.each(['11.0.0.1', '192.168.1.8', 'fe80::1', '::1', '::ffff:11.0.0.1', '', '10.1.2', 'localhost', '10.0.0.0/8'])(
    '%j is not',
    address => {
      expect(isAmong(proxies, address)).toBe(false)
    },
  )

  it.each(['', 'x', '10.0.0', '10.0.0.0/33', 'fd00::/129', '10.0.0.0/', '10.0.0.0/8/8', '10.0.0.1,', '10.0.0.0/1e1'])(
    '%j is no list of addresses',
    text => {
      expect(readAddresses(text)).toBeNull()
    },
  )
})

describe('[SAFE-2.29] where a request comes from', () => {
  it('is the peer, whatever it says, where that is no trusted proxy', () => {
    fc.assert(fc.property(fc.string(), text => clientAddress('203.0.113.9', text, proxies) === '203.0.113.9'))
    expect(clientAddress('::ffff:203.0.113.9', '198.51.100.1', proxies)).toBe('203.0.113.9')
  })

  it('is the last address that no trusted proxy has, whatever stands before it', () => {
    const invented = fc.array(
      fc.oneof(
        fc.ipV4(),
        fc.ipV6(),
        fc.string().map(text => text.replaceAll(',', '')),
      ),
    )
    fc.assert(
      fc.property(invented, before => {
        const told = [...before, '203.0.113.9', '10.9.9.9'].join(', ')
        expect(clientAddress('10.0.0.1', told, proxies)).toBe('203.0.113.9')
      }),
    )
  })

  it('is the proxy itself where it tells of nobody, or of no address', () => {
    expect(clientAddress('10.0.0.1', '', proxies)).toBe('10.0.0.1')
    expect(clientAddress('10.0.0.1', '203.0.113.9, unknown', proxies)).toBe('10.0.0.1')
  })
})
