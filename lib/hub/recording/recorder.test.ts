import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, unlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Message } from '../../run/observation'
import { DataDirBusy } from './data-dir-lock'
import { Recorder, recorderFinding } from './recorder'
import { entry, readLine, type Entry, type Header } from './entries'
import type { Recording } from './recording'

const silent = pino({ level: 'silent' })
const T0 = Date.parse('2026-01-15T14:00:00Z')
const headerOf = (runId: string): Header => ({ groundtruth: 1, backend: 'http://b', runId, spec: null, since: T0 })

let folder: string
const recorders: Recorder[] = []
beforeEach(() => {
  vi.useFakeTimers({ now: T0 })
  folder = join(mkdtempSync(join(tmpdir(), 'groundtruth-')), 'data')
})
afterEach(() => {
  for (const recorder of recorders.splice(0)) recorder.close()
  vi.useRealTimers()
  rmSync(dirname(folder), { recursive: true })
})

function recorder(...bounds: [lines: number, all: number, total: number] | []) {
  const [lines, all, total] = bounds
  const made = new Recorder(
    folder,
    silent,
    lines === undefined || all === undefined ? undefined : { lines, all },
    total,
  )
  recorders.push(made)
  const told: string[] = []
  const changed = vi.fn()
  const live: Recording[] = []
  made.listen({
    // As a run's log does.
    tell: (_, text) => {
      told.push(text)
      for (const recording of live) recording.append({ kind: 'note', at: T0, text }, false)
    },
    changed,
  })
  return { made, told, changed, live }
}

/** A line of an agent, or a message of the orchestrator. */
const message = (index: number, kind: 'line' | 'success', text = 'x'.repeat(100)): Entry => {
  const observation: Message = {
    ...{ kind: 'message', connection: 1, index, id: `m${index}`, at: T0, time: { ms: T0, ns: 0 }, live: false },
    ...{ says: { kind }, stream: 'stdout', text },
  }
  return { kind: 'observed', fresh: true, observation }
}

/** The kinds of a recording's lines. */
const kinds = (path: string) =>
  readFileSync(path, 'utf8')
    .split('\n')
    .slice(1, -1)
    .map(line => readLine(entry, line))
    .map(part =>
      part?.kind === 'observed' && part.observation.kind === 'message' ? part.observation.says.kind : part?.kind,
    )

describe('a recording', () => {
  it('[REC-3.3] [REC-3.4] has what is urgent at once, after all that came before it, and the rest within 100 ms', () => {
    const { made } = recorder()
    const recording = made.begin(headerOf('r1'))
    recording.append(message(1, 'line'), false)
    expect(made.files()).toEqual([])
    recording.append(message(2, 'success'), true)
    recording.append(message(3, 'line'), false)
    expect(kinds(recording.path)).toEqual(['line', 'success'])
    vi.advanceTimersByTime(100)
    expect(kinds(recording.path)).toEqual(['line', 'success', 'line'])
  })

  it('[REC-1.4] [REC-1.5] is its owner’s alone to read', () => {
    const { made } = recorder()
    const recording = made.begin(headerOf('../../etc/passwd'))
    recording.append(message(1, 'success'), true)
    expect(statSync(recording.path).mode & 0o777).toBe(0o600)
    expect(statSync(dirname(recording.path)).mode & 0o777).toBe(0o700)
    expect(dirname(recording.path)).toBe(join(folder, 'recordings'))
  })

  it('[REC-5.1] [REC-5.2] gives up lines first, and says so; state goes on to a bound of its own, and says so too', () => {
    const { made, told } = recorder(2_000, 4_000, 1_000_000)
    const recording = made.begin(headerOf('r1'))
    for (let n = 1; n <= 30; n += 1) recording.append(message(n, 'line'), false)
    expect(told).toHaveLength(1)
    expect(told[0]).toContain('full')
    for (let n = 31; n <= 60; n += 1) recording.append(message(n, 'success'), true)
    const held = kinds(recording.path)
    expect(held.at(-1)).toBe('hole')
    expect(held.filter(kind => kind === 'line').length).toBeGreaterThan(3)
    expect(held.filter(kind => kind === 'success').length).toBeGreaterThan(3)
    expect(recording.bytes).toBeLessThan(5_000)
    expect(statSync(recording.path).size).toBe(recording.bytes)
  })

  it('[REC-5.4] [REC-5.6] that is not kept is removed, and all together have a bound', () => {
    const { made } = recorder(2_000, 4_000, 500)
    const recordings = ['r1', 'r2'].map(id => made.begin(headerOf(id)))
    for (const recording of recordings) recording.append(message(1, 'success'), true)
    expect(made.isOverfull).toBe(true)
    for (const recording of recordings) made.remove(recording)
    expect(made.isOverfull).toBe(false)
    expect(made.files()).toEqual([])
  })

  it('[REC-1.8] never takes the place of one that can’t be read', () => {
    const { made } = recorder()
    const { path } = made.begin(headerOf('r1'))
    writeFileSync(path, '{"groundtruth":2}\n')
    const recording = made.begin(headerOf('r1'))
    recording.append(message(1, 'success'), true)
    expect(kinds(path)).toEqual(['success'])
    const [aside] = readdirSync(dirname(path)).filter(name => name.includes('unread'))
    expect(readFileSync(join(dirname(path), aside ?? ''), 'utf8')).toBe('{"groundtruth":2}\n')
  })
})

