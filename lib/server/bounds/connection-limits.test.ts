import fc from 'fast-check'
import { expect, it } from 'vitest'
import { ConnectionLimits, type Place } from './connection-limits'

it('[SAFE-5.68] lets in as many as there may be in all and of an address, whoever came and went before', () => {
  const address = fc.constantFrom('a', 'b', '__proto__')
  const step = fc.record({ comes: fc.boolean(), isKnown: fc.boolean(), address })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), steps => {
      const limits = new ConnectionLimits({ inAll: 5, strangers: 4, perAddress: 3, perPerson: 2 })
      const inside: { address: string; isKnown: boolean; place: Place }[] = []
      for (const { comes, isKnown, address } of steps) {
        const alike = inside.filter(one => one.isKnown === isKnown)
        const of = alike.filter(one => one.address === address)
        if (!comes) {
          const one = of[0]
          if (!one) continue
          // A socket that leaves makes room, and so does a stranger that turns out to be known.
          const isLet = one.isKnown || inside.filter(each => each.isKnown).length >= 5
          if (isLet) inside.splice(inside.indexOf(one), 1)
          else one.isKnown = true
          one.place[isLet ? 'left' : 'recognised']()
          continue
        }
        const refusal = limits.refusal(address, isKnown)
        const isFull = alike.length >= (isKnown ? 5 : 4)
        expect(refusal).toBe(isFull ? 'sockets' : of.length >= 3 ? 'sockets-of-address' : null)
        if (refusal === null) inside.push({ address, isKnown, place: limits.came(address, isKnown) })
      }
    }),
  )
})

it('[SAFE-5.68] counts a person’s sockets wherever they come from, and nobody else’s', () => {
  const limits = new ConnectionLimits({ inAll: 9, strangers: 9, perAddress: 9, perPerson: 2 })
  const [leave] = [limits.ofPerson('ann'), limits.ofPerson('ann'), limits.ofPerson('vic')]
  expect(['ann', 'vic', '__proto__'].map(name => limits.refusalOf(name))).toEqual(['sockets-of-person', null, null])
  leave()
  expect(limits.refusalOf('ann')).toBeNull()
})
