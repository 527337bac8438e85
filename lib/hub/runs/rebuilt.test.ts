import { appendFileSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { Replay } from '../../backend/replay'
import { T0 } from '../../testing/backend/stories'
import { fold } from '../../run/fold'
import { emptyRun } from '../../run/run'
import { derive } from '../../run/view'
import { Rebuilt } from './rebuilt'
import { entry, header, readLine, type Header } from '../recording/entries'
import { playRecording } from '../recording/reader'
import { RunState } from './run-state'
import {
  deliver,
  Folders,
  hostWith,
  Listening,
  pathOf,
  replayOf,
  someFrames,
  stories,
  texts,
  unrecorded,
} from '../../testing/hub/recorded-run'

const RUNS = Number(process.env['PROPERTY_RUNS'] ?? 60)

const folders = new Folders()
afterEach(() => folders.end())
const recorded = () => folders.recorded()

const agentLogs = { restore: () => undefined, restoreMovedAway: () => undefined }

/** The run as rebuilt from the file, and followed further without being recorded. */
async function rebuiltFrom(path: string) {
  const host = hostWith(() => undefined)
  const reopen = ({ runId, spec, since }: Header) => new RunState(runId, host, spec, since)
  const rebuilt = new Rebuilt({ agentLogs, reopen })
  const reading = await playRecording(path, rebuilt)
  if (!rebuilt.state) throw new Error('no header')
  const run = new Listening(rebuilt.state, rebuilt.replay ?? new Replay())
  return { rebuilt, reading, run }
}

/** The state that an independent reading of the whole lines gives. */
function foldLines(text: string) {
  const run = emptyRun()
  const log: string[] = []
  const whole = text.split('\n').slice(0, -1)
  for (const line of whole) {
    const part = readLine(entry, line)
    if (part?.kind === 'note') log.push(part.text)
    if (part?.kind !== 'observed') continue
    fold(run, part.observation)
    if (part.fresh && part.observation.kind === 'message') log.push(part.observation.text)
  }
  return { view: derive(run, Date.now()).view, log, whole }
}

describe('a run that is rebuilt from its recording', { timeout: 300_000 }, () => {
  it('[REC-3.1] [REC-3.3] [REC-7.5] [REC-7.7] shows what pages saw last, whenever the process was killed, and ends as if it never was', async () => {
    await fc.assert(
      fc.asyncProperty(stories, someFrames, fc.nat(1_000), async (story, cuts, at) => {
        const to = Math.round((at * story.frames.length) / 1_000)
        const { recorder, run } = recorded()
        deliver(run, story, cuts, to)
        // As after a kill: the entries that wait in memory are lost.
        const { run: again, rebuilt, reading } = await rebuiltFrom(pathOf(recorder))
        expect(reading).toMatchObject({ played: true, unread: 0 })
        expect(again.shown).toEqual(run.shown)
        expect(run.state.log.tail(Infinity).slice(0, again.state.log.size)).toEqual(again.log)

        const never = unrecorded()
        deliver(never, story, cuts, to)
        // Read when the other run is read: if a silence is found to be the end then, it stands [RUN-4.1].
        expect(never.shown).toEqual(run.shown)
        never.close()
        again.now = never.now
        again.observe(rebuilt.lost)
        for (const one of [never, again]) {
          one.connect([...texts(replayOf(story, to)), ...texts(story.frames.slice(to))])
          one.connect(texts(replayOf(story)))
        }
        expect(again.shown).toEqual(never.shown)
        expect(again.log).toEqual(never.log)
        recorder.close()
      }),
      { numRuns: RUNS },
    )
  })

  it('[REC-4.1] [REC-4.2] is what its whole lines say, wherever the file was torn', async () => {
    await fc.assert(
      fc.asyncProperty(stories, someFrames, fc.double({ min: 0, max: 1, noNaN: true }), async (story, cuts, share) => {
        const { recorder, run } = recorded()
        deliver(run, story, cuts, story.frames.length)
        recorder.close()
        const path = pathOf(recorder)
        const begun = readFileSync(path).indexOf('\n') + 1
        const size = begun + Math.round(share * (readFileSync(path).length - begun))
        truncateSync(path, size)
        const text = readFileSync(path).toString('utf8')
        const { run: again, reading } = await rebuiltFrom(path)
        const expected = foldLines(text)
        again.state.update()
        expect(again.state.current.view).toEqual(expected.view)
        expect(again.state.log.tail(Infinity).map(line => line.text)).toEqual(expected.log)
        expect(reading).toEqual({
          played: true,
          unread: text.endsWith('\n') ? 0 : 1,
          end: Buffer.byteLength(expected.whole.map(line => `${line}\n`).join('')),
        })
      }),
      { numRuns: RUNS },
    )
  })

  it('[REC-4] [REC-4.2] leaves garbage out, and says how much of it there was', async () => {
    const garbage = fc.oneof(fc.string(), fc.constantFrom('{}', 'null', '{"kind":"observed"}', '[', '__proto__', ''))
    await fc.assert(
      fc.asyncProperty(stories, garbage, fc.nat(), async (story, words, at) => {
        const { recorder, run } = recorded()
        deliver(run, story, [], story.frames.length)
        recorder.close()
        const path = pathOf(recorder)
        const lines = readFileSync(path, 'utf8').split('\n')
        const bad = words.replaceAll('\n', ' ')
        writeFileSync(path, lines.toSpliced(1 + (at % (lines.length - 1)), 0, bad).join('\n'))
        const { run: again, reading } = await rebuiltFrom(path)
        expect(reading.unread).toBe(1)
        expect(again.shown).toEqual(run.shown)
        expect(again.log).toEqual(run.log)
      }),
      { numRuns: RUNS },
    )
  })

  it('[REC-2] [REC-2.1] what is only said again is not recorded again', async () => {
    await fc.assert(
      fc.asyncProperty(stories, async story => {
        const { recorder, run } = recorded()
        deliver(run, story, [], story.frames.length)
        run.close()
        const { plan: batches } = story
        const read = () => run.observe({ kind: 'plan', at: run.now, spec: '001-todo', batches, shared: false })
        const replay = texts(replayOf(story))
        run.connect(replay)
        read()
        const before = readFileSync(pathOf(recorder), 'utf8').length
        for (let n = 0; n < 5; n += 1) {
          run.connect(replay)
          read()
        }
        recorder.close()
        const kinds = readFileSync(pathOf(recorder), 'utf8')
          .slice(before)
          .split('\n')
          .flatMap(line => readLine(entry, line) ?? [])
          .map(part => (part.kind === 'observed' ? part.observation.kind : part.kind))
        // A new connection is recorded. A repeated abort is printed, but not more often than it is received.
        const news = kinds.filter(kind => kind !== 'message')
        const aborts = replay.filter(text => text.includes('Execution aborted by user.')).length
        expect(new Set(news)).toEqual(new Set(['opened', 'replayed', 'closed']))
        expect(kinds.length - news.length).toBeLessThanOrEqual(aborts * 5)
      }),
      { numRuns: RUNS },
    )
  })

  it('[REC-1] [REC-1.1] [REC-1.2] [REC-1.3] [REC-1.4] has a header, keeps the dashboard’s own notes, and has no id in the file’s name', async () => {
    const { recorder, run } = recorded()
    run.open()
    run.state.note('A word of our own.')
    recorder.close()
    const path = pathOf(recorder)
    expect(path).toMatch(/\/recordings\/[0-9a-f]{64}\.jsonl$/)
    const { run: again } = await rebuiltFrom(path)
    expect(again.log).toEqual(run.log)
    expect(again.state.since).toBe(T0)
    expect(readLine(header, readFileSync(path, 'utf8').split('\n')[0] ?? '')).toMatchObject({ runId: 'r1' })
  })

  it('[REC-1.7] of another version is not played', async () => {
    const path = join(folders.make(), 'other.jsonl')
    appendFileSync(path, '{"groundtruth":2,"backend":"x","runId":"r1","spec":null,"since":1}\n{"kind":"archived"}\n')
    const rebuilt = new Rebuilt({ agentLogs, reopen: () => unrecorded().state })
    expect(await playRecording(path, rebuilt)).toMatchObject({ played: false })
    expect(rebuilt.state).toBeNull()
  })
})
