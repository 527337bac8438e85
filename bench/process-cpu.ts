import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

/** The length of a tick, in which the kernel counts processor time, ms. */
const TICK = 1_000 / Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }))

/** The processor time that a process has used in all its threads, user and system, ms. Linux only; steps of 10 ms. */
export function cpuOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  // The name of the process, in parentheses, may hold blanks.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) * TICK
}

/** The resident memory of a process, MB. */
export function memoryOf(pid: number): number {
  const kB = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  return (Number(kB) * 1_024) / 1_000_000
}

/** Waits, and returns the processor time that each process used meanwhile, ms, and how long it was, ms. */
export async function cpuWhile(pids: readonly number[], ms: number): Promise<{ used: number[]; took: number }> {
  const before = pids.map(cpuOf)
  const began = performance.now()
  await sleep(ms)
  const took = performance.now() - began
  return { used: pids.map((pid, index) => cpuOf(pid) - (before[index] ?? NaN)), took }
}
