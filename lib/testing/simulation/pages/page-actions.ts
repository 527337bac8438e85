import fc from 'fast-check'
import type { Page, PageServer, NetworkConditions, PageSimulation } from './pages'

/** The actions on one page, in any simulation. */
export type PageAction = { page: number } & (
  | { do: 'leave' | 'jam' | 'drain' | 'sleep' }
  | { do: 'cut'; noticed: boolean }
  | { do: 'wake'; bufferFirst: boolean }
  | { do: 'set clock'; skew: number }
  | { do: 'network conditions'; networkConditions: NetworkConditions }
)

export const page = fc.nat({ max: 2 })
export const skew = fc.constantFrom(0, -3_600_000, -7_000, 4_000, 3_600_000)
export const networkConditions: fc.Arbitrary<NetworkConditions> = fc.record({
  lost: fc.constantFrom(0, 0, 20, 100),
  twice: fc.constantFrom(0, 0, 30),
  late: fc.constantFrom(0, 0, 100, 3_000, 15_000),
})
export const is = <T extends string>(...names: T[]) => fc.constantFrom(...names)

/** Applies an action in a simulation of pages. */
export function applyTo(page: Page, action: PageAction, simulation: PageSimulation<PageServer>): void {
  const { link } = page
  switch (action.do) {
    case 'leave':
      simulation.leave(page)
      break
    case 'cut':
      if (link) simulation.cut(link, action.noticed)
      break
    case 'jam':
      if (link) link.jammed = true
      break
    case 'drain':
      if (link) simulation.server.drained(link)
      break
    case 'sleep':
      page.sleep()
      break
    case 'wake':
      page.wake(action.bufferFirst)
      break
    case 'set clock':
      page.skew = action.skew
      break
    case 'network conditions':
      page.networkConditions = action.networkConditions
      break
  }
}
