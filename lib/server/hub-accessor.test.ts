import { expect, it, vi } from 'vitest'
import { FakeHub } from '../testing/server/fake-hub'
import { runWithContext } from './request-context'

it('[SAFE-3.17] two instances of this module share the hub, which has to be there first', async () => {
  const server = await import('./hub-accessor')
  vi.resetModules()
  const pages = await import('./hub-accessor')
  expect(pages.getHub).not.toBe(server.getHub)
  expect(() => pages.getHub()).toThrow('There is no hub')
  const hub = new FakeHub()
  server.setHub(hub)
  const person = { name: null, role: 'viewer', canSignOut: false } as const
  expect(runWithContext({ person, address: '' }, () => pages.getHub())).toBe(hub)
  expect(() => runWithContext({ person: undefined, address: '' }, () => pages.getHub())).toThrow('Nobody is signed in')
  expect(() => pages.getHub()).toThrow('No request')
})
