import { rm } from 'node:fs/promises'
import { pino } from 'pino'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { BackendHttp } from '../backend/http'
import { startReferenceBackend } from '../reference-backend/server'
import type { Snapshot } from '../run/model'
import { elapsed } from '../run/time/time'
import { MemoryPublisher } from '../sync/memory-publisher'
import { Hub } from './hub'
import { projectWith } from '../testing/hub/project'

const cleanUp: (() => Promise<unknown>)[] = []
afterAll(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step()
})

const SPEC = '001-todo'
/**
 * The tolerance for a timer, ms: it is behind by the time that reading it takes, the time of an answer is exact to a
 * second, and a busy machine is slow.
 */
const SLACK = 4_000
const toNobody = {
  broadcast: () => undefined,
  audience: () => 0,
  failed: (_: unknown, error: unknown) => {
    throw error
  },
}

/** A backend with its clock ahead by `ahead` and a first batch that does not end, and a dashboard that is connected to it. */
async function apart(ahead: number) {
  const project = await projectWith([{ id: 'a' }])
  const script = () => ({ ms: 10, lines: [] })
  const backend = await startReferenceBackend({ project, generation: 'B', script })
  backend.setClock(ahead)
  backend.hold('a')
  const publisher = new MemoryPublisher(toNobody)
  const log = pino({ level: 'silent' })
  const hub = new Hub({ backendUrl: new URL(backend.url), engine: null, publisher, log })
  cleanUp.push(
    () => rm(project, { recursive: true }),
    () => backend.close(),
    async () => {
      await hub.close()
      publisher.stop()
    },
  )
  await vi.waitFor(() => expect(hub.links().backend).toBe('live'), { timeout: 10_000 })
  const startThere = async () => {
    const http = new BackendHttp(new URL(backend.url))
    await http.start({ spec: SPEC, runId: 'there', dryRun: false, model: undefined, resumeRunId: undefined })
  }
  const atWork = (runId: string) =>
    vi.waitFor(
      async () => {
        const shown = await hub.snapshot(runId)
        expect(shown).toMatchObject({ status: 'running', batches: [{ status: 'running' }] })
        return shown!
      },
      { timeout: 10_000, interval: 20 },
    )
  return { hub, startThere, atWork }
}

/** The timers of the run and of its batches. The history does not always contain when a batch began. */
const timersOf = (shown: Snapshot) =>
  [shown, ...shown.batches]
    .filter(({ startedAt }) => startedAt !== null)
    .map(timer => ({ ...timer, clockOffset: shown.clockOffset }))

/** @param began when the run and its batch began, our clock, ms */
function expectRight(shown: Snapshot, began: number): void {
  const now = Date.parse(shown.now)
  expect(timersOf(shown)).not.toEqual([])
  for (const timer of timersOf(shown)) expect(Math.abs(elapsed(timer, now) - (now - began))).toBeLessThanOrEqual(SLACK)
}

const isMarked = (shown: Snapshot) => timersOf(shown).every(({ durationUncertain }) => durationUncertain === true)

describe.concurrent.each([3_600_000, -3_600_000, 86_400_000, -8_000])(
  'a backend whose clock is %i ms ahead of the dashboard’s',
  ahead => {
    it(
      '[RUN-7.1] times a run that was started here rightly from its first message on',
      { timeout: 30_000 },
      async () => {
        const { hub, atWork } = await apart(ahead)
        const began = Date.now()
        const { runId } = await hub.start({ spec: SPEC })
        const shown = await atWork(runId)
        expectRight(shown, began)
        // A busy backend may have taken longer to begin.
        if (Date.now() - began <= 1_500) expect(shown.durationUncertain).toBeUndefined()
      },
    )

    it(
      '[RUN-7.2] [RUN-7.10] marks the time of a run that is joined late, and it is about right',
      { timeout: 30_000 },
      async () => {
        const { hub, startThere, atWork } = await apart(ahead)
        const began = Date.now()
        await startThere()
        await hub.follow('there')
        const shown = await atWork('there')
        expectRight(shown, began)
        expect(isMarked(shown)).toBe(true)
      },
    )

    it('[RUN-7.2] so also that of a run which only the history tells of', { timeout: 30_000 }, async () => {
      const { hub, startThere, atWork } = await apart(ahead)
      const began = Date.now()
      await startThere()
      const [found] = await vi.waitFor(
        async () => {
          const runs = await hub.runs()
          expect(runs).toHaveLength(1)
          return runs
        },
        { timeout: 15_000 },
      )
      const shown = await atWork(found!.runId)
      expect(shown.basis).toBe('history')
      expectRight(shown, began)
      expect(isMarked(shown)).toBe(true)
    })
  },
)
