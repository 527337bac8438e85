/** Undoes one thing that a measurement did, such as a process that it started. */
type Undo = () => unknown
/** Has something undone at the end of the measurement. To be called before the thing is done: a signal may come in the middle. */
export type Defer = (undo: Undo) => void

/** What still has to be undone, in the order in which it was done. */
const pending = new Set<Undo>()

/**
 * Runs `work`, and then undoes what it passed to `defer`, the newest first, also if it fails. So no process and no folder outlives
 * the measurement that needed it.
 */
export async function withCleanup<T>(work: (defer: Defer) => Promise<T>): Promise<T> {
  const own: Undo[] = []
  try {
    return await work(undo => {
      own.push(undo)
      pending.add(undo)
    })
  } finally {
    for (const undo of own.reverse()) await run(undo)
  }
}

/** Undoes everything that is not undone yet: for the end of the program by a signal. */
export async function undoAll(): Promise<void> {
  for (const undo of [...pending].reverse()) await run(undo)
}

async function run(undo: Undo): Promise<void> {
  if (!pending.delete(undo)) return
  try {
    await undo()
  } catch (error) {
    console.error('A part of the measurement could not be undone:', error)
  }
}
