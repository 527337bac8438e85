import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { whyNoDocker } from '../../reference-backend/docker'
import { hasEnded } from '../../run/evidence/container'
import { batchOf, startEngineHub, closeEngineHubs, printed, texts, until } from '../../testing/hub/engine-hub'

const whyNot = await whyNoDocker()
const named = (name: string) => (whyNot === null ? name : `${name} (skipped: ${whyNot})`)

afterEach(closeEngineHubs)

describe.skipIf(whyNot !== null)(named('a dashboard that is started again while agents work'), () => {
  it(
    '[REC-7.11] [REC-7.12] [DOCK-8.21] has each line of theirs once, and learns what became of a container that ended and is gone',
    { timeout: 90_000 },
    async () => {
      const folder = await mkdtemp(join(tmpdir(), 'groundtruth-'))
      const setup = await startEngineHub({ plan: id => [{ id: id('a') }, { id: id('b') }] })
      const { backend, id } = setup
      for (const name of ['a', 'b']) backend.hold(id(name))
      const first = await setup.another(folder)
      const { runId } = await first.hub.start({ spec: '001-todo' })
      for (let n = 0; n < 30; n += 1) backend.print(id('a'), 'stdout', `line ${n}`)
      await until(first, runId, snapshot => {
        for (const name of ['a', 'b']) expect(batchOf(snapshot, id(name)).container?.state).toBe('running')
      })
      await vi.waitFor(async () => expect(await printed(first, runId, id('a'))).toContain('line 29'))
      const before = await first.hub.logs.page(runId, { batch: id('a'), after: 0, limit: 10_000 })
      await first.hub.close()

      // While no dashboard watches, one agent ends and its container is removed.
      backend.release(id('b'))
      await setup.hub.follow(runId)
      await until(setup, runId, snapshot => expect(batchOf(snapshot, id('b')).status).toBe('completed'))
      for (let n = 30; n < 40; n += 1) backend.print(id('a'), 'stdout', `line ${n}`)

      const second = await setup.another(folder)
      const later = await until(second, runId, snapshot => {
        expect(batchOf(snapshot, id('b'))).toMatchObject({ status: 'completed' })
        expect(hasEnded(batchOf(snapshot, id('b')).container!)).toBe(true)
        expect(batchOf(snapshot, id('a')).container).toMatchObject({ state: 'running', removed: false })
      })
      expect(later.findings).toEqual([])
      await vi.waitFor(async () => expect(await printed(second, runId, id('a'))).toContain('line 39'))
      const after = await second.hub.logs.page(runId, { batch: id('a'), after: 0, limit: 10_000 })
      expect(after?.lines.slice(0, before?.lines.length)).toEqual(before?.lines)
      const numbered = (await texts(second, runId, id('a'))).filter(text => /^line \d+$/.test(text))
      expect(numbered).toEqual(Array.from({ length: 40 }, (_, n) => `line ${n}`))
      backend.release(id('a'))
      await until(second, runId, ({ status, counts }) => {
        expect(status).toBe('completed')
        expect(counts.completed).toBe(2)
      })
      await second.hub.close()
      await rm(folder, { recursive: true })
    },
  )
})
