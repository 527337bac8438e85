import { expect, it } from 'vitest'
import { FakeHub } from '../testing/server/fake-hub'
import { nameOf, Sites } from './sites'

const [ann, bob, plain] = [new FakeHub('ann'), new FakeHub('bob'), new FakeHub()]
ann.add('r1')
ann.add('r2')
bob.add('r2')
bob.renamed.set('old', 'r2')
const sites = new Sites([plain, ann, bob])

it('[SITE-1.2] sites have their order; the one without a name is the default one', () => {
  expect(sites.names).toEqual(['default', 'ann', 'bob'])
  expect(sites.hubs.map(nameOf)).toEqual(sites.names)
  expect(sites.get('default')).toBe(plain)
  expect(sites.get('bob')).toBe(bob)
})

it.each(['cleo', '', 'constructor', '__proto__', 'toString', 'ANN'])('[SITE-5.6] %j is no site', name => {
  expect(sites.get(name)).toBeUndefined()
  expect(sites.among([name]).hubs).toEqual([])
})

it('[SITE-5.1] a site is the only one where it is alone, and none of several is', () => {
  expect(new Sites([ann]).only).toBe(ann)
  expect(sites.only).toBeUndefined()
  expect(new Sites([]).only).toBeUndefined()
})

it('[SITE-5.2] those that know a run know its earlier id, too', () => {
  expect(sites.knowing('r1')).toEqual([ann])
  expect(sites.knowing('r2')).toEqual([ann, bob])
  expect(sites.knowing('old')).toEqual([bob])
  expect(sites.knowing('nowhere')).toEqual([])
})

it('[SITE-6.2] a part of them holds those that are named, in their order, and no others', () => {
  const part = sites.among(['bob', 'cleo', 'default'])
  expect(part.names).toEqual(['default', 'bob'])
  expect(part.get('ann')).toBeUndefined()
  expect(part.knowing('r1')).toEqual([])
  expect(sites.among(null).names).toEqual(sites.names)
  expect(sites.among([]).hubs).toEqual([])
  expect(sites.among(['default']).among(['ann']).hubs).toEqual([])
})
