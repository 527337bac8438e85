import { expect, it, vi } from 'vitest'
import { FakeHub } from '../testing/server/fake-hub'
import { Sites } from '../sites/sites'
import { runWithContext } from './request-context'

it('[SAFE-3.17] [SITE-6.1] two instances of this module share the sites, which have to be there first', async () => {
  const server = await import('./site-accessor')
  vi.resetModules()
  const pages = await import('./site-accessor')
  expect(pages.getShown).not.toBe(server.getShown)
  expect(() => pages.getShown()).toThrow('There are no sites')
  const hub = new FakeHub('ann')
  server.setShown({ sites: new Sites([hub, new FakeHub('bob')]), imports: hub.imports })
  const person = { name: null, role: 'viewer', canSignOut: false } as const
  const namesFor = (sites?: string[]) =>
    runWithContext({ person: { ...person, ...(sites && { sites }) }, address: '' }, () => pages.getShown().sites.names)
  expect(namesFor()).toEqual(['ann', 'bob'])
  expect(namesFor(['bob'])).toEqual(['bob'])
  expect(() => runWithContext({ person: undefined, address: '' }, () => pages.getShown())).toThrow(
    'Nobody is signed in',
  )
  expect(() => pages.getShown()).toThrow('No request')
})
