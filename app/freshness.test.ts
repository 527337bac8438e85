import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { heldSeconds, lastKnownAt, timerSeconds } from './freshness'

const at = (text: string) => Date.parse(`2026-11-23T${text}Z`)
const running = {
  status: 'running' as const,
  startedAt: '2026-11-23T13:00:00.000Z',
  endedAt: null,
  heardAt: '2026-11-23T13:40:00.000Z',
  clockOffset: 0,
  link: { backend: 'live' as const, docker: 'off' as const },
  linkSince: '2026-11-23T13:00:00.000Z',
}
const cut = { ...running, link: { ...running.link, backend: 'down' as const }, linkSince: '2026-11-23T13:41:00.000Z' }
const over = { ...running, status: 'failed' as const, endedAt: '2026-11-23T13:10:05.900Z' }
const live = { stale: false, checkedAt: at('13:50:00') }
const stale = { stale: true, checkedAt: at('13:42:00') }

describe('lastKnownAt', () => {
  it('[RUN-9] is null while backend and page are live', () => {
    expect(lastKnownAt(running, live, 0)).toBeNull()
  })

  it('[RUN-9] is when the backend’s link was lost', () => {
    expect(lastKnownAt(cut, live, 0)).toBe(at('13:41:00'))
  })

  it('[RUN-9] falls back on the last word heard, then on the moment of rendering', () => {
    expect(lastKnownAt({ ...cut, linkSince: null }, live, 7)).toBe(at('13:40:00'))
    expect(lastKnownAt({ ...cut, linkSince: null, heardAt: null }, live, 7)).toBe(7)
    expect(lastKnownAt(running, { stale: true, checkedAt: null }, 7)).toBe(7)
  })

  it('[SYNC-6.3] is the page’s last check where the page is stale, and the earlier of both where both are lost', () => {
    expect(lastKnownAt(running, stale, 0)).toBe(at('13:42:00'))
    expect(lastKnownAt(cut, stale, 0)).toBe(at('13:41:00'))
  })

  it('[RUN-9] never greys a run that is over', () => {
    for (const status of ['completed', 'failed', 'aborted'] as const)
      expect(lastKnownAt({ ...cut, status }, stale, 0)).toBeNull()
  })
})

describe('timerSeconds', () => {
  it('[RUN-7] counts on the server’s clock, corrected by the backend’s offset', () => {
    expect(timerSeconds(running, at('13:41:06.500'))).toBe(2465)
    expect(timerSeconds({ ...running, clockOffset: 5_000 }, at('13:41:06.500'))).toBe(2460)
  })

  it('[RUN-7] stands still once the run is over, even where the end has no time', () => {
    expect(timerSeconds(over, at('20:00:00'))).toBe(605)
    expect(timerSeconds({ ...over, endedAt: null }, at('20:00:00'))).toBe(2400)
    expect(timerSeconds({ ...over, endedAt: null, heardAt: null }, at('20:00:00'))).toBe(0)
  })

  it('[RUN-7] is a whole number, never negative', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4e12 }), fc.integer({ min: -1e7, max: 1e7 }), (now, clockOffset) => {
        const seconds = timerSeconds({ ...running, clockOffset }, now)
        expect(Number.isInteger(seconds) && seconds >= 0).toBe(true)
      }),
    )
  })
})

describe('heldSeconds', () => {
  const shown = { seconds: 23, startedAt: running.startedAt }

  it('[RUN-7] does not run back when the timer freezes', () => {
    expect(heldSeconds(shown, running, 14, true)).toBe(23)
  })

  it('[RUN-7] is right again once it is live, and for another execution', () => {
    expect(heldSeconds(shown, running, 14, false)).toBe(14)
    expect(heldSeconds(shown, { ...running, startedAt: '2026-11-23T13:00:09.000Z' }, 5, true)).toBe(5)
    expect(heldSeconds(null, running, 14, true)).toBe(14)
  })
})
