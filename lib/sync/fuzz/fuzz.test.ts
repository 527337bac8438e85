import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { documentBody } from '../body'
import { apply, diffOfDocument } from '../document'
import { parseJson } from '../json'
import { CALM, World, type Fault, type Page, type Weather } from './testing'

/** What may happen to the world; pages are meant by number. */
type Deed =
  | { do: 'edit'; how: number; announced: boolean }
  | { do: 'write'; lines: number }
  | { do: 'renew' | 'evict' | 'return' }
  | { do: 'restart'; down: number; skew: number; noticed: boolean }
  | { do: 'pass'; ms: number }
  | { do: 'visit'; skew: number; ms: number }
  | { do: 'leave'; page: number }
  | { do: 'cut'; page: number; noticed: boolean }
  | { do: 'jam' | 'drain' | 'sleep'; page: number }
  | { do: 'wake'; page: number; bufferFirst: boolean }
  | { do: 'set clock'; page: number; skew: number }
  | { do: 'weather'; page: number; weather: Weather }

const page = fc.nat({ max: 2 })
const skew = fc.constantFrom(0, -3_600_000, -7_000, 4_000, 3_600_000)
const weather: fc.Arbitrary<Weather> = fc.record({
  lost: fc.constantFrom(0, 0, 20, 60),
  twice: fc.constantFrom(0, 0, 30),
  late: fc.constantFrom(0, 0, 100, 3_000, 15_000),
})
const is = <T extends string>(...names: T[]) => fc.constantFrom(...names)

const change: fc.Arbitrary<Deed> = fc.oneof(
  fc.record({ do: is('edit'), how: fc.nat({ max: 200 }), announced: fc.boolean() }),
  fc.record({ do: is('write'), lines: fc.integer({ min: 1, max: 60 }) }),
)
const pass: fc.Arbitrary<Deed> = fc.record({ do: is('pass'), ms: fc.constantFrom(10, 60, 900, 6_000, 20_000) })
const visit: fc.Arbitrary<Deed> = fc.record({ do: is('visit'), skew, ms: fc.constantFrom(0, 300, 4_000) })
const cut: fc.Arbitrary<Deed> = fc.record({ do: is('cut'), page, noticed: fc.boolean() })
const mishap: fc.Arbitrary<Deed> = fc.oneof(
  cut,
  fc.record({ do: is('renew', 'evict', 'return') }),
  fc.record({ do: is('restart'), down: fc.constantFrom(0, 2_000, 15_000), skew, noticed: fc.boolean() }),
  fc.record({ do: is('leave'), page }),
  fc.record({ do: is('jam', 'drain', 'sleep'), page }),
  fc.record({ do: is('wake'), page, bufferFirst: fc.boolean() }),
  fc.record({ do: is('set clock'), page, skew }),
  fc.record({ do: is('weather'), page, weather }),
)
const story = fc.record({
  seed: fc.nat(),
  deeds: fc.array(fc.oneof(change, change, pass, pass, mishap, mishap, visit), { minLength: 5, maxLength: 50 }),
})

async function perform(world: World, deed: Deed): Promise<void> {
  const { server, pages } = world
  const meant = 'page' in deed ? [...pages][deed.page % Math.max(1, pages.size)] : undefined
  switch (deed.do) {
    case 'edit':
      return server.edit(deed.how, deed.announced)
    case 'write':
      return server.write(deed.lines)
    case 'renew':
      return server.renew()
    case 'evict':
      return server.evict()
    case 'return':
      return server.bringBack()
    case 'restart':
      server.stop(deed.noticed)
      await world.pass(deed.down)
      server.skew = deed.skew
      return server.start()
    case 'pass':
      return world.pass(deed.ms)
    case 'visit':
      return pages.size < 3 ? world.visit(deed.skew, deed.ms) : undefined
    case 'leave':
      return meant && world.leave(meant)
    case 'cut':
      return meant?.link ? world.cut(meant.link, deed.noticed) : undefined
    case 'jam':
      if (meant?.link) meant.link.jammed = true
      return
    case 'drain':
      return meant?.link ? server.drained(meant.link) : undefined
    case 'sleep':
      return meant?.sleep()
    case 'wake':
      return meant?.wake(deed.bufferFirst)
    case 'set clock':
      if (meant) meant.skew = deed.skew
      return
    case 'weather':
      if (meant) meant.weather = deed.weather
      return
  }
}

/** Plays the story, then gives the world a minute of peace, after which every page must show what the server holds. */
async function play({ seed, deeds }: { seed: number; deeds: Deed[] }, fault?: Fault): Promise<World> {
  const world = new World(seed, fault)
  await world.visit(0, 0)
  for (const deed of deeds) {
    await perform(world, deed)
    // Pages paint at any time, in particular between two deeds.
    for (const each of world.pages) each.paint()
  }
  for (const each of world.pages) {
    each.weather = CALM
    each.wake(true)
    if (each.link) world.server.drained(each.link)
  }
  world.server.bringBack()
  await world.pass(60_000)
  for (const each of world.pages) each.expectCurrent()
  return world
}

describe('any story', () => {
  it('[SYNC-10] never has a page that says live and shows what the server did not hold in the last 10 s', async () => {
    await fc.assert(
      fc.asyncProperty(story, async told => {
        await play(told)
      }),
      { numRuns: 300 },
    )
  }, 120_000)
})
