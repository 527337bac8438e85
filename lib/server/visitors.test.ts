import fc from 'fast-check'
import { expect, it } from 'vitest'
import { Visitors } from './visitors'

it('[SAFE-5] lets in as many as there may be in all and of an address, whoever came and went before', () => {
  const step = fc.record({ comes: fc.boolean(), address: fc.constantFrom('a', 'b', '__proto__') })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), steps => {
      const visitors = new Visitors({ inAll: 5, perAddress: 3, perPerson: 2 })
      const inside: { address: string; leave: () => void }[] = []
      for (const { comes, address } of steps) {
        const of = inside.filter(one => one.address === address)
        if (!comes) {
          const one = of[0]
          one?.leave()
          if (one) inside.splice(inside.indexOf(one), 1)
          continue
        }
        const refusal = visitors.refusal(address)
        expect(refusal).toBe(inside.length >= 5 ? 'sockets' : of.length >= 3 ? 'sockets-of-address' : null)
        if (refusal === null) inside.push({ address, leave: visitors.came(address) })
      }
    }),
  )
})

it('[SAFE-5] counts a person’s sockets wherever they come from, and nobody else’s', () => {
  const visitors = new Visitors({ inAll: 9, perAddress: 9, perPerson: 2 })
  const [leave] = [visitors.recognised('ann'), visitors.recognised('ann'), visitors.recognised('vic')]
  expect(['ann', 'vic', '__proto__'].map(name => visitors.refusalOf(name))).toEqual(['sockets-of-person', null, null])
  leave()
  expect(visitors.refusalOf('ann')).toBeNull()
})
