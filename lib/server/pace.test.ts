import { setImmediate as nextLook } from 'node:timers/promises'
import { expect, it, vi } from 'vitest'
import { Pace } from './pace'

const LOOKS = 20

it('[SAFE-5] work never begins at once, and keeps its order', async () => {
  const pace = new Pace()
  const done: number[] = []
  for (const n of [1, 2, 3]) pace.begin(() => done.push(n))
  expect(done).toEqual([])
  await vi.waitFor(() => expect(done).toEqual([1, 2, 3]))
  // Also what is begun by work.
  pace.begin(() => pace.begin(() => done.push(5)))
  pace.begin(() => done.push(4))
  await vi.waitFor(() => expect(done).toEqual([1, 2, 3, 4, 5]))
})

it('[SAFE-5] work waits for as long as each look at the network finds a new connection', async () => {
  const pace = new Pace()
  const work = vi.fn()
  pace.begin(work)
  for (let look = 0; look < LOOKS; look++) {
    pace.arrived()
    await nextLook()
    expect(work).not.toHaveBeenCalled()
  }
  await vi.waitFor(() => expect(work).toHaveBeenCalledOnce())
})

it('[SAFE-5] work waits no longer than 100 ms, though connections never cease', async () => {
  const pace = new Pace()
  const work = vi.fn()
  pace.begin(work)
  const began = performance.now()
  while (work.mock.calls.length === 0) {
    pace.arrived()
    await nextLook()
  }
  expect(performance.now() - began).toBeGreaterThanOrEqual(99)
})

it('[SAFE-5] the network is looked at again after 10 ms of work', async () => {
  const pace = new Pace()
  let [done, looks] = [0, 0]
  const doneBefore: number[] = []
  for (let n = 0; n < 40; n++) {
    pace.begin(() => {
      const until = performance.now() + 4
      while (performance.now() < until);
      done += 1
    })
  }
  while (done < 40) {
    await nextLook()
    looks += 1
    doneBefore.push(done)
  }
  const between = doneBefore.map((count, n) => count - (doneBefore[n - 1] ?? 0))
  expect(looks).toBeGreaterThanOrEqual(40 / 3)
  expect(Math.max(...between)).toBeLessThanOrEqual(3)
})
