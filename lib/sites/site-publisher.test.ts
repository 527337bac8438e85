import fc from 'fast-check'
import { afterEach, expect, it } from 'vitest'
import { documentCodec } from '../sync/state-codec'
import { emptyDocument, type Document } from '../sync/document'
import { COALESCE_MS, MemoryPublisher } from '../sync/memory-publisher'
import { answer, heard, type Heard } from '../sync/messages'
import { batchLogScope, fleetScope, logScope, runScope, scopeAt, type LocalScope, type Scope } from '../sync/scope'
import { TestLog, VirtualClock } from '../testing/sync/fixtures'
import { sitePublisher } from './site-publisher'

const publishers: MemoryPublisher[] = []
afterEach(() => {
  for (const publisher of publishers.splice(0)) publisher.stop()
})

/** One publisher, whose every scope has a page. `sent`: what the pages heard. */
function setUp() {
  const clock = new VirtualClock()
  const sent: Heard[] = []
  const failures: unknown[] = []
  const publisher = new MemoryPublisher({
    broadcast: (_, event, message) => void sent.push(heard.parse({ event, message })),
    audience: () => 1,
    failed: (_, error) => failures.push(error),
    now: () => clock.now,
    setTimer: clock.setTimer,
  })
  publishers.push(publisher)
  return { clock, publisher, sent, failures }
}

const stating = (text: string) => (): Document => ({ fields: { text }, items: [] })
const SITES = ['default', 'ann', 'bob'] as const

it('[SITE-2.4] sites whose runs have the same id never see each other’s states', async () => {
  const { clock, publisher, sent, failures } = setUp()
  const said = new Map<string, string>(SITES.map(site => [site, `${site} at first`]))
  const at = new Map(SITES.map(site => [site, sitePublisher(publisher, site)]))
  for (const [site, own] of at) own.open(runScope('r1'), () => ({ fields: { text: said.get(site) ?? '' }, items: [] }))
  const read = async (scope: Scope) => (await publisher.read(scope))?.document.fields
  for (const [site, own] of at) {
    expect((await own.read(runScope('r1')))?.document.fields).toEqual({ text: `${site} at first` })
    expect(await read(scopeAt(site, runScope('r1')))).toEqual({ text: `${site} at first` })
  }

  said.set('ann', 'ann later')
  at.get('ann')?.touch(runScope('r1'))
  clock.advance(COALESCE_MS)
  expect(sent.map(({ message }) => message.scope)).toEqual(['site/ann/run/r1'])
  expect(JSON.stringify(sent)).toContain('ann later')

  at.get('ann')?.close(runScope('r1'))
  expect(await read('site/ann/run/r1')).toBeUndefined()
  expect(await read('run/r1')).toEqual({ text: 'default at first' })
  expect(await read('site/bob/run/r1')).toEqual({ text: 'bob at first' })
  // Closed at one site, it opens there again, and nowhere else.
  at.get('ann')?.open(runScope('r1'), stating('anew'))
  expect(() => at.get('bob')?.open(runScope('r1'), stating('twice'))).toThrow()
  expect(failures).toEqual([])
})

it('[SITE-2.4] a new epoch at one site leaves the pages of the others alone', async () => {
  const { publisher, sent } = setUp()
  const [own, other] = [sitePublisher(publisher, 'ann'), sitePublisher(publisher, 'default')]
  for (const each of [own, other]) each.open(fleetScope, stating('a fleet'))
  const before = [await own.read(fleetScope), await other.read(fleetScope)]
  own.resetEpoch(fleetScope)
  const after = [await own.read(fleetScope), await other.read(fleetScope)]
  expect(after[0]?.epoch).not.toBe(before[0]?.epoch)
  expect(after[1]?.epoch).toBe(before[1]?.epoch)
  expect(new Set(sent.map(({ message }) => message.scope))).toEqual(new Set(['site/ann/fleet']))
})

it('[SITE-2.4] a page of one site is answered with its own log', async () => {
  const { publisher } = setUp()
  const logs = { ann: new TestLog(), bob: new TestLog() }
  logs.ann.add('ann wrote this')
  logs.bob.add('bob wrote that')
  for (const site of ['ann', 'bob'] as const) sitePublisher(publisher, site).openLog(logScope('r1'), logs[site])
  const told = async (scope: Scope) => JSON.stringify(answer.parse(await publisher.resume(scope, {})))
  expect(await told('site/ann/log/r1')).toMatch(/^(?!.*bob wrote that).*ann wrote this/)
  expect(await told('site/bob/log/r1')).toMatch(/^(?!.*ann wrote this).*bob wrote that/)
  expect(await publisher.resume('log/r1', {})).toEqual({ kind: 'error', error: 'not-found' })
})

it('[SITE-2.4] whatever runs are called, each state is read where it was published, and nowhere else', async () => {
  const id = fc.oneof(
    fc.constantFrom('r1', 'site/ann/run/r1', 'ann/run/r1', 'run/r1', '__proto__', 'fleet'),
    fc.string({ minLength: 1, maxLength: 5 }),
  )
  const local = fc.oneof(
    id.map(runScope),
    fc.tuple(id, id).map(([runId, batchId]) => batchLogScope(runId, batchId)),
    fc.constant<LocalScope>(fleetScope),
  )
  const place = fc.tuple(fc.constantFrom(...SITES, 'run', 'site'), local)
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(place, { selector: String, maxLength: 12 }), async places => {
      const { publisher } = setUp()
      for (const [n, [site, scope]] of places.entries()) sitePublisher(publisher, site).open(scope, stating(String(n)))
      for (const [n, [site, scope]] of places.entries()) {
        const message = await publisher.snapshot(scopeAt(site, scope))
        expect(message && documentCodec.decode(message.state, emptyDocument).fields).toEqual({ text: String(n) })
      }
    }),
  )
})
