import { clockShifts, shiftedEntry, shiftedHeader, stoodAt } from './time-shift'
import { linesOf, MAX_LINE } from './lines'
import { entry as entrySchema, header as headerSchema, readLine, type Entry, type Header } from './entries'

/** Receives the contents of a recording, in order. */
export interface Player {
  /** Receives the header. Returns false if the player does not want the rest. */
  begin(header: Header): boolean
  play(entry: Entry): void
}

/** Called after each entry. If it returns a promise, the next entry is played once that has resolved. */
export type Pause = () => Promise<void> | null

/** The result of reading a recording. */
export interface PlayedRecording {
  /** False if the header can't be read, or the player did not want the recording. */
  readonly played: boolean
  /** The number of lines that could not be read, including a torn last one. */
  readonly unread: number
  /** Where the last whole line ends, bytes. The rest was torn when its writer ended [REC-4]. */
  readonly end: number
  /**
   * The machine's clock was set while the last process wrote the recording, so the clock of the next process differs
   * [RUN-16.14].
   */
  readonly wasSet?: true
}

/**
 * Plays a recording and keeps one line of it in memory at a time. Lines that can't be read are counted and skipped.
 * Rejects if the file can't be read, or the player throws.
 * @param options `maxLine`: a longer line is garbage, bytes; `pause`: called after each entry, and awaited if it returns a
 * promise; `clock`: the times are by the clock of the process that wrote last, as it began (`own`), or as it stood at the end,
 * with which the next process begins
 */
export async function playRecording(
  path: string,
  player: Player,
  { maxLine = MAX_LINE, pause, clock = 'next' }: { maxLine?: number; pause?: Pause; clock?: 'own' | 'next' } = {},
): Promise<PlayedRecording> {
  const shifts = await clockShifts(path, maxLine)
  const base = clock === 'own' ? (shifts.at(-1) ?? 0) : 0
  let process = 0
  const shift = () => (shifts[process] ?? 0) - base
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
