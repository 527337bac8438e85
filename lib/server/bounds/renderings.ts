import type { IncomingMessage, ServerResponse } from 'node:http'
import { networkOf } from './connection-bounds'
import { pathOf } from '../http/guard'
import type { RefusalMeter } from '../metrics'
import type { Pace } from './pace'
import { sendRefusal } from '../http/refusal-page'
import { refusals } from '../http/refusals'
import { Tally } from './tally'
import { currentRequestContext } from '../request-context'

/**
 * How many pages are rendered at once, how many may wait for that, and how many answers of one person or address may be
 * unfinished.
 */
export interface RenderingBounds {
  atOnce: number
  waiting: number
  ofEach: number
  /** How long one page may keep others waiting, ms. After that, usually only the writing to a slow reader is left. */
  turn: number
}

/** Rendering a page takes some 10 ms of processor time; other work of the server runs between two pages. */
export const MAX_RENDERINGS: RenderingBounds = { atOnce: 3, waiting: 500, ofEach: 50, turn: 2_000 }

type Pages = (request: IncomingMessage, response: ServerResponse) => Promise<void>

/**
 * Renders pages a few at a time, so that calls and live data are served even when many pages are requested [SAFE-5]. Strangers,
 * who can reach only the sign-in page, have a queue of their own. Files are sent without a queue.
 */
export function inTurns(
  pages: Pages,
  meter: RefusalMeter,
  pace: Pace,
  bounds: RenderingBounds = MAX_RENDERINGS,
): Pages {
  const [ofStrangers, ofPeople] = [new Renderings(pace, bounds), new Renderings(pace, bounds)]
  return async (request, response) => {
    if (pathOf(request.url ?? '').startsWith('/_next/')) return pages(request, response)
    const { person, address } = currentRequestContext()
    const renderings = person ? ofPeople : ofStrangers
    if (await renderings.run(person?.name ?? networkOf(address), response, () => pages(request, response))) return
    meter.refused('renderings')
    await sendRefusal(request, response, refusals.busy())
  }
}

class Renderings {
  #underWay = 0
  readonly #waiting: (() => void)[] = []
  readonly #each = new Tally()

  readonly #pace: Pace
  readonly #bounds: RenderingBounds

  constructor(pace: Pace, bounds: RenderingBounds) {
    this.#pace = pace
    this.#bounds = bounds
  }

  /**
   * Renders in its turn.
   * @param who the person or the address that asks
   * @returns false, at once, if too many wait already; else true, once it is rendered
   */
  async run(who: string, response: ServerResponse, render: () => Promise<void>): Promise<boolean> {
    const { atOnce, waiting, ofEach } = this.#bounds
    const mustWait = this.#underWay >= atOnce
    if (this.#each.of(who) >= ofEach || (mustWait && this.#waiting.length >= waiting)) return false
    response.once('close', this.#each.add(who))
    if (mustWait) await new Promise<void>(resolve => this.#waiting.push(resolve))
    else this.#underWay += 1
    await this.#pace.turn()
    const over = once(() => this.#next())
    const timer = setTimeout(over, this.#bounds.turn)
    try {
      await render()
    } finally {
      clearTimeout(timer)
      over()
    }
    return true
  }

  /** Gives the place to the page that has waited longest. */
  #next(): void {
    const next = this.#waiting.shift()
    if (next) next()
    else this.#underWay -= 1
  }
}

function once(act: () => void): () => void {
  let isDone = false
  return () => {
    if (!isDone) act()
    isDone = true
  }
}
