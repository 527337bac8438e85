import { setImmediate as nextLook } from 'node:timers/promises'
import { expect, it, vi } from 'vitest'
import { Pace } from './pace'

const LOOKS = 20

it('[SAFE-5.75] work never begins at once, and keeps its order', async () => {
  const pace = new Pace()
  const done: number[] = []
  for (const n of [1, 2, 3]) pace.begin(() => done.push(n))
  expect(done).toEqual([])
  await vi.waitFor(() => expect(done).toEqual([1, 2, 3]))
  // Also work that is begun by other work.
  pace.begin(() => pace.begin(() => done.push(5)))
  pace.begin(() => done.push(4))
  await vi.waitFor(() => expect(done).toEqual([1, 2, 3, 4, 5]))
})

it('[SAFE-5.75] work waits for as long as each look at the network finds a new connection', async () => {
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

it('[SAFE-5.75] work waits no longer than 100 ms, though connections never cease', async () => {
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

it('[SAFE-5.75] work goes on while connections never cease, for a tenth of the time', async () => {
  const pace = new Pace()
  let [began, done] = [0, 0]
  const again = () => {
    began ||= performance.now()
    done += 1
    pace.begin(again)
  }
  pace.begin(again)
  let looks = 0
  while (began === 0 || performance.now() - began < 1_000) {
    pace.arrived()
    looks += 1
    await nextLook()
  }
  expect(done).toBeGreaterThan(3)
  expect(done).toBeLessThan(looks / 3)
})

it('[SAFE-5.76] urgent work waits for no other, and is done for 5 ms between two looks at the network', async () => {
  const pace = new Pace()
  const order: string[] = []
  const took6ms = (name: string) => () => {
    for (const until = performance.now() + 6; performance.now() < until;);
    order.push(name)
  }
  pace.begin(() => order.push('work'))
  for (const name of ['a', 'b', 'c']) pace.beginUrgent(took6ms(name))
  while (!order.includes('c') || !order.includes('work')) {
    await nextLook()
    order.push('look')
  }
  expect(order.indexOf('work')).toBeGreaterThan(order.indexOf('a'))
  expect(order.filter(name => name !== 'work').join(' ')).toMatch(/^(look )*a (look )+b (look )+c/)
})

it('[SAFE-5.75] between two looks at the network one piece of work is done, with all that follows at once', async () => {
  const pace = new Pace()
  const order: string[] = []
  for (const name of ['a', 'b', 'c']) {
    void pace.turn().then(async () => {
      for (let step = 0; step < 5; step += 1) await Promise.resolve()
      order.push(name)
    })
  }
  for (let look = 0; order.length < 5; look += 1) {
    await nextLook()
    order.push('look')
  }
  expect(order.join(' ')).toMatch(/^(look )*a look b look c/)
})
