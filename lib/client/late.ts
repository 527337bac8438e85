/**
 * Gives a part of the page's script that the first paint does not need. Each call gives the same part; if it could not be loaded,
 * the next call tries again.
 */
export function late<T>(load: () => Promise<T>): () => Promise<T> {
  let loading: Promise<T> | null = null
  return () => {
    loading ??= load().catch((error: unknown) => {
      loading = null
      throw error
    })
    return loading
  }
}
