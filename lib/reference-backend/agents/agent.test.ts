import { describe, expect, it } from 'vitest'
import { heardAtTheEnd, insideTask, NoAgent, type Agent, type Assignment, type Line } from './agent'

const assignment: Assignment = {
  runId: 'r1',
  id: 'db',
  name: 'Database',
  reasoning: '',
  worktree: '/p/batch-db-1a2b3c_1',
  tasks: [],
}
const signal = new AbortController().signal

const printing = (lines: [Line['stream'], string][], exitCode = 0): Agent => ({
  announcements: [{ level: 'info', text: 'hello' }],
  run: async (_assignment, { line }) => {
    lines.forEach(([stream, text]) => line({ stream, text }))
    return exitCode
  },
})

async function heard(agent: Agent) {
  const lines: string[] = []
  const exitCode = await agent.run(assignment, { signal, line: ({ stream, text }) => lines.push(`${stream} ${text}`) })
  return { lines, exitCode }
}

describe('heardAtTheEnd', () => {
  it('gives stdout before stderr, each in its order, and the exit code', async () => {
    const agent = printing([['stderr', '1'], ['stdout', '2'], ['stderr', '3'], ['stdout', '4']], 3) // prettier-ignore
    expect(await heard(heardAtTheEnd(agent))).toEqual({
      lines: ['stdout 2', 'stdout 4', 'stderr 1', 'stderr 3'],
      exitCode: 3,
    })
    expect(heardAtTheEnd(agent).announcements).toEqual([{ level: 'info', text: 'hello' }])
  })

  it('gives nothing of an agent that was stopped', async () => {
    const stopped: Agent = {
      announcements: [],
      run: async (_assignment, { line }) => {
        line({ stream: 'stdout', text: 'half' })
        throw new Error('stopped')
      },
    }
    const lines: Line[] = []
    const running = heardAtTheEnd(stopped).run(assignment, { signal, line: line => lines.push(line) })
    await expect(running).rejects.toThrow('stopped')
    expect(lines).toEqual([])
  })
})

describe('insideTask', () => {
  it('names the batch and its work tree before, and says how it went after', async () => {
    const { lines } = await heard(insideTask(printing([['stdout', 'x']])))
    expect(lines.slice(0, 4)).toEqual([
      "stderr Starting task with workflow 'swe' (4 steps)",
      'stderr Task ID: db-run',
      'stderr Using existing worktree at /p/batch-db-1a2b3c_1',
      'stdout x',
    ])
    expect(lines.at(-2)).toBe('stdout ▌ ✔ Task Complete ')
    expect((await heard(insideTask(printing([], 1)))).lines.at(-1)).toBe('stdout ▌ ✖ Task Failed ')
  })
  it('fails as a task does where nobody can work', async () => {
    const nobody: Agent = { announcements: [], run: () => Promise.reject(new NoAgent('no Docker')) }
    const { lines, exitCode } = await heard(insideTask(nobody))
    expect(lines.slice(-2)).toEqual(['stderr Error: no Docker', 'stdout ▌ ✖ Task Failed '])
    expect(exitCode).toBe(1)
  })
})
