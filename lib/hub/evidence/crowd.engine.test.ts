import { afterEach, describe, expect, it } from 'vitest'
import { BackendError } from '../../backend/http'
import { whyNoDocker } from '../../reference-backend/docker'
import { often } from '../../testing/support/often'
import {
  startEngineHub,
  closeEngineHubs,
  ownContainers,
  sameAsDocker,
  texts,
  until,
  verdictsSeen,
} from '../../testing/hub/engine-hub'
import { HubError } from '../api/hub-api'

const whyNot = await whyNoDocker()
const named = (name: string) => (whyNot === null ? name : `${name} (skipped: ${whyNot})`)

afterEach(closeEngineHubs)

/** The number of containers at once. 200 of them take two cores for a minute. */
const CROWD = often(24, 200)

// To look at again and again: a failure that prints whole batches takes the time that the containers need.
const idOf = ({ id }: { id: string }) => id

/** A backend that begins this many batches at once may answer its start late. The run is followed all the same. */
function ignoreTimeout(error: unknown): void {
  const isTimeout = error instanceof HubError && error.cause instanceof BackendError && error.cause.kind === 'timeout'
  if (!isTimeout) throw error
}

describe.skipIf(whyNot !== null)(named('a crowd'), () => {
  it(
    `[DOCK-1] [DOCK-8.20] of ${String(CROWD)} containers is shown at once, and every line of them`,
    { timeout: 300_000 },
    async () => {
      const setup = await startEngineHub({
        plan: id => Array.from({ length: CROWD }, (_, n) => ({ id: id(`m${String(n)}`) })),
        labels: true,
        script: () => ({
          ms: 2_000,
          lines: Array.from({ length: 5 }, (_, n) => ({ stream: 'stdout' as const, text: `line ${String(n)}` })),
        }),
      })
      const { backend, hub, id } = setup
      for (let n = 0; n < CROWD; n += 1) backend.hold(id(`m${String(n)}`))
      const began = Date.now()
      const runId = id('crowd')
      await hub.start({ spec: '001-todo', runId }).catch(ignoreTimeout)
      const most = 200_000
      await until(setup, runId, ({ counts }) => expect(counts.running).toBe(CROWD), most)
      await until(
        setup,
        runId,
        ({ batches }) =>
          expect(batches.filter(({ container }) => container?.state !== 'running').map(idOf)).toEqual([]),
        most,
      )
      const allAtWork = Date.now()
      expect(await ownContainers(setup)).toHaveLength(CROWD)
      await sameAsDocker(setup)
      for (let n = 0; n < CROWD; n += 1) backend.release(id(`m${String(n)}`))
      const over = await until(
        setup,
        runId,
        ({ status, batches }) => {
          expect(status).toBe('completed')
          expect(batches.filter(({ verdict }) => verdict !== 'agrees').map(idOf)).toEqual([])
        },
        most,
      )
      const settled = Date.now()
      console.log(
        `${String(CROWD)} containers: all at work after ${String(allAtWork - began)} ms, all agree ${String(settled - allAtWork)} ms later`,
      )
      expect(over.batches.map(({ containers }) => containers.length)).toEqual(Array(CROWD).fill(1))
      const lines = Array.from({ length: 5 }, (_, n) => `line ${String(n)}`)
      // If a container was removed early, its log may say that lines are missing although none are.
      for (const { id } of over.batches) {
        expect((await texts(setup, runId, id)).filter(text => text.startsWith('line '))).toEqual(lines)
      }
      expect(verdictsSeen(setup).filter(seen => /late|orphan|conflict|local/.test(seen))).toEqual([])
    },
  )
})
