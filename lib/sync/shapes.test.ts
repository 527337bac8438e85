import { describe, expect, it } from 'vitest'
import { digest } from './digest'
import { apply } from './document'
import { DocumentChannel } from './document-channel'
import { fleetDocument, fromFleet, fromSnapshot, runDocument, toFleet, toSnapshot } from './shapes'
import { someBatch, someFleet, someRun, someSnapshot } from './testing'

const stamp = { epoch: 'p.1', version: 1, now: '2026-01-01T00:01:00.250Z' }

describe('a run and the fleet as documents', () => {
  it('come back as they were', () => {
    const run = someSnapshot('r', [someBatch('__proto__'), someBatch('a')])
    const fleet = someFleet('r', 'constructor')
    expect(toSnapshot(fromSnapshot(run).state, fromSnapshot(run).stamp)).toEqual(run)
    expect(toFleet(fromFleet(fleet).state, fromFleet(fleet).stamp)).toEqual(fleet)
  })

  it('[SYNC-8] are the same document whether they came with the HTML or were published', () => {
    const run = someSnapshot('r')
    const published = new DocumentChannel(() => runDocument(someRun('r'), run.batches))
    expect(fromSnapshot(run).state).toEqual(published.document)
    expect(digest(fromSnapshot(run).state)).toBe(published.digest())

    const fleet = someFleet('r', 's')
    const fields = { backend: fleet.backend, link: fleet.link, linkSince: fleet.linkSince }
    const whole = new DocumentChannel(() => fleetDocument(fields, fleet.runs))
    expect(digest(fromFleet(fleet).state)).toBe(whole.digest())
  })

  it('give for an item that has not changed the very same object', () => {
    const { state } = fromSnapshot(someSnapshot('r'))
    const before = toSnapshot(state, stamp)
    const after = toSnapshot(apply(state, { items: [{ id: 'b', status: 'running' }] }), { ...stamp, version: 2 })
    expect(after.batches[0]).toBe(before.batches[0])
    expect(after.batches[1]).toMatchObject({ id: 'b', status: 'running' })

    const { state: runs } = fromFleet(someFleet('r', 's'))
    const later = toFleet(apply(runs, { items: [{ id: 's', status: 'failed' }] }), stamp)
    expect(later.runs[0]).toBe(toFleet(runs, stamp).runs[0])
  })

  it('leave out what another build added, and refuse what it changed', () => {
    const { state } = fromSnapshot(someSnapshot('r'))
    expect(toSnapshot(apply(state, { fields: { mood: 'good' } }), stamp)).not.toHaveProperty('mood')
    expect(() => toSnapshot(apply(state, { fields: { status: 'exploded' } }), stamp)).toThrow()
    expect(() => toSnapshot(apply(state, { unset: ['status'] }), stamp)).toThrow()
  })
})
