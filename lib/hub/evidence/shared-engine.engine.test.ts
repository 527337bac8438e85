import { afterEach, describe, expect, it, vi } from 'vitest'
import { whyNoDocker } from '../../reference-backend/docker'
import type { Snapshot } from '../../run/model'
import {
  batchOf,
  startEngineHub,
  closeEngineHubs,
  printed,
  sameAsDocker,
  until,
  verdictsSeen,
  type EngineHub,
} from '../../testing/hub/engine-hub'

const whyNot = await whyNoDocker()
const named = (name: string) => (whyNot === null ? name : `${name} (skipped: ${whyNot})`)

afterEach(closeEngineHubs)

const placesIn = ({ runId, batches }: Snapshot) =>
  batches.flatMap(({ id, containers }) => containers.map(container => `${container.id} ${runId} ${id}`))

/** Every container that was ever shown with a run, each time with its run and batch. */
const placesSeen = ({ seen }: EngineHub) => new Set(seen.flatMap(placesIn))

describe.skipIf(whyNot !== null)(named('one Engine'), () => {
  it('[DOCK-4.2] tells two runs of one spec apart, or says that it can’t', { timeout: 90_000 }, async () => {
    const setup = await startEngineHub({
      plan: id => [{ id: id('a') }, { id: id('b'), dependsOn: [id('a')] }],
      script: () => ({ ms: 1_500, lines: [{ stream: 'stdout' as const, text: 'working' }] }),
    })
    const { backend, hub, id } = setup
    backend.hold(id('a'))
    const first = (await hub.start({ spec: '001-todo', runId: `first-${id('')}` })).runId
    await until(setup, first, snapshot => expect(batchOf(snapshot, id('a')).containers).toHaveLength(1))
    const ofFirst = await backend.containers.of(id('a'))
    const second = (await hub.start({ spec: '001-todo', runId: `second-${id('')}` })).runId
    await until(setup, second, snapshot => expect(batchOf(snapshot, id('a')).status).toBe('running'))
    expect(await sameAsDocker(setup)).not.toBe(0)
    backend.release(id('a'))
    for (const runId of [first, second]) {
      await until(setup, runId, ({ status, batches }) => {
        expect(status).toBe('completed')
        expect(batches.map(({ verdict }) => verdict)).toEqual(['agrees', 'agrees'])
      })
    }
    const [one, two] = [await hub.snapshot(first), await hub.snapshot(second)]
    if (!one || !two) throw new Error('a run is gone')
    expect(batchOf(one, id('a')).container?.id).toBe(ofFirst)
    for (const snapshot of [one, two]) {
      expect(snapshot.batches.map(({ containers }) => containers.length)).toEqual([1, 1])
      for (const batch of snapshot.batches) expect(await printed(setup, snapshot.runId, batch.id)).toEqual(['working'])
    }
    // Every place shown on the way was right: no container was ever shown with a run other than its final one.
    expect(placesSeen(setup)).toEqual(new Set([one, two].flatMap(placesIn)))
    expect(verdictsSeen(setup).filter(seen => /ghost|late|orphan|conflict|local/.test(seen))).toEqual([])
  })

  it('[DOCK-4] tells them apart by their branches, where they began at once', { timeout: 90_000 }, async () => {
    const setup = await startEngineHub({
      plan: id => ['a', 'b', 'c'].map(name => ({ id: id(name) })),
      script: () => ({ ms: 1_500, lines: [{ stream: 'stdout' as const, text: 'working' }] }),
    })
    const { hub } = setup
    const started = await Promise.all([1, 2].map(() => hub.start({ spec: '001-todo' })))
    const ended = await Promise.all(
      started.map(({ runId }) =>
        until(setup, runId, ({ status, batches }) => {
          expect(status).toBe('completed')
          expect(batches.map(({ verdict }) => verdict)).toEqual(['agrees', 'agrees', 'agrees'])
        }),
      ),
    )
    expect(placesSeen(setup)).toEqual(new Set(ended.flatMap(placesIn)))
    expect(new Set(ended.flatMap(placesIn)).size).toBe(6)
    for (const { runId, batches } of ended) {
      for (const { id } of batches) expect(await printed(setup, runId, id)).toEqual(['working'])
    }
    expect(verdictsSeen(setup).filter(seen => /ghost|late|orphan|conflict|local/.test(seen))).toEqual([])
  })

  it.each([
    ['with', true],
    ['without', false],
  ])(
    '[RUN-14] gives a run begun anew under a known id its containers, %s labels',
    { timeout: 60_000 },
    async (_, labels) => {
      const setup = await startEngineHub({ plan: id => [{ id: id('a') }, { id: id('b') }], labels })
      const { backend, hub, id, http } = setup
      backend.hold(id('a'))
      const { runId } = await hub.start({ spec: '001-todo', runId: `again-${id('')}` })
      const old = await until(setup, runId, snapshot => {
        expect(batchOf(snapshot, id('a')).container?.state).toBe('running')
        expect(snapshot.counts.completed).toBe(1)
      })
      await backend.kill()
      await until(setup, runId, ({ link }) => expect(link.backend).toBe('down'))
      await backend.restart()
      await http.start({ spec: '001-todo', runId, dryRun: false, model: undefined, resumeRunId: undefined })
      const anew = await until(setup, runId, snapshot => {
        expect(snapshot.epoch).not.toBe(old.epoch)
        expect(batchOf(snapshot, id('a'))).toMatchObject({ status: 'running', verdict: 'agrees' })
        expect(batchOf(snapshot, id('a')).containers.filter(({ state }) => state === 'running')).not.toEqual([])
      })
      expect(batchOf(anew, id('a')).container?.id).toBe(await backend.containers.of(id('a')))
      backend.release(id('a'))
      const over = await until(setup, runId, ({ status }) => expect(status).toBe('completed'))
      expect(batchOf(over, id('a')).verdict).toBe('agrees')
    },
  )

  it('[DOCK-1] shows the same to a hub that comes late, from the first line on', { timeout: 60_000 }, async () => {
    const setup = await startEngineHub({ plan: id => [{ id: id('a') }, { id: id('b'), dependsOn: [id('a')] }] })
    const { backend, hub, id } = setup
    backend.hold(id('b'))
    const { runId } = await hub.start({ spec: '001-todo' })
    await until(setup, runId, snapshot => expect(batchOf(snapshot, id('b')).container?.state).toBe('running'))
    const late = await setup.another()
    await late.hub.follow(runId)
    const shown = await until(late, runId, snapshot => {
      expect(batchOf(snapshot, id('b'))).toMatchObject({ verdict: 'agrees', container: { state: 'running' } })
    })
    // This dashboard can't know the containers that were removed before it started.
    expect(batchOf(shown, id('a'))).toMatchObject({ status: 'completed', verdict: 'unknown', container: null })
    await vi.waitFor(async () => expect(await printed(late, runId, id('b'))).toEqual(['working']))
    for (const each of [setup, late]) expect(await sameAsDocker(each)).not.toBe(0)
    backend.release(id('b'))
    for (const each of [setup, late]) {
      const over = await until(each, runId, snapshot => {
        expect(snapshot.status).toBe('completed')
        expect(batchOf(snapshot, id('b'))).toMatchObject({ verdict: 'agrees', container: { exitCode: 0 } })
      })
      expect(over.findings).toEqual([])
      expect(verdictsSeen(each).filter(seen => /ghost|late|orphan|conflict|local/.test(seen))).toEqual([])
    }
  })
})
