import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { StalenessBound, STALE_MS } from './staleness-bound'

const ms = fc.nat({ max: 30_000 })

describe('the age of a state', () => {
  it('[SYNC-10.1] [SYNC-10.2] [SYNC-10.3] is never taken for less than it is, and for more only by as long as the answer was under way', () => {
    const message = fc.record({ pause: ms, underWay: ms, isNew: fc.boolean() })
    fc.assert(
      fc.property(fc.integer(), ms, ms, fc.array(message), (skew, toServer, toPage, messages) => {
        const pageAt = (time: number) => time + skew
        let time = 1_000_000
        const proof = new StalenessBound(pageAt(time))
        const asked = time
        time += toServer
        let heldAt = time
        proof.bound(heldAt, pageAt(asked))
        time += toPage
        proof.replace(heldAt, pageAt(time))
        for (const { pause, underWay, isNew } of messages) {
          const sent = time + pause
          time = sent + underWay
          heldAt = sent
          if (isNew) proof.replace(sent, pageAt(time))
          else proof.confirm(sent, pageAt(time))
          expect(proof.since()).toBeLessThanOrEqual(pageAt(heldAt))
          expect(proof.since()).toBeGreaterThanOrEqual(pageAt(heldAt) - toServer)
          expect(proof.isFresh(pageAt(time))).toBe(pageAt(time) - proof.since() < STALE_MS)
        }
      }),
    )
  })

  it('[SYNC-10.4] [SYNC-10.5] is unknown without an answer, and again when the page’s clock was set back', () => {
    const proof = new StalenessBound(5_000)
    proof.replace(1_000_000, 5_000)
    expect(proof.isFresh(5_000)).toBe(false)
    expect(proof.since()).toBe(5_000)
    proof.bound(1_000_000, 4_900)
    expect(proof.isFresh(5_000)).toBe(true)
    proof.unbound(1_000)
    expect([proof.isFresh(1_000), proof.since(), proof.at]).toEqual([false, 1_000, 1_000_000])
    expect([proof.isOld(10_999), proof.isOld(11_000)]).toEqual([false, true])
  })
})