describe('[REC-6] a folder that can’t be written', () => {
  it('[REC-6.2] [REC-6.5] [REC-6.6] is said at once, tried again every 10 s, and nothing is lost that fits into memory', () => {
    // A file instead of the folder: not even root can write into it.
    mkdirSync(dirname(folder), { recursive: true })
    writeFileSync(folder, '')
    const { made, changed } = recorder()
    expect(made.state).toMatchObject({ state: 'failing', since: T0 })
    const [finding] = recorderFinding(made.state)
    expect(finding?.text).toMatch(/^Recordings can’t be written: .* since 2026-01-15T14:00:00.000Z\. .*every 10 s\.$/)
    const recording = made.begin(headerOf('r1'))
    recording.append(message(1, 'line'), false)
    recording.append(message(2, 'success'), true)
    vi.advanceTimersByTime(10_000)
    expect(made.state.state).toBe('failing')
    unlinkSync(folder)
    vi.advanceTimersByTime(10_000)
    expect(made.state).toEqual({ state: 'on' })
    expect(recorderFinding(made.state)).toEqual([])
    expect(changed).toHaveBeenCalled()
    expect(kinds(recording.path)).toEqual(['line', 'success'])
  })

  it('[REC-5.7] [REC-6.7] [REC-6.8] costs lines first, then all that waits, and the recording says so', () => {
    const { made, told, live } = recorder()
    const recording = made.begin(headerOf('r1'))
    live.push(recording)
    recording.append(message(1, 'success'), true)
    const aside = `${recording.path}.aside`
    spoil(recording.path, aside)
    const long = 'x'.repeat(60_000)
    for (let n = 2; n < 40; n += 1) recording.append(message(n, 'line', long), false)
    recording.append(message(40, 'success'), true)
    expect(made.state.state).toBe('failing')
    mend(recording.path, aside)
    vi.advanceTimersByTime(10_000)
    expect(made.state.state).toBe('on')
    const held = kinds(recording.path)
    expect(held.filter(kind => kind === 'success')).toHaveLength(2)
    expect(held.length).toBeLessThan(40)
    expect(told).toHaveLength(1)
    expect(held.at(-1)).toBe('note')

    spoil(recording.path, aside)
    for (let n = 41; n < 80; n += 1) recording.append(message(n, 'success', long), true)
    mend(recording.path, aside)
    vi.advanceTimersByTime(10_000)
    expect(kinds(recording.path)).toContain('hole')
    expect(made.state.state).toBe('on')
  })

  it('[REC-6.10] a file that somebody removed is begun again, and says what it lacks', () => {
    const { made } = recorder()
    const recording = made.begin(headerOf('r1'))
    recording.append(message(1, 'success'), true)
    rmSync(folder, { recursive: true })
    recording.append(message(2, 'success'), true)
    expect(made.state.state).toBe('failing')
    vi.advanceTimersByTime(10_000)
    expect(made.state.state).toBe('on')
    expect(kinds(recording.path)).toEqual(['hole', 'success'])
  })
})

/** Replaces the file with a folder. */
function spoil(path: string, aside: string): void {
  writeFileSync(aside, readFileSync(path))
  unlinkSync(path)
  mkdirSync(path)
}

function mend(path: string, aside: string): void {
  rmSync(path, { recursive: true })
  writeFileSync(path, readFileSync(aside))
}

describe('[REC-8] two dashboards on one folder', () => {
  it('[REC-8.1] [REC-8.2] the second one does not begin, and says why; once the first has ended it may', () => {
    const { made } = recorder()
    expect(() => recorder()).toThrow(DataDirBusy)
    expect(() => recorder()).toThrow(`${folder} is in use by another Groundtruth (process ${process.pid})`)
    made.close()
    expect(recorder().made.state.state).toBe('on')
  })

  it('[REC-8.3] the lock of a process that has ended is ignored', async () => {
    vi.useRealTimers()
    mkdirSync(folder, { recursive: true })
    const dead = spawn(process.execPath, ['-e', ''])
    await once(dead, 'exit')
    writeFileSync(join(folder, 'lock'), JSON.stringify({ pid: dead.pid, began: '1' }))
    expect(recorder().made.state.state).toBe('on')
  })

  it('[REC-8.3] so is a lock whose number another process has now, and a torn one', () => {
    mkdirSync(folder, { recursive: true })
    for (const lock of [JSON.stringify({ pid: process.pid, began: 'long ago' }), '', '{"pid":']) {
      writeFileSync(join(folder, 'lock'), lock)
      const { made } = recorder()
      expect(made.state.state).toBe('on')
      made.close()
      expect(readdirSync(folder)).toEqual(['recordings'])
    }
  })
})
