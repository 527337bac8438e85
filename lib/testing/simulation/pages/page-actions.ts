import fc from 'fast-check'
import type { Page, PageServer, Weather, World } from './pages'

/** What can happen to one page, whichever world it is in. */
export type PageDeed = { page: number } & (
  | { do: 'leave' | 'jam' | 'drain' | 'sleep' }
  | { do: 'cut'; noticed: boolean }
  | { do: 'wake'; bufferFirst: boolean }
  | { do: 'set clock'; skew: number }
  | { do: 'weather'; weather: Weather }
)

export const page = fc.nat({ max: 2 })
export const skew = fc.constantFrom(0, -3_600_000, -7_000, 4_000, 3_600_000)
export const weather: fc.Arbitrary<Weather> = fc.record({
  lost: fc.constantFrom(0, 0, 20, 100),
  twice: fc.constantFrom(0, 0, 30),
  late: fc.constantFrom(0, 0, 100, 3_000, 15_000),
})
export const is = <T extends string>(...names: T[]) => fc.constantFrom(...names)

/** Lets it happen, in a world of pages. */
export function happenTo(page: Page, deed: PageDeed, world: World<PageServer>): void {
  const { link } = page
  switch (deed.do) {
    case 'leave':
      world.leave(page)
      break
    case 'cut':
      if (link) world.cut(link, deed.noticed)
      break
    case 'jam':
      if (link) link.jammed = true
      break
    case 'drain':
      if (link) world.server.drained(link)
      break
    case 'sleep':
      page.sleep()
      break
    case 'wake':
      page.wake(deed.bufferFirst)
      break
    case 'set clock':
      page.skew = deed.skew
      break
    case 'weather':
      page.weather = deed.weather
      break
  }
}
