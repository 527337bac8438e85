const realTimeout = setTimeout

/**
 * Waits on the real clock until `check` no longer throws, and returns its value. Unlike `vi.waitFor`, it advances no clock that a
 * test controls. Throws the last error after 20 s.
 */
export async function eventually<T>(check: () => T | Promise<T>): Promise<T> {
  const deadline = performance.now() + 20_000
  for (;;) {
    try {
      return await check()
    } catch (error) {
      if (performance.now() > deadline) throw error
    }
    await new Promise(resolve => realTimeout(resolve, 2))
  }
}
