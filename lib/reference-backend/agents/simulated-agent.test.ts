import { setImmediate as nextTurn } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import type { Assignment } from './agent'
import { Faults } from '../faults'
import { paceOf, SimulatedAgent } from './simulated-agent'

const assignment = (id: string): Assignment => ({
  runId: 'r1',
  id,
  name: id,
  reasoning: '',
  worktree: '/w',
  tasks: [],
})

function staged(script = [{ stream: 'stdout' as const, text: 'work' }]) {
  const faults = new Faults()
  const agent = new SimulatedAgent(() => ({ ms: 1000, lines: script }), paceOf(Infinity), faults)
  const life = new AbortController()
  const lines: string[] = []
  let ended = false
  const run = (id = 'a') =>
    agent
      .run(assignment(id), { signal: life.signal, line: ({ text }) => lines.push(`${id}: ${text}`) })
      .finally(() => (ended = true))
  return { faults, agent, life, lines, run, hasEnded: () => ended }
}

describe('SimulatedAgent', () => {
  it('says what it is', () => {
    expect(staged().agent.announcements).toEqual([{ level: 'info', text: 'Simulated agent: no container is started' }])
  })

  it('plays its script and exits with 0, or as planned', async () => {
    const { run, lines, faults } = staged()
    expect(await run()).toBe(0)
    expect(lines).toEqual(['a: work'])
    faults.failBatch('a', { exitCode: 137 })
    expect(await run()).toBe(137)
  })

  it('does not end while held, and ends when released, also if it was released before it got there', async () => {
    const { run, agent, hasEnded, lines } = staged()
    agent.hold('a')
    agent.hold('a')
    const running = run()
    for (let turn = 0; turn < 50; turn++) await nextTurn()
    expect(lines).toEqual(['a: work'])
    expect(hasEnded()).toBe(false)
    agent.release('a')
    expect(await running).toBe(0)
    agent.hold('a')
    agent.release('a')
    expect(await run()).toBe(0)
  })

  it('ends with the process, even while held', async () => {
    const { run, agent, life } = staged()
    agent.hold('a')
    const running = run()
    life.abort()
    await expect(running).rejects.toThrow('abort')
  })

  it('prints what it is told: now where it works, else when it starts', async () => {
    const { run, agent, lines } = staged([])
    agent.hold('a')
    agent.print('a', [{ stream: 'stdout', text: 'early' }])
    agent.print('__proto__', [{ stream: 'stdout', text: 'other' }])
    const running = run()
    agent.print('a', [{ stream: 'stderr', text: 'now' }])
    expect(lines).toEqual(['a: early', 'a: now'])
    agent.release('a')
    await running
    await run('__proto__')
    expect(lines).toEqual(['a: early', 'a: now', '__proto__: other'])
    await run('a')
    expect(lines).toHaveLength(3)
  })
})

describe('paceOf', () => {
  it('is that many times as fast', async () => {
    const { signal } = new AbortController()
    const began = performance.now()
    await paceOf(10)(300, signal)
    const took = performance.now() - began
    expect(took).toBeGreaterThan(28)
    expect(took).toBeLessThan(200)
  })
})
