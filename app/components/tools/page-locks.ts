/** The part of the browser's locks that is used here: of all tabs one at a time has a lock, and `ifAvailable` waits for none. */
export interface Locks {
  request: (
    name: string,
    options: { ifAvailable: boolean },
    held: (lock: object | null) => Promise<void>,
  ) => Promise<void>
}

const queues = new Map<string, Promise<void>>()

/** Locks within this page: where a page comes by plain HTTP, the browser has none for all tabs. */
export const pageLocks: Locks = {
  async request(name, { ifAvailable }, held) {
    const before = queues.get(name)
    if (before && ifAvailable) return held(null)
    const mine = (before ?? Promise.resolve()).then(() => held({}))
    const settled = mine.catch(() => undefined)
    queues.set(name, settled)
    try {
      await mine
    } finally {
      if (queues.get(name) === settled) queues.delete(name)
    }
  },
}
