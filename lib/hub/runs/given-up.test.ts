import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Links } from '../../run/links'
import type { LinkState } from '../../run/model'
import type { Observation } from '../../run/observation'
import { agent } from '../../testing/run/told-run'
import { NOTHING_CHANGES } from '../../run/claims/discovered-run'
import { toSnapshot } from '../../sync/from-document'
import { ImportedRun } from '../imports/imported-run'
import { LogBudget } from '../logs/log-budget'
import { Rebuilt } from './rebuilt'
import { playRecording } from '../recording/reader'
import { RunState } from './run-state'
import { Folders, hostWith, pathOf } from '../../testing/hub/recorded-run'

const T0 = Date.parse('2026-01-15T14:00:00Z')
const MINUTE = 60_000

const folders = new Folders()
beforeEach(() => {
  vi.useFakeTimers({ now: T0, toFake: ['setTimeout', 'clearTimeout', 'Date'] })
})
afterEach(() => {
  vi.useRealTimers()
  folders.end()
})

const entry = (status = 'running'): Observation => ({
  ...{ kind: 'history', at: Date.now(), id: 'h', status: 'running', dryRun: false, startedAt: T0, endedAt: null },
  ...{
    error: null,
    batches: [{ id: 'b', name: 'B', status, startedAt: T0, endedAt: null, branch: null, error: null }],
  },
})
const linksOf = (docker: LinkState, undecided: Links['undecided'] = []): Links => ({
  backend: { link: 'live', since: T0 },
  docker: { link: docker, since: Date.now(), lists: [], imageMissing: false },
  undecided,
})

/** A run of the history alone that was given up after a minute, with its recording. */
function givenUp() {
  let links = linksOf('live')
  const { recorder, recordings, run } = folders.recorded(() => links)
  const { state } = run
  state.observe(entry())
  vi.setSystemTime(T0 + MINUTE)
  state.update()
  expect(state.view().fields.status).toBe('failed')
  const show = (to: Links) => {
    links = to
    state.update()
    return state.view().fields
  }
  return { state, recorder, recordings, show }
}

/** The run in the next process, which has not reached Docker yet. */
async function restarted(path: string): Promise<RunState> {
  const host = hostWith(
    () => undefined,
    () => linksOf('stale'),
  )
  const rebuilt = new Rebuilt({
    agentLogs: { restore: () => undefined, restoreMovedAway: () => undefined },
    reopen: ({ runId, spec, since }) => new RunState(runId, host, spec, since),
  })
  await playRecording(path, rebuilt)
  if (!rebuilt.state) throw new Error('no header')
  rebuilt.state.update()
  return rebuilt.state
}

async function imported(recording: string): Promise<string> {
  const path = join(folders.make(), 'exported.jsonl')
  writeFileSync(path, recording)
  const run = new ImportedRun(new LogBudget())
  const { unread } = await playRecording(path, run)
  return toSnapshot(run.document('a'.repeat(32), unread), { epoch: 'e', version: 1, now: '' }).status
}

describe('a run of the history alone that was given up', () => {
  it.each(['stale', 'down', 'off', 'live'] as const)('[RUN-13.1] stays so where Docker is %s, for good', docker => {
    const { state, show } = givenUp()
    const end = { status: 'failed', inferred: true, error: NOTHING_CHANGES, endedAt: new Date(T0).toISOString() }
    expect(show(linksOf(docker))).toMatchObject(end)
    vi.setSystemTime(T0 + 10 * MINUTE)
    state.observe(entry())
    expect(show(linksOf('live'))).toMatchObject(end)
  })

  it('[RUN-13.1] [RUN-13.15] [REC-3] [REC-7] stays so after a restart, until anything changes', async () => {
    const { recorder } = givenUp()
    const again = await restarted(pathOf(recorder))
    expect(again.isOver).toBe(true)
    vi.setSystemTime(T0 + 3 * MINUTE)
    again.observe(entry())
    again.update()
    expect(again.view().fields).toMatchObject({ status: 'failed', error: NOTHING_CHANGES })
    again.observe(entry('completed'))
    again.update()
    expect(again.view().fields).toMatchObject({ status: 'running', error: null })
  })

  it('[RUN-13.1] [IMP-1] stays so in an import, exported while Docker was away or taken out of a data folder', async () => {
    const { recorder, recordings, state, show } = givenUp()
    expect(await imported(readFileSync(pathOf(recorder), 'utf8'))).toBe('failed')
    show(linksOf('down'))
    const file = await recordings.exported(state, { kind: 'exported', at: Date.now(), links: linksOf('down') })
    expect(await imported(await text(file ?? Readable.from([])))).toBe('failed')
  })

  it('[RUN-13.2] goes on after a restart, too, where an agent that may be its own was at work', async () => {
    const { recorder, show } = givenUp()
    const container = agent('c', { tree: 'b-1a2b3c' })
    expect(show(linksOf('live', [{ batchId: 'b', container }]))).toMatchObject({ status: 'running' })
    expect(show(linksOf('down'))).toMatchObject({ status: 'running' })
    expect((await restarted(pathOf(recorder))).isOver).toBe(false)
    expect(await imported(readFileSync(pathOf(recorder), 'utf8'))).toBe('running')
  })

  it.each([
    ['stays so', 'ended before, and is only found now', 'failed', { finishedAt: T0 + MINUTE - 1 }],
    ['goes on', 'ended since, and is found later', 'running', { finishedAt: T0 + MINUTE + 1 }],
    ['goes on', 'was at work, and was seen to end', 'running', { finishedAt: T0 + MINUTE - 1, seenRunningAt: T0 }],
  ] as const)('[RUN-13.15] %s where a container of its own %s', (_, __, status, over) => {
    const { state } = givenUp()
    vi.setSystemTime(T0 + 3 * MINUTE)
    const facts = {
      exitCode: 0,
      startedAt: T0,
      seenRunningAt: null,
      seenEndedAt: Date.now(),
      tree: 'b-1a2b3c',
      ...over,
    }
    const container = agent('c', facts)
    state.observe({ kind: 'container', at: Date.now(), batch: { id: 'b', by: 'tree' }, container })
    state.update()
    expect(state.view().fields.status).toBe(status)
  })

  it('[RUN-13.1] is told nothing of twice', () => {
    const { recorder, show } = givenUp()
    const size = readFileSync(pathOf(recorder)).length
    for (const docker of ['down', 'live', 'stale', 'live'] as const) {
      vi.setSystemTime(Date.now() + MINUTE)
      show(linksOf(docker))
    }
    expect(readFileSync(pathOf(recorder)).length).toBe(size)
  })
})
