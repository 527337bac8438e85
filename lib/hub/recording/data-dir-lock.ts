import { linkSync, readFileSync, renameSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import { isMissing } from './recording'

/** Another Groundtruth writes to this folder. `message` is a sentence for users. */
export class DataDirBusy extends Error {
  constructor(folder: string, pid: number) {
    super(
      `DATA_DIR: ${folder} is in use by another Groundtruth (process ${pid}). Stop that one, or set another DATA_DIR.`,
    )
    this.name = 'DataDirBusy'
  }
}

/** A process. `began` distinguishes it from a later process with the same number, if the system provides it. */
const holder = z.object({ pid: z.number(), began: z.string().nullable() })
type Holder = z.infer<typeof holder>

/**
 * Locks a folder for this process, as long as it lives. A crashed process's lock is ignored. All processes must run on one
 * machine. Throws `DataDirBusy`, or the error of the file system. Returns the function that unlocks the folder.
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
        // A link appears at once and complete, or not at all. A written file does not.
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

/** Removes a dead process's lock. Returns false if it is gone already, because another process was quicker. */
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

/** Null if the lock names no process: it is torn or empty. */
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
    // EPERM: the process exists, but belongs to another user.
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
  return began === null || began === beganAt(pid)
}

/** When a process began, as text of the system. Null if the system does not provide it. */
function beganAt(pid: number): string | null {
  try {
    // The name, in parentheses, may hold any text. The 20th field after it is the start time since the boot.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ')
    return fields?.[19] ?? null
  } catch {
    return null
  }
}

const isTaken = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'EEXIST'
