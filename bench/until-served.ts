/** Asks again and again until the address is answered with 200. Throws once `lives` is false. */
export async function untilServed(url: string, lives: () => boolean): Promise<void> {
  while (lives()) {
    const response = await fetch(url).catch(() => null)
    await response?.arrayBuffer()
    if (response?.ok) return
    await new Promise(resolve => setTimeout(resolve, 5))
  }
  throw new Error(`The server of ${url} ended.`)
}
