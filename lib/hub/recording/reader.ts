import { clockShifts, shiftedEntry, shiftedHeader, stoodAt } from './clock'
import { linesOf, MAX_LINE } from './lines'
import { entry as entrySchema, header as headerSchema, readLine, type Entry, type Header } from './entries'

/** Who is told what a recording holds, in order. */
export interface Player {
  /** The first line. False: the rest is not for us. */
  begin(header: Header): boolean
  play(entry: Entry): void
}

/** What became of reading a recording. */
export interface Reading {
  /** False where its header can't be read, or the player did not want it. */
  readonly played: boolean
  /** How many lines could not be read, a torn last one included. */
  readonly unread: number
  /** Where its last whole line ends, bytes: what follows was torn by the end of who wrote it [REC-4]. */
  readonly end: number
  /** The machine's clock was set while the last process wrote it: another clock is the next one's [RUN-16.14]. */
  readonly wasSet?: true
}

/**
 * Plays a recording, holding a line of it at a time. Lines that can't be read are counted and left out. Rejects where the
 * file can't be read, or the player throws.
 * @param options `maxLine`: what is longer is garbage, bytes; `pause`: asked after each entry, and awaited where there is reason
 */
export async function playRecording(
  path: string,
  player: Player,
  { maxLine = MAX_LINE, pause }: { maxLine?: number; pause?: () => Promise<void> | null } = {},
): Promise<Reading> {
  const shifts = await clockShifts(path, maxLine)
  let process = 0
  const shift = () => shifts[process] ?? 0
  let played = false
  let unread = 0
  let end = 0
  for await (const lines of linesOf(path, maxLine)) {
    for (const line of lines) {
      if (line === 'torn') {
        unread += 1
        break
      }
      end += line.bytes
      if (played) {
        const entry = readLine(entrySchema, line.text)
        if (entry?.kind === 'resumed') {
          process += 1
          player.play(stoodAt(entry.at + shift(), shift()))
        } else if (entry) player.play(shiftedEntry(entry, shift()))
        else unread += 1
        const pausing = pause?.()
        if (pausing) await pausing
      } else {
        const header = readLine(headerSchema, line.text)
        played = header !== null && player.begin(shiftedHeader(header, shift()))
        if (header === null || !played) return { played, unread, end }
        if (shift() !== 0) player.play(stoodAt(header.since + shift(), shift()))
      }
    }
  }
  return { played, unread, end, ...(shifts.at(-1) !== 0 && { wasSet: true }) }
}
