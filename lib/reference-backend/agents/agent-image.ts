import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { copyFile, mkdir, mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type Docker from 'dockerode'
import { z } from 'zod'
import { refusal, wordsOf } from '../docker'

export const AGENT_IMAGE = 'groundtruth-agent:latest'
const PULLED = 'busybox:latest'

const BUSYBOX = ['/bin/busybox', '/usr/bin/busybox']
/** The programs that an agent's script runs, and those that help a person who looks into the container. */
const APPLETS = ['sh', 'cat', 'sleep', 'rm', 'tail', 'ls', 'ps', 'mkdir', 'touch', 'head', 'grep', 'true']

/**
 * The name of an image in which agents can run. The wanted image is used if the Engine has it, otherwise it is made under that name
 * from this machine's busybox; failing that, `busybox:latest` is pulled. Rejects with a readable message if none is available.
 */
export async function agentImage(docker: Docker, wanted = AGENT_IMAGE): Promise<string> {
  if (await isThere(docker, wanted)) return wanted
  try {
    await make(docker, wanted)
    return wanted
  } catch (cause) {
    if (await isThere(docker, PULLED)) return PULLED
    try {
      await output(docker, await docker.pull(PULLED))
      return PULLED
    } catch (error) {
      const reasons = `${wordsOf(cause)}; ${PULLED}: ${wordsOf(error)}`
      throw new Error(`There is no image for agents (${wanted}: ${reasons})`, { cause: error })
    }
  }
}

async function isThere(docker: Docker, name: string): Promise<boolean> {
  try {
    await docker.getImage(name).inspect()
    return true
  } catch (error) {
    if (refusal(error) === 404) return false
    throw error
  }
}

/** Tags the image only after it was seen to work: a busybox that is not static would not start in it. */
async function make(docker: Docker, name: string): Promise<void> {
  const busybox = BUSYBOX.find(path => existsSync(path))
  if (busybox === undefined) throw new Error('no busybox on this machine')
  const id = await imported(docker, busybox)
  const image = docker.getImage(id)
  try {
    await tryOut(docker, id)
    const [, repo = name, tag = 'latest'] = /^(.*?)(?::([^/:]*))?$/.exec(name) ?? []
    await image.tag({ repo, tag })
  } catch (error) {
    await image.remove()
    throw error
  }
}

/** Returns the id of an image that contains only busybox. */
async function imported(docker: Docker, busybox: string): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'agent-image-'))
  try {
    await mkdir(join(root, 'bin'))
    await copyFile(busybox, join(root, 'bin/busybox'))
    for (const applet of APPLETS) await symlink('busybox', join(root, 'bin', applet))
    const tar = spawn('tar', ['cf', '-', '--owner=0', '--group=0', 'bin'], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [said] = await Promise.all([docker.importImage(tar.stdout), once(tar, 'spawn')])
    const ids = (await output(docker, said)).filter(status => status.startsWith('sha256:'))
    return z.string().parse(ids[0])
  } finally {
    await rm(root, { recursive: true })
  }
}

async function tryOut(docker: Docker, image: string): Promise<void> {
  const trial = await docker.createContainer({
    name: `groundtruth-trial-${randomUUID()}`,
    Image: image,
    Cmd: ['sh', '-c', 'sleep 0.01'],
    HostConfig: { NetworkMode: 'none' },
  })
  try {
    await trial.start()
    const { StatusCode } = z.object({ StatusCode: z.number() }).parse(await trial.wait())
    if (StatusCode !== 0) throw new Error(`the busybox on this machine exits with ${StatusCode} in a container`)
  } finally {
    await trial.remove({ force: true })
  }
}

const step = z.object({ status: z.string().optional() })

/** The messages of an import or a pull, once it is over. Rejects if one of them reports a failure. */
async function output({ modem }: Docker, stream: NodeJS.ReadableStream): Promise<string[]> {
  const steps = await new Promise<unknown>((resolve, reject) => {
    modem.followProgress(stream, (error, said) => (error === null ? resolve(said) : reject(error)))
  })
  return z
    .array(step)
    .parse(steps)
    .map(({ status = '' }) => status)
}
