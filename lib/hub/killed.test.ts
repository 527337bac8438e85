import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { startReferenceBackend } from '../reference-backend/server'
import type { Snapshot } from '../run/model'
import { MemoryPublisher } from '../sync/memory-publisher'
import { drawNumbers } from '../testing/support/draw'
import { often } from '../testing/support/often'
import { Hub } from './hub'
import { projectWith } from '../testing/hub/project'
import { Killable } from '../testing/hub/hub-process'

const RESTARTS = often(6, 30)

const cleanUp: (() => unknown)[] = []
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step()
})

/** The facts that must be the same in both dashboards. */
const facts = ({ status, startedAt, endedAt, error, counts, batches }: Snapshot) => ({
  ...{ status, startedAt, endedAt, error, counts },
  batches: batches.map(({ id, name, branch, ...batch }) => ({ id, name, branch, status: batch.status })),
})

const RANK = { pending: 0, running: 1, completed: 2, failed: 2, aborted: 2 }

describe.each(['A', 'B', 'C'] as const)('generation %s', generation => {
  it('[REC-3.1] [REC-7.4] [REC-7.6] [REC-7.7] killed again and again during a run, it loses nothing that a page has seen, and ends the same', async () => {
    const ids = Array.from({ length: RESTARTS }, (_, n) => `b${n}`)
    const project = await projectWith(ids.map((id, n) => ({ id, dependsOn: n === 0 ? [] : [`b${n - 1}`] })))
    const folder = await mkdtemp(join(tmpdir(), 'groundtruth-'))
    cleanUp.push(
      () => rm(project, { recursive: true }),
      () => rm(folder, { recursive: true }),
    )
    const script = () => ({ ms: 20, lines: [{ stream: 'stdout' as const, text: 'working' }] })
    const backend = await startReferenceBackend({ project, generation, script, speed: 10 })
    cleanUp.push(() => backend.close())
    for (const id of ids) backend.hold(id)

    const begin = () => {
      const begun = new Killable(backend.url, folder)
      cleanUp.push(() => begun.kill())
      return begun.started()
    }
    let killable = await begin()
    killable.child.stdin.write('start r1\n')
    await vi.waitFor(() => expect(killable.seen?.counts.running).toBe(1), { timeout: 10_000 })
    const publisher = new MemoryPublisher({ broadcast: () => undefined, audience: () => 0, failed: () => undefined })
    const log = pino({ level: 'silent' })
    const never = new Hub({ backendUrl: new URL(backend.url), engine: null, publisher, log })
    cleanUp.push(async () => {
      await never.close()
      publisher.stop()
    })
    await never.follow('r1', '001-todo')

    const delays = drawNumbers('killed after', ids.length, 0, 120)
    for (const [n, id] of ids.entries()) {
      for (let line = 0; line < 20; line += 1) backend.print(id, 'stdout', `line ${line} of ${id}`)
      backend.release(id)
      await new Promise(resolve => setTimeout(resolve, delays[n]))
      await killable.kill()
      const shown = killable.seen ?? killable.rebuilt
      killable = await begin()
      const { rebuilt } = killable
      expect(rebuilt?.link.backend, `restart ${n}`).not.toBe('live')
      for (const [index, { status }] of (shown?.batches ?? []).entries()) {
        expect(RANK[rebuilt?.batches[index]?.status ?? 'pending']).toBeGreaterThanOrEqual(RANK[status])
      }
      expect(rebuilt?.startedAt).toBe(shown?.startedAt)
    }
    const end = (snapshot: Snapshot | null | undefined) =>
      expect(snapshot?.counts.completed, killable.errors).toBe(ids.length)
    await vi.waitFor(async () => end(await never.snapshot('r1')), { timeout: 20_000 })
    await vi.waitFor(() => expect((killable.seen ?? killable.rebuilt)?.status).toBe('completed'), { timeout: 20_000 })
    const truth = await never.snapshot('r1')
    expect(facts(killable.seen ?? killable.rebuilt!)).toEqual(facts(truth!))

    // Again, for the log that is kept of a finished run.
    const whole = await never.logs.page('r1', { after: 0, limit: 10_000 })
    const sameLog = () =>
      vi.waitFor(
        () => {
          killable.child.stdin.write('log r1\n')
          expect(killable.log?.lines.map(line => ({ ...line }))).toEqual(whole?.lines)
        },
        { timeout: 10_000, interval: 100 },
      )
    await sameLog()
    await killable.kill()
    killable = await begin()
    expect(facts(killable.rebuilt!)).toEqual(facts(truth!))
    await sameLog()
    expect(killable.errors).toBe('')
  }, 180_000)
})
