import { describe, expect, it } from 'vitest'
import { call, Listener, planOf, said, start, started, projectOf } from '../../testing/backend/reference-backend'

const nowhere = 'unix:///nowhere/docker.sock'
const specs = { s: { plan: planOf({ a: [] }) } }

describe('a backend without Docker', () => {
  it('[DOCK-2] simulates its agents where it may, and says that it runs locally', async () => {
    const backend = await started({ specs, docker: 'auto', dockerHost: nowhere })
    expect(backend.agents).toMatch(
      /^agents are simulated: no container is started\. No Docker Engine answers: .*ENOENT/,
    )
    await start(backend, 's')
    const listener = await Listener.join(backend)
    await listener.until('All batches completed successfully.')
    const local = listener.frames.map(said).filter(({ message }) => message?.startsWith('Docker unavailable ('))
    expect(local).toMatchObject([{ type: 'warning' }])
    expect(local[0]?.message).toMatch(/\), falling back to local execution$/)
    expect((await call(backend, 'GET', '/api/docker')).answer).toMatchObject({ available: false })
  })

  it('does not start where it must have containers', async () => {
    const starting = started({ specs: {}, project: projectOf(specs), docker: 'on', dockerHost: nowhere })
    await expect(starting).rejects.toThrow('No Docker Engine answers: ')
  })

  it('asks for none unless it is told to, and has none to be led', async () => {
    const backend = await started({ specs })
    expect(backend.agents).toBe('agents are simulated: no container is started')
    expect(() => backend.containers).toThrow('there are no containers')
  })
})
