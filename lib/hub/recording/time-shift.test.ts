import fc from 'fast-check'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { lineOf, type Entry, type Header } from './entries'
import { playRecording } from './reader'

const T0 = Date.parse('2026-01-15T14:00:00Z')
const HOUR = 3_600_000

let folder: string
beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'groundtruth-'))))
afterEach(() => rm(folder, { recursive: true }))

async function played(entries: readonly Entry[]) {
  const header: Header = { groundtruth: 1, backend: 'http://b', runId: 'r1', spec: null, since: T0 }
  const path = join(folder, 'run.jsonl')
  await writeFile(path, [header, ...entries].map(lineOf).join(''))
  const seen: { header: Header | null; entries: Entry[] } = { header: null, entries: [] }
  const reading = await playRecording(path, {
    begin: begun => {
      seen.header = begun
      return true
    },
    play: entry => void seen.entries.push(entry),
  })
  return { ...seen, ...reading }
}

const note = (at: number): Entry => ({ kind: 'note', at, text: '"our-clock" {"kind":"our-clock"}' })
const set = (at: number, by: number, ahead: number): Entry => ({
  ...{ kind: 'observed', fresh: false },
  observation: { kind: 'our-clock', at, by, ahead },
})

describe('a recording that was written by a clock which another process does not have', () => {
  it('[RUN-16.30] is read by the clock of the next process, whatever each one before it went through', async () => {
    const step = fc.integer({ min: -5 * HOUR, max: 5 * HOUR }).filter(ms => ms !== 0)
    const processes = fc.array(fc.array(step, { maxLength: 3 }), { minLength: 1, maxLength: 4 })
    await fc.assert(
      fc.asyncProperty(processes, async all => {
        const entries: Entry[] = []
        // When each note was written, by a clock that is never set, and by the clock of its process.
        const truths: number[] = []
        let truth = T0
        let wall = T0
        for (const [n, steps] of all.entries()) {
          let ahead = 0
          const offset = wall - truth
          if (n > 0 && entries.some(({ kind }) => kind === 'observed'))
            entries.push({ kind: 'resumed', at: truth + offset })
          for (const by of [0, ...steps]) {
            ahead += by
            wall += by
            if (by !== 0) entries.push(set(truth + offset, by, ahead))
            truth += 60_000
            wall += 60_000
            entries.push(note(truth + offset))
            truths.push(truth)
          }
        }
        const { header, entries: seen } = await played(entries)
        const next = wall - truth
        expect(header?.since).toBe(T0 + next)
        const notes = seen.flatMap(entry => (entry.kind === 'note' ? [entry.at] : []))
        expect(notes).toEqual(truths.map(at => at + next))
      }),
      { numRuns: 60 },
    )
  })

  it('[RUN-16.14] says how the machine’s clock stood when each process began, and that the next one’s is another', async () => {
    const { entries, wasSet } = await played([note(T0 + 1), set(T0 + 2, HOUR, HOUR)])
    expect(wasSet).toBe(true)
    expect(entries[0]).toEqual(set(T0 + HOUR, 0, -HOUR))
    expect(entries.at(-1)).toEqual(set(T0 + HOUR + 2, HOUR, 0))
  })

  it('[RUN-16.30] moves what was seen by our clock, and no stamp of the backend’s or the Engine’s', async () => {
    const message: Entry = {
      ...{ kind: 'observed', fresh: true },
      observation: {
        ...{ kind: 'message', connection: 1, index: 0, id: 'x', at: T0 + 5, time: { ms: T0, ns: 1 }, live: false },
        ...{ says: { kind: 'line' }, stream: 'stdout', text: 'x' },
      },
    }
    const accepted: Entry = {
      ...{ kind: 'observed', fresh: false },
      observation: { kind: 'accepted', at: T0 + 4, sent: T0 + 3, spec: 's', dryRun: false },
    }
    const hole: Entry = { kind: 'hole', from: T0 + 6, to: null }
    const dated: Entry = {
      ...{ kind: 'observed', fresh: false },
      observation: { kind: 'dated', at: T0 + 7, offset: 90_000 },
    }
    const { entries } = await played([accepted, message, hole, dated, set(T0 + 9, -HOUR, -HOUR)])
    expect(entries[1]).toMatchObject({ observation: { at: T0 + 4 - HOUR, sent: T0 + 3 - HOUR } })
    expect(entries[2]).toMatchObject({ observation: { at: T0 + 5 - HOUR, time: { ms: T0, ns: 1 } } })
    expect(entries[3]).toEqual({ kind: 'hole', from: T0 + 6 - HOUR, to: null })
    // The offset changes because our clock was moved, not the backend's.
    expect(entries[4]).toMatchObject({ observation: { at: T0 + 7 - HOUR, offset: 90_000 - HOUR } })
  })

  it('[RUN-16.30] leaves one alone whose clock was never set, whatever its texts say', async () => {
    const all = [note(T0 + 1), note(T0 + 2)]
    const { entries, wasSet } = await played(all)
    expect(entries).toEqual(all)
    expect(wasSet).toBeUndefined()
  })
})
