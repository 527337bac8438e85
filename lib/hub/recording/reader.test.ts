import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { lineOf, type Entry } from './entries'
import { MAX_LINE } from './lines'
import { playRecording } from './reader'

const folder = mkdtempSync(join(tmpdir(), 'groundtruth-'))
afterAll(() => rmSync(folder, { recursive: true }))

const note = (text: string): Entry => ({ kind: 'note', at: 1, text })

describe('a recording with a long line', () => {
  it('[REC-5.3] [IMP-4.5] is played without it, and the line counts as one that can’t be read', async () => {
    const path = join(folder, 'run.jsonl')
    const header = lineOf({ groundtruth: 1, backend: 'b', runId: 'r1', spec: null, since: 1 })
    const lines = [header, ...['before', 'x'.repeat(1_000), 'after'].map(text => lineOf(note(text)))]
    writeFileSync(path, lines.join(''))
    const read = async (maxLine?: number) => {
      const texts: string[] = []
      const play = (entry: Entry) => void texts.push(entry.kind === 'note' ? entry.text.slice(0, 6) : entry.kind)
      const player = { begin: () => true, play }
      const { unread, end } = await playRecording(path, player, maxLine === undefined ? {} : { maxLine })
      return { texts, unread, end }
    }
    const end = Buffer.byteLength(lines.join(''))
    expect(await read(500)).toEqual({ texts: ['before', 'after'], unread: 1, end })
    expect(await read()).toEqual({ texts: ['before', 'xxxxxx', 'after'], unread: 0, end })
    expect(MAX_LINE).toBe(64 * 1024 * 1024)
  })
})
