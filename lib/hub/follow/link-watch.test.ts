import { expect, it } from 'vitest'
import { LinkWatch } from './link-watch'

const heardAt = (healthyAt: number) => ({ healthyAt, refusedAt: null, streamLostAt: null, since: 0 })

it('[RUN-9] counts from when the link ceased to be live, not anew when it gets worse', () => {
  const watch = new LinkWatch()
  expect(watch.look(heardAt(1_000), 1_000)).toBe(true)
  expect(watch).toMatchObject({ link: 'live', since: 1_000, deadline: 11_000 })
  expect(watch.look(heardAt(4_000), 4_000)).toBe(false)
  expect(watch).toMatchObject({ link: 'live', since: 1_000, deadline: 14_000 })
  expect(watch.look(heardAt(4_000), 14_000)).toBe(true)
  expect(watch).toMatchObject({ link: 'stale', since: 14_000, deadline: 34_000 })
  expect(watch.look(heardAt(4_000), 34_000)).toBe(true)
  expect(watch).toMatchObject({ link: 'down', since: 14_000, deadline: null })
  expect(watch.look(heardAt(50_000), 50_000)).toBe(true)
  expect(watch).toMatchObject({ link: 'live', since: 50_000 })
})
