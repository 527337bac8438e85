import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import type { Links } from '../../run/links'
import type { RunFields } from '../../run/model'
import { agent } from '../../testing/run/told-run'
import { toSnapshot } from '../../sync/from-document'
import { ImportedRun } from './imported-run'
import { LogBudget } from '../logs/log-budget'
import { lineOf, type Entry } from '../recording/entries'
import { playRecording } from '../recording/reader'
import { deliver, Folders, replayOf, someFrames, stories, texts } from '../../testing/hub/recorded-run'

const RUNS = Number(process.env['PROPERTY_RUNS'] ?? 60)
const folders = new Folders()
afterEach(() => folders.end())

const stamp = { epoch: 'e', version: 1, now: '2026-01-01T00:00:00.000Z' }
const ID = 'a'.repeat(32)

/** The document that an import shows of the recording that a run exports now. */
async function imported(recording: string, budget = new LogBudget()) {
  const folder = folders.make()
  const path = join(folder, 'exported.jsonl')
  writeFileSync(path, recording)
  const run = new ImportedRun(budget)
  const { played, unread } = await playRecording(path, run)
  expect(played).toBe(true)
  return { run, shown: toSnapshot(run.document(ID, unread), stamp) }
}

/** The fields that depend on the run, not on its sources. */
const ofRun = ({
  link: _l,
  linkSince: _s,
  dockerSince: _d,
  heardAt: _h,
  lastWord: _w,
  imported: _i,
  ...fields
}: RunFields) => fields

const links = fc.record({
  backend: fc.constantFrom('live' as const, 'stale' as const, 'down' as const),
  docker: fc.constantFrom('live' as const, 'down' as const, 'off' as const),
  imageMissing: fc.boolean(),
  isUndecided: fc.boolean(),
})

const at = Date.parse('2026-01-15T14:00:00Z')
const containersOf = (story: { plan: readonly { id: string }[] }, how: readonly number[]) =>
  story.plan.flatMap(({ id }, n) => {
    const exitCode = [null, 0, 3][(how[n] ?? 3) % 4]
    const state = exitCode === null ? ('running' as const) : ('exited' as const)
    return exitCode === undefined ? [] : [{ id, container: agent(`${n}`.padStart(64, 'c'), { exitCode, state }) }]
  })

describe('an exported recording', { timeout: 300_000 }, () => {
  it('[IMP-1.1] [IMP-1.2] [IMP-1.3] imports as the run was at that moment: numbers, verdicts, findings, log', async () => {
    await fc.assert(
      fc.asyncProperty(
        ...[stories, someFrames, fc.nat(1_000), links, fc.array(fc.nat(3), { minLength: 5, maxLength: 5 })],
        async (story, cuts, share, way, how) => {
          const now: Links = {
            backend: { link: way.backend, since: at },
            docker: { link: way.docker, since: at, lists: [Date.now(), at], imageMissing: way.imageMissing },
            undecided: way.isUndecided ? story.plan.map(({ id }) => ({ batchId: id, container: agent('u') })) : [],
          }
          const { run, recordings } = folders.recorded(() => now)
          deliver(run, story, cuts, Math.round((share * story.frames.length) / 1_000))
          for (const { id, container } of containersOf(story, how)) {
            run.observe({ kind: 'container', at: run.now, batch: { id, by: 'tree' }, container })
          }
          run.state.note('A word of our own.')
          const last: Entry = { kind: 'exported', at: Date.now(), links: now }
          const file = await recordings.exported(run.state, last)
          const again = await imported(await text(file ?? Readable.from([])))
          run.state.update()
          const { fields, batches } = run.state.view()
          const { batches: againBatches, epoch: _e, version: _v, now: _n, ...againFields } = again.shown
          expect(ofRun(againFields)).toEqual(ofRun(fields))
          expect(againBatches).toEqual(batches)
          expect(again.run.log.tail(Infinity)).toEqual(run.log)
          expect(againFields.imported).toEqual({ id: ID, until: new Date(last.at).toISOString(), unread: 0 })
        },
      ),
      { numRuns: RUNS },
    )
  })

  it('[IMP-1.5] does not disturb the run, which goes on and is recorded as before', async () => {
    const [story] = fc.sample(stories, { numRuns: 1, seed: 1 })
    if (!story) throw new Error('no story')
    const { run, recordings } = folders.recorded()
    const half = Math.floor(story.frames.length / 2)
    deliver(run, story, [], half)
    const last: Entry = {
      kind: 'exported',
      at: 1,
      links: { backend: { link: 'live', since: 0 }, docker: off, undecided: [] },
    }
    const exported = () =>
      Promise.resolve(recordings.exported(run.state, last)).then(file => text(file ?? Readable.from([])))
    const first = await exported()
    run.close()
    run.connect([...texts(replayOf(story, half)), ...texts(story.frames.slice(half))])
    const second = await exported()
    expect(second.startsWith(first.slice(0, -lineOf(last).length))).toBe(true)
    const { shown } = await imported(second)
    run.state.update()
    const { fields } = run.state.view()
    expect([shown.status, shown.counts]).toEqual([fields.status, fields.counts])
  })
})

const off = { link: 'off' as const, since: 0, lists: [], imageMissing: false }
const header = '{"groundtruth":1,"backend":"http://127.0.0.1:3000","runId":"r1","spec":"001-todo","since":1000}\n'
const observed = (observation: object) => `${JSON.stringify({ kind: 'observed', fresh: true, observation })}\n`

