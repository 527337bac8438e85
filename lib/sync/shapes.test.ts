import { describe, expect, it } from 'vitest'
import type { Fleet } from '../run/model'
import { someBatch, someRun } from '../testing/run/documents'
import { documentCodec } from './state-codec'
import { digest } from './digest'
import { apply } from './document'
import { DocumentChannel } from './document-channel'
import { toContainerList, toFleet, toSnapshot } from './from-document'
import { containersDocument, fleetDocument, fromContainerList, fromFleet, fromSnapshot, runDocument } from './shapes'
import { someContainers, someFleet, someSnapshot } from '../testing/sync/fixtures'

const stamp = { epoch: 'p.1', version: 1, now: '2026-01-01T00:01:00.250Z' }

describe('a run, the fleet and the containers as documents', () => {
  it('come back as they were', () => {
    const run = someSnapshot('r', [someBatch('__proto__'), someBatch('a')])
    const fleet: Fleet = {
      ...someFleet('r', 'constructor'),
      importsUnread: 'reading',
      earlier: [{ runId: 'r', runs: 2, shortest: 1_000, longest: 2_000 }],
    }
    expect(toSnapshot(fromSnapshot(run).state, fromSnapshot(run).stamp)).toEqual(run)
    expect(toFleet(fromFleet(fleet).state, fromFleet(fleet).stamp)).toEqual(fleet)
    const list = someContainers('__proto__', 'c')
    expect(toContainerList(fromContainerList(list).state, fromContainerList(list).stamp)).toEqual(list)
  })

  it('[SYNC-8.1] are the same document whether they came with the HTML or were published', () => {
    const run = someSnapshot('r')
    const published = new DocumentChannel(() => runDocument(someRun('r'), run.batches))
    expect(fromSnapshot(run).state).toEqual(published.document)
    expect(digest(fromSnapshot(run).state)).toBe(published.digest())

    const fleet = someFleet('r', 's')
    const { backend, link, linkSince, dockerSince, findings, imports } = fleet
    const fields = { backend, link, linkSince, dockerSince, findings, imports }
    const whole = new DocumentChannel(() => fleetDocument(fields, fleet.runs))
    expect(digest(fromFleet(fleet).state)).toBe(whole.digest())

    const { docker, containers, ...list } = someContainers('c')
    const listed = new DocumentChannel(() => containersDocument({ docker, dockerSince: list.dockerSince }, containers))
    expect(digest(fromContainerList({ docker, containers, ...list }).state)).toBe(listed.digest())
  })

  it('give for an item that has not changed the very same object, from the HTML on', () => {
    const run = someSnapshot('r')
    const { state } = fromSnapshot(run)
    const changed = apply(state, { items: [{ id: 'b', status: 'running' }] })
    const after = toSnapshot(changed, stamp)
    expect(after.batches[0]).toBe(run.batches[0])
    expect(after.batches[1]).toMatchObject({ id: 'b', status: 'running' })
    expect(toSnapshot(apply(changed, { items: [{ id: 'a', name: 'A' }] }), stamp).batches[1]).toBe(after.batches[1])

    const fleet = someFleet('r', 's')
    const later = toFleet(apply(fromFleet(fleet).state, { items: [{ id: 's', status: 'failed' }] }), stamp)
    expect(later.runs[0]).toBe(fleet.runs[0])

    const list = someContainers('c', 'd')
    const next = apply(fromContainerList(list).state, { items: [{ id: 'd', state: 'exited', exitCode: 137 }] })
    expect(toContainerList(next, stamp).containers[0]).toBe(list.containers[0])
    expect(toContainerList(next, stamp).containers[1]).toMatchObject({ state: 'exited', exitCode: 137 })
  })

  it('[PAGE-3.1] give for a part of the fields, and for a list, that has not changed the very same object', () => {
    const run = someSnapshot('r')
    const { state } = fromSnapshot(run)
    expect(toSnapshot(state, stamp).batches).toBe(run.batches)
    const counted = apply(state, { fields: { counts: { ...run.counts, running: 2 } } })
    const stopping = apply(counted, { fields: { stopping: true } })
    const [before, after] = [toSnapshot(counted, stamp), toSnapshot(stopping, stamp)]
    expect(after).toMatchObject({ stopping: true, counts: { running: 2 } })
    expect(before.batches).toBe(run.batches)
    expect(after.batches).toBe(run.batches)
    expect(after.findings).toBe(before.findings)
    expect(after.link).toBe(before.link)
    expect(after.counts).toBe(before.counts)
    const linked = toSnapshot(apply(stopping, { fields: { link: { backend: 'down', docker: 'off' } } }), stamp)
    expect(linked.link.backend).toBe('down')
    expect(linked.counts).toBe(before.counts)
  })

  it('keep those objects also where a whole snapshot takes the place of what was there', () => {
    const { state } = fromSnapshot(someSnapshot('r'))
    const text = JSON.stringify(runDocument(someRun('r'), [someBatch('b', 'running'), someBatch('a', 'running')]))
    const { items } = documentCodec.decode(text, state)
    expect(items[0]).toEqual(someBatch('b', 'running'))
    expect(items[1]).toBe(state.items[0])
    expect(documentCodec.decode(JSON.stringify(state), state)).toBe(state)
  })

  it('leave out what another build added, and refuse what it changed', () => {
    const { state } = fromSnapshot(someSnapshot('r'))
    expect(toSnapshot(apply(state, { fields: { mood: 'good' } }), stamp)).not.toHaveProperty('mood')
    expect(() => toSnapshot(apply(state, { fields: { status: 'exploded' } }), stamp)).toThrow()
    expect(() => toSnapshot(apply(state, { unset: ['status'] }), stamp)).toThrow()
  })
})
