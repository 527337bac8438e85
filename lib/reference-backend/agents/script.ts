import type { Assignment, Line } from './agent'

/** The actions of a simulated agent for one batch: its lines, spread evenly over this many milliseconds. */
export interface Part {
  ms: number
  lines: readonly Line[]
}

/** Returns the part of each batch. `chance` is uniform in [0, 1), and repeats for the same seed and batch. */
export type Script = (assignment: Assignment, chance: () => number) => Part

/** A batch of nine to eighteen seconds, in which each of its tasks is read, worked on and tested. */
export const believable: Script = ({ tasks }, chance) => {
  const count = (from: number, to: number) => Math.floor(from + chance() * (to - from))
  const out = (text: string): Line => ({ stream: 'stdout', text })
  const lines = tasks.flatMap(({ id, title, file }): Line[] => {
    const tests = count(3, 24)
    const edit = `${id}: editing ${file || 'the work tree'} (+${count(12, 180)} -${count(0, 40)})`
    const slow: Line[] =
      chance() < 0.3 ? [{ stream: 'stderr', text: `${id}: warning: one test took ${count(900, 2600)} ms` }] : []
    return [
      out(`${id}: ${title}`),
      out(`${id}: reading the code around it`),
      out(edit),
      ...slow,
      out(`${id}: ${tests} tests passed`),
    ]
  })
  return { ms: count(9_000, 18_000), lines: [out('Reading the tasks of this batch.'), ...lines, out('Committing.')] }
}

/** A small seeded random generator (mulberry32); the texts are the seed. */
export function seeded(...texts: string[]): () => number {
  let state = 0x811c9dc5
  for (const char of texts.join('\0')) state = Math.imul(state ^ (char.codePointAt(0) ?? 0), 0x01000193)
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
