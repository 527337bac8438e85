import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { finished } from 'node:stream/promises'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import type { Assignment, Line } from './agent'
import { agentImage } from './agent-image'
import { ContainerAgent } from './container-agent'
import { AgentContainers } from './agent-containers'
import { dockerAt, whyNoDocker } from '../docker'
import { Faults } from '../faults'
import type { Script } from './script'
import { startOwnEngine, whyNoOwnEngine } from '../own-engine'
import { Listener, planOf, projectOf, said, start, started } from '../../testing/backend/reference-backend'

const whyNot = await whyNoDocker()
const whyNoOwn = await whyNoOwnEngine()

const script: Script = () => ({ ms: 0, lines: [{ stream: 'stdout', text: 'work' }] })

const io = (lines: Line[] = []) => ({
  signal: new AbortController().signal,
  line: (line: Line) => void lines.push(line),
})

function assignmentIn(worktrees: string, id = 'a'): Assignment {
  const worktree = join(projectOf({}), worktrees, `batch-${id}-${randomBytes(3).toString('hex')}_1`)
  return { runId: 'r1', id, name: 'A', reasoning: '', worktree, tasks: [] }
}

function agentOn(containers: AgentContainers, longestWork?: number): ContainerAgent {
  return new ContainerAgent(containers, { generation: 'B', script, speed: 1, labels: false }, new Faults(), longestWork)
}

describe.skipIf(whyNot !== null)(`a container (skipped without Docker: ${whyNot ?? 'it is here'})`, () => {
  it('is killed when it has worked for too long', { timeout: 20_000 }, async () => {
    const docker = dockerAt()
    const containers = new AgentContainers(docker, await agentImage(docker))
    onTestFinished(() => containers.clear())
    const agent = agentOn(containers, 1500)
    agent.hold('a')
    const lines: Line[] = []
    expect(await agent.run(assignmentIn('worktrees'), io(lines))).toBe(137)
    expect(lines).toEqual([{ stream: 'stdout', text: 'work' }])
  })

  it('that cannot start is no agent, and does not stay', async () => {
    const docker = dockerAt()
    const name = `reference-backend-test/${randomBytes(6).toString('hex')}:1`
    const empty = Readable.from([Buffer.alloc(1024)])
    await finished((await docker.importImage(empty, { repo: name.slice(0, -2), tag: '1' })).resume())
    onTestFinished(() => docker.getImage(name).remove({ force: true }))
    const assignment = assignmentIn('worktrees')
    const running = agentOn(new AgentContainers(docker, name)).run(assignment, io())
    await expect(running).rejects.toThrow(/^Failed to start container: .*"sh": executable file not found/)
    const all = await docker.listContainers({ all: true })
    expect(all.filter(({ Mounts }) => Mounts.some(({ Source }) => Source === assignment.worktree))).toEqual([])
  })
})

describe('a container that cannot be', () => {
  const nowhere = new AgentContainers(dockerAt('unix:///nowhere/docker.sock'), 'none')

  it('is no agent, in the words of the real backend', async () => {
    const running = agentOn(nowhere).run(assignmentIn('worktrees'), io())
    await expect(running).rejects.toThrow(
      'Failed to pull image: Error in the hyper legacy client: client error (Connect)',
    )
  })

  it('[SAFE-4] has no folder outside those of the work trees', async () => {
    const running = agentOn(nowhere).run(assignmentIn('worktrees', 'x/../../../../etc/y'), io())
    await expect(running).rejects.toThrow('Failed to create worktree')
  })
})

describe.skipIf(whyNoOwn !== null)(`Docker stopped during a run (${whyNoOwn ?? 'it can be'})`, () => {
  it('[DOCK-3] fails its batches, and those of a run that starts while it is down', { timeout: 90_000 }, async () => {
    const engine = await startOwnEngine()
    onTestFinished(() => engine.close())
    const project = projectOf({ s: { plan: planOf({ a: [] }) } })
    const backend = await started({ specs: {}, project, docker: 'on', dockerHost: engine.host, script })
    backend.hold('a')
    // Otherwise the backend may remove the container just before the daemon stops.
    backend.containers.silence('a')
    await start(backend, 's')
    const listener = await Listener.join(backend)
    const container = engine.docker.getContainer(await backend.containers.of('a'))
    await engine.stop()
    backend.release('a')
    await listener.until('Execution failed: Claude Code execution failed with exit code -1')
    await start(backend, 's', 'r2')
    const second = await Listener.join(backend, 'r2')
    await second.until('Execution failed:')
    const reason = 'Failed to pull image: Error in the hyper legacy client: client error (Connect)'
    const words = second.frames.map(text => said(text).message)
    expect(words).toContain(`Sandbox execution error: ${reason}`)
    expect(words).toContain(`Batch failed: Sandbox execution failed: ${reason}`)
    await engine.start()
    expect((await container.inspect()).State).toMatchObject({ Status: 'exited', ExitCode: 137 })
    await backend.close()
    await vi.waitFor(async () => expect(await engine.docker.listContainers({ all: true })).toEqual([]))
  })
})
