import { once } from 'node:events'
import type { Generation } from './generation'

/** `A`, `B` or `C`; throws with a sentence for people on anything else. */
export function generationOf(text: string): Generation {
  if (text === 'A' || text === 'B' || text === 'C') return text
  throw new Error(`There is no generation "${text}": A, B or C.`)
}

/** Settles when the process is asked to end, by Ctrl-C or SIGTERM. */
export async function whenAsked(): Promise<void> {
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')])
}
