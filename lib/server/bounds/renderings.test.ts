import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import { expect, it, vi } from 'vitest'
import { Pace } from './pace'
import { inTurns } from './renderings'
import { runWithContext, type Person } from '../request-context'

const ann: Person = { name: 'ann', role: 'operator', canSignOut: true }
const BOUNDS = { atOnce: 2, waiting: 3, ofEach: 4, turn: 60_000 }

/** Pages whose rendering lasts until the test ends it. @param turn ms */
function rendered(turn = BOUNDS.turn) {
  const begun: string[] = []
  const ends = new Map<string, () => void>()
  const refused = vi.fn()
  const page = ({ url = '' }: IncomingMessage) => {
    begun.push(url)
    return new Promise<void>(resolve => ends.set(url, resolve))
  }
  const pages = inTurns(page, { refused }, new Pace(), { ...BOUNDS, turn })
  const ask = (url: string, address = 'a', person?: Person) => {
    const request = Object.assign(new IncomingMessage(new Socket()), { url })
    const response = new ServerResponse(request)
    const done = runWithContext({ person, address }, () => pages(request, response)).finally(() =>
      response.emit('close'),
    )
    return { done, response }
  }
  return { begun, refused, ask, end: (url: string) => ends.get(url)?.() }
}

it('[SAFE-5.78] as many are rendered at once as may be, the others in the order in which they came', async () => {
  const { begun, ask, end, refused } = rendered()
  for (const [url, address] of Object.entries({ '/1': 'a', '/2': 'a', '/3': 'a', '/4': 'b' })) ask(url, address)
  await vi.waitFor(() => expect(begun).toEqual(['/1', '/2']))
  end('/2')
  await vi.waitFor(() => expect(begun).toEqual(['/1', '/2', '/3']))
  end('/1')
  end('/3')
  await vi.waitFor(() => expect(begun).toEqual(['/1', '/2', '/3', '/4']))
  expect(refused).not.toHaveBeenCalled()
})

it('[SAFE-5.78] beyond those of one address, or of all, that may wait they are refused at once, and counted', async () => {
  const { ask, begun, refused } = rendered()
  for (const url of ['/1', '/2', '/3', '/4']) ask(url)
  const fifth = ask('/5')
  await fifth.done
  expect(fifth.response.statusCode).toBe(503)
  ask('/6', 'b')
  const seventh = ask('/7', 'c')
  await seventh.done
  expect(seventh.response.statusCode).toBe(503)
  expect(refused.mock.calls).toEqual([['renderings'], ['renderings']])
  await vi.waitFor(() => expect(begun).toEqual(['/1', '/2']))
})

it('[SAFE-5.78] strangers keep no person waiting, and files wait for nobody', async () => {
  const { ask, begun } = rendered()
  for (const url of ['/1', '/2', '/3']) ask(url)
  ask('/ann', 'a', ann)
  ask('/_next/static/x.js')
  expect(begun).toEqual(['/_next/static/x.js'])
  await vi.waitFor(() => expect(begun).toEqual(['/_next/static/x.js', '/1', '/2', '/ann']))
})

it('[SAFE-5.78] one that is only written to a slow reader any more keeps others no longer than its turn', async () => {
  const { ask, begun, end } = rendered(200)
  const urls = ['/1', '/2', '/3', '/4']
  const all = urls.map(url => ask(url).done)
  await vi.waitFor(() => expect(begun).toEqual(urls))
  for (const url of urls) end(url)
  await Promise.all(all)
  // Each place was given back once, not twice.
  for (const url of ['/5', '/6', '/7']) ask(url)
  await vi.waitFor(() => expect(begun).toEqual([...urls, '/5', '/6']))
})

it('[SAFE-5.78] a page that is not read to its end counts, though it is rendered', async () => {
  const { ask, begun, end, refused } = rendered(200)
  const urls = ['/1', '/2', '/3', '/4']
  for (const url of urls) ask(url)
  // Each turn is over, but all pages are still being written.
  await vi.waitFor(() => expect(begun).toEqual(urls))
  await ask('/5').done
  expect(refused).toHaveBeenCalledOnce()
  end('/1')
  await vi.waitFor(async () => {
    ask('/6')
    await new Promise(setImmediate)
    expect(begun).toContain('/6')
  })
})
