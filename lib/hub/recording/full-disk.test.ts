import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, statSync, unlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { Recorder, recorderFinding } from './recorder'
import { entry, readLine } from './entries'

const disk = mkdtempSync(join(tmpdir(), 'groundtruth-disk-'))

/** Mounts a disk of 1 MiB. Returns the reason if that fails, because only root may mount one. */
function mount(): string | null {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', disk], { stdio: 'ignore' })
    return null
  } catch {
    return 'needs the rights to mount a small disk'
  }
}

const whyNot = mount()
afterAll(() => {
  if (whyNot === null) execFileSync('umount', [disk])
  rmSync(disk, { recursive: true })
})

describe.skipIf(whyNot !== null)(whyNot === null ? 'a full disk' : `a full disk (skipped: ${whyNot})`, () => {
  it('[REC-6.2] [REC-6.4] [REC-6.5] [REC-6.6] tears no line, is said with what to do, and once there is room again nothing is lost', () => {
    vi.useFakeTimers()
    const recorder = new Recorder(disk, pino({ level: 'silent' }))
    const recording = recorder.begin({ groundtruth: 1, backend: 'b', runId: 'r1', spec: null, since: 1 })
    const texts: string[] = []
    const note = (n: number) => {
      const text = `${n} ${'x'.repeat(10_000)}`
      texts.push(text)
      recording.append({ kind: 'note', at: n, text }, true)
    }
    note(0)
    writeFileSync(join(disk, 'ballast'), Buffer.alloc(900 * 1024))
    for (let n = 1; n <= 40; n += 1) note(n)
    expect(recorderFinding(recorder.state)[0]?.text).toContain(`the disk is full`)
    expect(recorderFinding(recorder.state)[0]?.text).toContain('Free space for DATA_DIR.')
    expect(recorderFinding(recorder.state)[0]?.text).not.toContain(disk)
    expect(recording.bytes).toBeLessThanOrEqual(statSync(recording.path).size)

    unlinkSync(join(disk, 'ballast'))
    vi.advanceTimersByTime(10_000)
    expect(recorder.state).toEqual({ state: 'on' })
    const lines = readFileSync(recording.path, 'utf8').split('\n').slice(1, -1)
    const read = lines.map(line => readLine(entry, line)).map(part => (part?.kind === 'note' ? part.text : part))
    expect(read).toEqual(texts)
    recorder.close()
    vi.useRealTimers()
  })
})
