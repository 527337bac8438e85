import { linkSync, readFileSync, renameSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import { isMissing } from './recording'

/** Another Groundtruth writes to this folder. `message` is a sentence for people. */
export class DataDirBusy extends Error {
  constructor(folder: string, pid: number) {
    super(
      `DATA_DIR: ${folder} is in use by another Groundtruth (process ${pid}). Stop that one, or set another DATA_DIR.`,
    )
    this.name = 'DataDirBusy'
  }
}

/** A process, told from a later one with the same number by when it began, where the system says that. */
const holder = z.object({ pid: z.number(), began: z.string().nullable() })
type Holder = z.infer<typeof holder>

/**
 * Takes a folder for this process alone, and for as long as it lives: who died without a word holds nothing. Both must
 * run on one machine. Throws `DataDirBusy`, or what the file system says. Returns what gives it back.
 */
export function lockDataDir(folder: string): () => void {
  const path = join(folder, 'lock')
  const own = JSON.stringify({ pid: process.pid, began: beganAt(process.pid) })
  const mine = `${path}.${process.pid}`
  writeFileSync(mine, own, { mode: 0o600 })
  try {
    for (;;) {
      const held = read(path)
      if (held !== null) {
        const other = holderOf(held)
        if (other && isAlive(other)) throw new DataDirBusy(folder, other.pid)
        if (!takeAway(path, held)) continue
      }
      try {
        // Unlike writing, this takes the place at once and whole, or not at all.
        linkSync(mine, path)
        break
      } catch (error) {
        if (!isTaken(error)) throw error
      }
    }
  } finally {
    unlinkSync(mine)
  }
  return () => {
    if (read(path) === own) unlinkSync(path)
  }
}

/** Removes a dead process's lock. False where it is not that any more: another one was quicker. */
function takeAway(path: string, held: string): boolean {
  const aside = `${path}.${process.pid}.old`
  try {
    renameSync(path, aside)
  } catch (error) {
    if (isMissing(error)) return false
    throw error
  }
  const isIt = read(aside) === held
  if (!isIt) linkSync(aside, path)
  unlinkSync(aside)
  return isIt
}

function read(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (isMissing(error)) return null
    throw error
  }
}

/** Null where it is nobody's: torn, or empty. */
function holderOf(text: string): Holder | null {
  try {
    return holder.safeParse(JSON.parse(text)).data ?? null
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
}

function isAlive({ pid, began }: Holder): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    // Somebody else's process is a process, too.
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
  return began === null || began === beganAt(pid)
}

/** When a process began, in the system's own words; null where it does not say. */
function beganAt(pid: number): string | null {
  try {
    // The name, in parentheses, may hold anything; the 20th field behind it is the time since the boot.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ')
    return fields?.[19] ?? null
  } catch {
    return null
  }
}

const isTaken = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'EEXIST'
