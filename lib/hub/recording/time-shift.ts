import { createReadStream } from 'node:fs'
import { shiftedLinks } from '../../run/links'
import { shiftedObservation } from '../../run/time/our-clock'
import { linesOf } from './lines'
import { entry as entrySchema, readLine, type Entry, type Header } from './entries'

/**
 * The clock of a recording. Each process that writes a recording has a clock that is never set. It begins as the clock of
 * the machine. If that one was set in between, the clock of the next process differs. So the reader moves all times to the
 * clock of the last process, as it stood at the end [RUN-16.14].
 */

const MARK = Buffer.from('"our-clock"')
const MARKED = /"kind":"(?:our-clock|resumed)"/

/** By how much the times of each process that wrote the recording must be moved, ms. The first process comes first. */
export async function clockShifts(path: string, maxLine?: number): Promise<number[]> {
  if (!(await holdsMark(path))) return [0]
  const ahead = [0]
  for await (const line of markedLines(path, maxLine)) {
    const entry = readLine(entrySchema, line)
    if (entry?.kind === 'resumed') ahead.push(0)
    if (entry?.kind === 'observed' && entry.observation.kind === 'our-clock') {
      ahead[ahead.length - 1] = entry.observation.ahead
    }
  }
  let sum = 0
  return ahead
    .reverse()
    .map(ms => (sum += ms))
    .reverse()
}

async function* markedLines(path: string, maxLine?: number): AsyncGenerator<string> {
  for await (const lines of linesOf(path, maxLine)) {
    for (const line of lines) if (line !== 'torn' && MARKED.test(line.text)) yield line.text
  }
}

/** Searches the file for the mark. Recorded text never contains it: inside a string its quotes are escaped. */
async function holdsMark(path: string): Promise<boolean> {
  let rest = Buffer.alloc(0)
  for await (const chunk of createReadStream(path, { highWaterMark: 256 * 1024 }) as AsyncIterable<Buffer>) {
    if (chunk.includes(MARK) || Buffer.concat([rest, chunk.subarray(0, MARK.length)]).includes(MARK)) return true
    rest = Buffer.from(chunk.subarray(-MARK.length))
  }
  return false
}

export const shiftedHeader = (header: Header, by: number): Header => ({ ...header, since: header.since + by })

/** The same entry with its times moved. Container lines keep the stamps that they came with. */
export function shiftedEntry(entry: Entry, by: number): Entry {
  if (by === 0) return entry
  switch (entry.kind) {
    case 'observed':
      return { ...entry, observation: shiftedObservation(entry.observation, by) }
    case 'note':
      return { ...entry, at: entry.at + by }
    case 'hole':
      return { ...entry, from: entry.from + by, to: entry.to === null ? null : entry.to + by }
    case 'linked':
    case 'exported':
      return { ...entry, at: entry.at + by, links: shiftedLinks(entry.links, by) }
    case 'output':
    case 'left':
    case 'renamed':
    case 'archived':
    case 'resumed':
      return entry
  }
}

/** How the machine's clock stood when a process began to write, by the clock that its times are moved to. */
export const stoodAt = (at: number, shift: number): Entry => ({
  kind: 'observed',
  fresh: false,
  observation: { kind: 'our-clock', at, by: 0, ahead: shift === 0 ? 0 : -shift },
})