describe('the link of an import to a backend', () => {
  it('[RUN-9.4] is off: no backend is followed', async () => {
    const { shown } = await imported(header)
    expect(shown.link.backend).toBe('off')
  })
})

describe('a recording of anybody’s', () => {
  it('[IMP-2.6] says never that anything is live, also where it says so itself', async () => {
    const live = { link: 'live', since: 0 }
    const docker = { ...live, lists: [], imageMissing: false }
    const end = { kind: 'exported', at: 2_000, links: { backend: live, docker, undecided: [] } }
    const { shown } = await imported(`${header}${JSON.stringify(end)}\n`)
    expect(shown.link).toEqual({ backend: 'off', docker: 'stale' })
    expect(shown.linkSince).toBe('1970-01-01T00:00:02.000Z')
  })

  it('[IMP-2.9] [IMP-2.10] that nobody exported ends with its last word, and has no verdicts', async () => {
    const plan = [{ id: 'a', name: null, dependsOn: [], completed: false, running: false, branch: null }]
    const container = { kind: 'container', at: 5_000, batch: { id: 'a', by: 'tree' }, container: agent('c') }
    const { shown } = await imported(
      header +
        observed({ kind: 'plan', at: 4_000, spec: '001-todo', batches: plan, shared: false }) +
        observed(container),
    )
    expect(shown.imported?.until).toBe('1970-01-01T00:00:05.000Z')
    expect(shown.batches).toMatchObject([{ id: 'a', verdict: 'unknown', container: { state: 'running' } }])
    expect(shown.link.docker).toBe('stale')
  })

  it('[IMP-2.11] [SAFE-4] loses its secrets here, whoever forgot to mask them', async () => {
    const key = `sk-ant-${'a1B2'.repeat(8)}`
    const message = {
      ...{ kind: 'message', connection: 1, index: 0, id: 'x', at: 2_000, time: { ms: 2_000, ns: 0 }, live: true },
      ...{ says: { kind: 'line' }, stream: 'stdout', text: `key ${key}` },
    }
    const { run, shown } = await imported(
      [
        header + observed(message),
        `${JSON.stringify({ kind: 'output', container: 'c', batch: 'b', at: null, stream: 'stdout', text: key })}\n`,
        `${JSON.stringify({ kind: 'note', at: 3_000, text: `a note with ${key}` })}\n`,
        observed({
          ...message,
          index: 1,
          id: 'y',
          says: { kind: 'execution-failed', error: `failed: ${key}` },
          text: '',
        }),
      ].join(''),
    )
    const logs = [run.log, ...run.batchLogs.values()].flatMap(log => [...log.tail(Infinity)])
    expect(logs).toHaveLength(4)
    expect(JSON.stringify([shown, logs])).not.toContain(key)
    expect(shown.error).toBe('failed: sk-ant-•••')
  })

  it('[IMP-4.6] [SAFE-5] with more containers than are kept of a run says how many lines are left out', async () => {
    const line = (n: number) => ({
      kind: 'output',
      container: `c${n}`,
      batch: 'b',
      at: null,
      stream: 'stdout',
      text: 'hi',
    })
    const lines = Array.from({ length: 10_003 }, (_, n) => `${JSON.stringify(line(n))}\n`)
    const { shown, run } = await imported(header + lines.join('') + lines.slice(0, 1).join(''))
    expect(shown.imported?.unread).toBe(3)
    expect(run.batchLogs.get('b')?.size).toBe(10_001)
  })

  it('[IMP-2.12] [IMP-4.6] [SAFE-4] with lines that no dashboard records leaves them out, holds nothing of them, and says how many', async () => {
    const output = { kind: 'output', container: 'c', batch: 'b', at: null, stream: 'stdout', text: 'hi' }
    const odd = [
      { at: '\u001b[2J' },
      { container: 'x'.repeat(2_000) },
      { batch: 'x'.repeat(2_000) },
      { text: 'x'.repeat(70_000) },
    ]
    const batches = Array.from({ length: 2_002 }, (_, n) => ({ batch: `b${n}` }))
    const lines = [...odd, ...batches].map(each => `${JSON.stringify({ ...output, ...each })}\n`)
    const budget = new LogBudget()
    const { shown, run } = await imported(header.replace('http://', 'http://user:hunter2@') + lines.join(''), budget)
    expect([shown.imported?.unread, run.batchLogs.size]).toEqual([odd.length + 2, 2_000])
    expect(shown.backend).toBe('http://127.0.0.1:3000')
    run.close()
    expect(budget.bytes).toBe(0)
  })

  it('[SAFE-4] has ids of all kinds, also those of prototypes', async () => {
    const plan = ['__proto__', 'constructor'].map(id => ({
      ...{ id, name: id, dependsOn: ['__proto__'], completed: true, running: false, branch: null },
    }))
    const { shown, run } = await imported(
      header.replace('"r1"', '"__proto__"') +
        observed({ kind: 'plan', at: 4_000, spec: '__proto__', batches: plan, shared: false }) +
        `${JSON.stringify({ kind: 'output', container: '__proto__', batch: '__proto__', at: null, stream: 'stdout', text: 'hi' })}\n`,
    )
    expect(shown.runId).toBe('__proto__')
    expect(shown.batches.map(({ id }) => id)).toEqual(['__proto__', 'constructor'])
    expect(run.batchLogs.get('__proto__')?.tail(1)).toMatchObject([{ text: 'hi' }])
  })
})
