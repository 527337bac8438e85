import { randomBytes } from 'node:crypto'
import { describe, expect, it, onTestFinished } from 'vitest'
import { agentImage } from './agent-image'
import { dockerAt, refusal, whyNoDocker } from '../docker'
import { Listener, planOf, projectOf, start, started } from '../../testing/backend/reference-backend'

const docker = dockerAt()
const whyNot = await whyNoDocker(docker)

describe.skipIf(whyNot !== null)(`the image of agents (skipped without Docker: ${whyNot ?? 'it is here'})`, () => {
  it('is made where it is missing, works, and is then the same', { timeout: 30_000 }, async () => {
    const name = `reference-backend-test/${randomBytes(6).toString('hex')}:1`
    await expect(docker.getImage(name).inspect()).rejects.toSatisfy(error => refusal(error) === 404)
    onTestFinished(() => docker.getImage(name).remove({ force: true }))
    const project = projectOf({ s: { plan: planOf({ a: [] }) } })
    const backend = await started({ specs: {}, project, docker: 'on', image: name })
    expect(backend.agents).toBe(`agents are scripts in containers of ${name}`)
    await start(backend, 's')
    await (await Listener.join(backend)).until('All batches completed successfully.')
    const { Id } = await docker.getImage(name).inspect()
    expect(await agentImage(docker, name)).toBe(name)
    expect((await docker.getImage(name).inspect()).Id).toBe(Id)
  })
})
