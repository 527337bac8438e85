import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { linkOf, type LinkFacts } from './link'

const NOW = 1_000_000
const s = (seconds: number) => NOW - seconds * 1_000
const facts = (over: Partial<LinkFacts>): LinkFacts => ({
  healthyAt: NOW,
  refusedAt: null,
  streamLostAt: null,
  since: s(3_600),
  ...over,
})

describe('the link to the backend', () => {
  it.each([
    ['health answered just now', {}, 'live', 10],
    ['health answered 9.999 s ago', { healthyAt: s(9.999) }, 'live', 0.001],
    ['health answered 10 s ago', { healthyAt: s(10) }, 'stale', 20],
    ['health answered 29.999 s ago', { healthyAt: s(29.999) }, 'stale', 0.001],
    ['health answered 30 s ago', { healthyAt: s(30) }, 'down', null],
    ['stream lost just now', { streamLostAt: NOW }, 'live', 2],
    ['stream lost 1.999 s ago', { streamLostAt: s(1.999) }, 'live', 0.001],
    ['stream lost 2 s ago', { streamLostAt: s(2) }, 'stale', 10],
    ['stream lost 30 s ago', { streamLostAt: s(30) }, 'down', 10],
    ['health and stream lost', { healthyAt: s(20), streamLostAt: s(25) }, 'stale', 5],
    ['never answered, just begun', { healthyAt: null, since: NOW }, 'stale', 10],
    ['never answered for 30 s', { healthyAt: null, since: s(30) }, 'down', null],
    ['refused', { refusedAt: NOW }, 'down', null],
    ['refused, while health is still fresh and the stream open', { refusedAt: s(1), healthyAt: s(2) }, 'down', null],
  ] as const)('[RUN-9.1] [RUN-9.2] [RUN-9.3] %s', (_, over, link, deadlineIn) => {
    const deadline = deadlineIn === null ? null : NOW + deadlineIn * 1_000
    expect(linkOf(facts(over), NOW)).toEqual({ link, deadline })
  })

  it('[RUN-9] changes by the passing of time at its deadlines, and at no other moment', () => {
    const moment = fc.option(fc.integer({ min: NOW - 60_000, max: NOW }))
    const any = fc.record({
      healthyAt: moment,
      refusedAt: fc.constant(null),
      streamLostAt: moment,
      since: fc.integer({ min: NOW - 60_000, max: NOW }),
    })
    fc.assert(
      fc.property(any, fc.integer({ min: 0, max: 60_000 }), (known, later) => {
        const { link, deadline } = linkOf(known, NOW)
        if (deadline !== null) expect(deadline).toBeGreaterThan(NOW)
        const until = deadline ?? NOW + 1_000_000
        if (NOW + later < until) expect(linkOf(known, NOW + later).link).toBe(link)
      }),
    )
  })
})
