import { randomBytes } from 'node:crypto'
import { describe, expect, it, vi } from 'vitest'
import { AGENT_MEMORY, PLANTED_KEY } from './agent-containers'
import { dockerAt, whyNoDocker } from '../docker'
import type { Script } from './script'
import type { Options } from '../options'
import type { ReferenceBackend } from '../server'
import { call, Listener, planOf, projectOf, said, start, started } from '../../testing/backend/reference-backend'

const docker = dockerAt()
const whyNot = await whyNoDocker(docker)

const script: Script = ({ id }) => ({
  ms: 200,
  lines: [
    { stream: 'stdout', text: `working on ${id}` },
    { stream: 'stderr', text: 'a warning\\n %s' },
    { stream: 'stdout', text: ' second line of $HOME' },
  ],
})

/** A backend with agents in containers, and a spec `s` of these batches, whose ids occur in no other test. */
async function contained(names: string[], options: Partial<Options> = {}, dependsOn: Record<string, string[]> = {}) {
  const mark = randomBytes(4).toString('hex')
  const id = (name: string) => `${name}-${mark}`
  const batches = names.map(name => [id(name), (dependsOn[name] ?? []).map(id)] as const)
  const project = projectOf({ s: { plan: planOf(Object.fromEntries(batches)) } })
  const backend = await started({ specs: {}, project, docker: 'on', speed: 1, script, ...options })
  const ofBatch = async (name: string) =>
    (await made(project)).filter(({ Mounts }) => Mounts[0]?.Source.includes(id(name)))
  return { backend, project, id, ofBatch }
}

/** Every container that mounts a folder of this project, newest first. */
async function made(project: string) {
  const all = await docker.listContainers({ all: true })
  return all.filter(({ Mounts }) => Mounts.some(({ Source }) => Source.startsWith(project)))
}

const messages = (frames: string[]) => frames.map(text => said(text).message)

