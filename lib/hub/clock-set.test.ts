import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { startReferenceBackend, type ReferenceBackend } from '../reference-backend/server'
import type { Snapshot } from '../run/model'
import { elapsed } from '../run/time/time'
import { projectWith } from '../testing/hub/project'
import { Killable } from '../testing/hub/hub-process'

const cleanUp: (() => unknown)[] = []
afterAll(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step()
})

const HOUR = 3_600_000
/** The tolerance for a timer, ms: it is behind by the time that reading it takes, and a busy machine reports late. */
const SLACK = 4_000

/** Expects a duration to be right unless it is marked as uncertain. @param truth ms */
function checkSure(shown: Snapshot, truth: number): void {
  if (shown.startedAt === null || shown.durationUncertain) return
  expect(Math.abs(elapsed(shown, Date.parse(shown.now)) - truth)).toBeLessThanOrEqual(SLACK)
}

/** A run at work with messages that arrive at once, and a dashboard in a process of its own. */
async function atWork(): Promise<{ backend: ReferenceBackend; folder: string; hub: Killable; begun: number }> {
  const project = await projectWith([{ id: 'a' }, { id: 'b', dependsOn: ['a'] }])
  const folder = await mkdtemp(join(tmpdir(), 'groundtruth-'))
  const script = () => ({ ms: 10, lines: [] })
  const backend = await startReferenceBackend({ project, generation: 'A', script, speed: 10 })
  cleanUp.push(
    () => rm(project, { recursive: true }),
    () => rm(folder, { recursive: true }),
    () => backend.close(),
  )
  for (const id of ['a', 'b']) backend.hold(id)
  const hub = await dashboard(backend, folder)
  hub.child.stdin.write('start r1\n')
  await vi.waitFor(() => expect(hub.seen?.counts.running).toBe(1), { timeout: 20_000 })
  const begun = performance.now()
  await untilLive(backend, hub)
  return { backend, folder, hub, begun }
}

function dashboard(backend: ReferenceBackend, folder: string, set = 0): Promise<Killable> {
  const hub = new Killable(backend.url, folder, set)
  cleanUp.push(() => hub.kill())
  return hub.started()
}

const pause = (ms: number) => new Promise(resolve => setTimeout(resolve, ms))

/** Prints lines with pauses between them, until one is found to be live [RUN-7]. */
async function untilLive(backend: ReferenceBackend, hub: Killable): Promise<void> {
  const before = hub.live
  for (let n = 0; n < 30 && hub.live === before; n += 1) {
    backend.print('a', 'stdout', `line ${n}`)
    await pause(800)
  }
  expect(hub.live).toBeGreaterThan(before)
}

async function look(hub: Killable): Promise<Snapshot> {
  hub.looked = null
  hub.child.stdin.write('look r1\n')
  return vi.waitFor(() => hub.looked ?? expect.fail(hub.errors), { timeout: 20_000 })
}

const isTold = ({ findings }: { findings: readonly { kind: string }[] }) =>
  findings.some(({ kind }) => kind === 'clock-set')

describe.concurrent('a machine’s clock that is set while a run is at work', () => {
  const steps = [HOUR, -HOUR, 5_000, -5_000]

  it.each(steps)(
    '[RUN-16.13] [RUN-16.16] [RUN-16.33] the dashboard’s alone, by %i ms: times stay right, live, after a restart and at the end',
    async by => {
      const { backend, folder, begun, ...first } = await atWork()
      let { hub } = first
      hub.child.stdin.write(`set ${by}\n`)
      await vi.waitFor(async () => expect(isTold(await look(hub))).toBe(true), { timeout: 20_000 })
      expect(isTold(hub.fleet!)).toBe(true)
      await untilLive(backend, hub)
      let shown = await look(hub)
      expect(shown.link.backend).toBe('live')
      expect(shown.durationUncertain).toBeUndefined()
      checkSure(shown, performance.now() - begun)

      await hub.kill()
      hub = await dashboard(backend, folder, by)
      await vi.waitFor(async () => expect((await look(hub)).link.backend).toBe('live'), { timeout: 20_000 })
      expect(isTold(hub.fleet!)).toBe(false)
      checkSure(await look(hub), performance.now() - begun)
      await untilLive(backend, hub)
      checkSure(await look(hub), performance.now() - begun)

      for (const id of ['a', 'b']) backend.release(id)
      await vi.waitFor(async () => expect((await look(hub)).status).toBe('completed'), { timeout: 20_000 })
      shown = await look(hub)
      expect(shown.durationUncertain).toBeUndefined()
      checkSure(shown, performance.now() - begun)
      expect(hub.errors.replaceAll(/.*was set.*\n/g, '')).toBe('')
    },
    90_000,
  )

  it.each(steps)(
    '[RUN-16.15] with the backend’s, by %i ms: no wrong time is shown as sure',
    async by => {
      const { backend, folder, begun, ...first } = await atWork()
      let { hub } = first
      hub.child.stdin.write(`set ${by}\n`)
      backend.setClock(by)
      await untilLive(backend, hub)
      checkSure(await look(hub), performance.now() - begun)

      await hub.kill()
      hub = await dashboard(backend, folder, by)
      await vi.waitFor(async () => expect((await look(hub)).link.backend).toBe('live'), { timeout: 20_000 })
      checkSure(await look(hub), performance.now() - begun)
      for (const id of ['a', 'b']) backend.release(id)
      await vi.waitFor(async () => expect((await look(hub)).status).toBe('completed'), { timeout: 20_000 })
      const shown = await look(hub)
      checkSure(shown, performance.now() - begun)
      // A clock that was set back can't be a pause of the machine: the time is not only marked, but right.
      if (by < 0) expect(shown.durationUncertain).toBeUndefined()
      expect(isTold(hub.fleet!)).toBe(false)
    },
    90_000,
  )
})