const events = async (since: number) => {
  const stream = await docker.getEvents({ since, until: Math.ceil(Date.now() / 1000) + 1 })
  const chunks: Buffer[] = []
  for await (const chunk of stream as AsyncIterable<Buffer>) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

const now = () => Math.floor(Date.now() / 1000)

const until = (condition: () => Promise<void>) => vi.waitFor(condition, { timeout: 15_000, interval: 50 })

const running = async (backend: ReferenceBackend, batchId: string) =>
  docker.getContainer(await backend.containers.of(batchId))

describe.skipIf(whyNot !== null)(
  `agents in containers (skipped without Docker: ${whyNot ?? 'it is here'})`,
  { timeout: 60_000 },
  () => {
    it('[DOCK-4] B: one container a batch, mounted and named as the real ones, removed when it has ended', async () => {
      const { backend, id, project, ofBatch } = await contained(['a'])
      backend.hold(id('a'))
      await start(backend, 's')
      const listener = await Listener.join(backend)
      const container = await running(backend, id('a'))
      const inspection = await container.inspect()
      const { Name, Config, HostConfig, Mounts } = inspection
      expect(Name).toMatch(/^\/ckrv-[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/)
      expect(Config.Cmd.slice(0, 2)).toEqual(['sh', '-c'])
      expect(Config.Cmd[2]).toContain(`\n\nMISSION: A-${id('a').slice(2)}\nREASONING: needed\n\nTASKS:\n`)
      expect(Config.Env).toEqual(
        expect.arrayContaining(['HOME=/home/claude', 'NO_COLOR=1', `ANTHROPIC_API_KEY=${PLANTED_KEY}`]),
      )
      expect(JSON.stringify({ ...inspection, Config: { ...Config, Env: [] } })).not.toContain(PLANTED_KEY)
      expect(Config.Labels).toEqual({})
      expect(HostConfig).toMatchObject({ Memory: AGENT_MEMORY, AutoRemove: false, NetworkMode: 'none' })
      expect(Mounts).toMatchObject([{ Type: 'bind', Destination: '/workspace', RW: true }])
      const suffix = new RegExp(`^${project}/\\.chakravarti/worktrees/batch-${id('a')}-([0-9a-f]{6})_1$`).exec(
        Mounts[0]?.Source ?? '',
      )?.[1]
      expect(suffix).toBeDefined()
      backend.release(id('a'))
      await listener.until('All batches completed successfully.')
      expect(listener.frames.join('\n')).toContain(`"branch":"worktree/main/ckrv-batch-${id('a')}-${suffix ?? ''}"`)
      expect(await ofBatch('a')).toEqual([])
      expect(listener.frames.join('\n')).not.toContain(PLANTED_KEY)
      const said = { available: true, message: 'Docker is running' }
      expect((await call(backend, 'GET', '/api/docker')).answer).toEqual(said)
      expect(messages(listener.frames)).toEqual(
        expect.arrayContaining(['Executing in Docker sandbox with Claude Code...', 'Using Claude subscription']),
      )
      const heard = messages(listener.frames).filter(text => /working|warning|second/.test(text ?? ''))
      expect(heard).toEqual([`working on ${id('a')}`, ' second line of $HOME', 'a warning\\n %s'])
    })

    it('[DOCK-7] A: four containers a batch, one after the other', async () => {
      const began = now()
      const { backend, id } = await contained(['x'], { generation: 'A' })
      await start(backend, 's')
      const listener = await Listener.join(backend)
      await listener.until('All batches completed successfully.')
      const names = messages(listener.frames).flatMap(text => /container_name=(\S+)$/.exec(text ?? '')?.[1] ?? [])
      expect(new Set(names).size).toBe(4)
      const lifes = (await events(began)).split('\n').flatMap(line => {
        const name = names.findIndex(name => line.includes(name))
        const action = /"Action":"(start|die|destroy)"/.exec(line)?.[1]
        return name === -1 || action === undefined ? [] : [`${name} ${action}`]
      })
      expect(lifes).toEqual(
        [0, 1, 2, 3].flatMap(name => ['start', 'die', 'destroy'].map(action => `${name} ${action}`)),
      )
      const steps = messages(listener.frames).flatMap(text => /step_id=(\w+)$/.exec(text ?? '')?.[1] ?? [])
      expect(steps).toEqual(['analyze', 'plan', 'implement', 'review'])
      expect(messages(listener.frames)).toEqual(
        expect.arrayContaining(['Looking around.', `working on ${id('x')}`, 'Nothing to do.', '▌ ✔ Task Complete ']),
      )
    })

    it('A: text in the command is escaped, and an exit code or a kill goes unnoticed', async () => {
      const { backend, id } = await contained(["worker's=queue"], { generation: 'A' })
      const worker = id("worker's=queue")
      backend.hold(worker)
      await start(backend, 's')
      const listener = await Listener.join(backend)
      const container = await running(backend, worker)
      expect((await container.inspect()).Config.Cmd[2]).toContain('Original Task: MISSION: Worker&#x27;s&#x3D;queue-')
      await backend.containers.kill(worker)
      await listener.until('All batches completed successfully.')
      expect(messages(listener.frames)).toContain('Nothing to do.')
    })

    it.each<[string, (backend: ReferenceBackend, batchId: string) => Promise<void>, object]>([
      ['killed', (backend, id) => backend.containers.kill(id), { ExitCode: 137, OOMKilled: false }],
      ['out of memory', (backend, id) => backend.containers.oom(id), { ExitCode: 137, OOMKilled: true }],
      [
        'failing while it works',
        async (backend, id) => {
          await backend.containers.of(id)
          backend.failBatch(id, { exitCode: 3 })
          backend.release(id)
          // The release ends the agent and the batch: keep the container until the test has looked at it.
          backend.containers.silence(id)
        },
        { ExitCode: 3, OOMKilled: false },
      ],
    ])('[RUN-10] an agent that is %s fails the batch; the code is only in Docker', async (_what, harm, state) => {
      const { backend, id } = await contained(['a'])
      backend.hold(id('a'))
      backend.containers.silence(id('a'))
      await start(backend, 's')
      const listener = await Listener.join(backend)
      const container = await running(backend, id('a'))
      await harm(backend, id('a'))
      await until(async () => expect((await container.inspect()).State).toMatchObject({ Running: false, ...state }))
      backend.release(id('a'))
      await listener.until('Execution failed:')
      expect(messages(listener.frames)).toContain('Batch failed: Claude Code execution failed with exit code -1')
    })

    it('an agent whose container somebody removes fails the batch', async () => {
      const { backend, id } = await contained(['a'])
      backend.hold(id('a'))
      await start(backend, 's')
      const listener = await Listener.join(backend)
      await (await running(backend, id('a'))).remove({ force: true })
      await listener.until('Execution failed: Claude Code execution failed with exit code -1')
    })

    it('[DOCK-2] a failure that goes unnoticed is called completed', async () => {
      const { backend, id } = await contained(['a'])
      backend.failBatch(id('a'), { exitCode: 3, unnoticed: true })
      const began = now()
      await start(backend, 's')
      const { id: container } = docker.getContainer(await backend.containers.of(id('a')))
      await (await Listener.join(backend)).until('All batches completed successfully.')
      const died = (await events(began)).split('\n').find(line => line.includes(container) && line.includes('"die"'))
      expect(died).toContain('"exitCode":"3"')
    })

    it('[DOCK-2] an end that nobody notices stays unsaid, and its container stays, until it is released', async () => {
      const { backend, id, ofBatch } = await contained(['late', 'other', 'next'], {}, { next: ['other'] })
      backend.containers.silence(id('late'))
      await start(backend, 's')
      const listener = await Listener.join(backend)
      await until(async () => expect(await ofBatch('late')).toMatchObject([{ State: 'exited' }]))
      await listener.until(`Batch ${id('next')} completed on branch`)
      expect(await ofBatch('late')).toMatchObject([{ State: 'exited' }])
      expect(listener.frames.join('\n')).not.toContain(`Batch ${id('late')} completed`)
      backend.release(id('late'))
      await listener.until('All batches completed successfully.')
      expect(await ofBatch('late')).toEqual([])
    })

    it('[DOCK-2] a ghost runs without a container, until it is released', async () => {
      const { backend, id, ofBatch } = await contained(['ghost', 'next'], {}, { next: ['ghost'] })
      backend.containers.ghost(id('ghost'))
      await start(backend, 's')
      const listener = await Listener.join(backend)
      await listener.until('Executing in Docker sandbox')
      backend.release(id('ghost'))
      await backend.containers.of(id('next'))
      expect(await ofBatch('ghost')).toEqual([])
      await listener.until('All batches completed successfully.')
    })

    it('prints what it is told, before and while it works, in order and as a burst', async () => {
      const { backend, id } = await contained(['a'])
      backend.hold(id('a'))
      backend.print(id('a'), 'stderr', 'before')
      await start(backend, 's')
      const container = await running(backend, id('a'))
      backend.print(id('a'), 'stdout', `5 % of "$x" \\ ${'ü'.repeat(100_000)}`)
      backend.burst(id('a'), 3000)
      const printed = async () => (await container.logs({ stdout: true, stderr: true })).toString('utf8')
      await until(async () => expect(await printed()).toContain('line 3000 of a burst'))
      expect(await printed()).toContain('before\n')
      backend.release(id('a'))
      const listener = await Listener.through(backend, 'All batches completed successfully.')
      const lines = messages(listener.frames)
      expect(lines).toContain(`5 % of "$x" \\ ${'ü'.repeat(100_000)}`)
      expect(lines.filter(text => text?.includes('of a burst'))).toHaveLength(3000)
    })

    it('a stop, and the failure of a sibling, stop no agent: it ends, is heard and is removed', async () => {
      const { backend, id, ofBatch } = await contained(['bad', 'slow'])
      backend.failBatch(id('bad'))
      backend.hold(id('slow'))
      await start(backend, 's')
      const listener = await Listener.join(backend)
      await listener.until('Execution failed:')
      await call(backend, 'POST', '/api/execution/stop', { run_id: 'r1' })
      await listener.until('Execution aborted by user.')
      expect(await ofBatch('slow')).toMatchObject([{ State: 'running' }])
      backend.release(id('slow'))
      await listener.until(`working on ${id('slow')}`)
      await until(async () => expect(await ofBatch('slow')).toEqual([]))
    })

    it('[RUN-11] the death of the backend leaves orphans, which a restart does not take over; close removes them', async () => {
      const { backend, id, ofBatch, project } = await contained(['held', 'ends'])
      backend.hold(id('held'))
      backend.hold(id('ends'))
      await start(backend, 's')
      await Promise.all([backend.containers.of(id('held')), backend.containers.of(id('ends'))])
      await backend.restart()
      backend.release(id('ends'))
      await until(async () => expect(await ofBatch('ends')).toMatchObject([{ State: 'exited' }]))
      expect(await ofBatch('held')).toMatchObject([{ State: 'running' }])
      await backend.close()
      expect(await made(project)).toEqual([])
    })

    it('C: a stop stops the agents', async () => {
      const { backend, id, ofBatch } = await contained(['a'], { generation: 'C' })
      backend.hold(id('a'))
      await start(backend, 's')
      const listener = await Listener.join(backend)
      await backend.containers.of(id('a'))
      await call(backend, 'POST', '/api/execution/stop', { run_id: 'r1' })
      await listener.until('Execution aborted by user.')
      await until(async () => expect(await ofBatch('a')).toEqual([]))
    })

    it('[DOCK-4] labels containers where it is told to', async () => {
      const { backend, id } = await contained(['a'], { labels: true })
      await start(backend, 's', 'run 7')
      const container = await running(backend, id('a'))
      expect((await container.inspect()).Config.Labels).toEqual({ 'ckrv.run_id': 'run 7', 'ckrv.batch_id': id('a') })
    })

    it.each(['resolved', 'unresolved'] as const)(
      'help with a merge is a container in the project: %s',
      async outcome => {
        const began = now()
        const { backend, id, project } = await contained(['a'], { speed: 10 })
        backend.failMerge(id('a'), outcome)
        await start(backend, 's')
        const listener = await Listener.join(backend)
        await until(async () => {
          expect((await made(project)).map(({ Mounts }) => Mounts[0]?.Source)).toContain(project)
        })
        const [help] = (await made(project)).filter(({ Mounts }) => Mounts[0]?.Source === project)
        expect(help?.Command).toContain('You are resolving Git merge conflicts')
        await listener.until(outcome === 'resolved' ? 'All batches completed' : 'AI could not resolve all conflicts')
        expect(await made(project)).toEqual([])
        expect(await events(began)).toContain(help?.Id)
      },
    )

    it('[DOCK-7] starts helpers that are no batches, and ends them', async () => {
      const { backend, project } = await contained([])
      const roles = ['merge-help', 'planning', 'session', 'terminal'] as const
      const helpers = await Promise.all(roles.map(role => backend.containers.startHelper(role)))
      const found = await made(project)
      expect(helpers.map(({ id }) => found.find(({ Id }) => Id === id)?.State)).toEqual(roles.map(() => 'running'))
      const kinds = helpers.map(({ name }) => name.replace(/-[0-9a-f-]{8,}$/, ''))
      expect(kinds).toEqual(['ckrv', 'ckrv', 'ckrv-session', 'ckrv-term'])
      await Promise.all(helpers.map(helper => helper.end()))
      expect(await made(project)).toEqual([])
    })
  },
)
