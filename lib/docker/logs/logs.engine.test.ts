import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Docker from 'dockerode'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { startOwnEngine, whyNoOwnEngine } from '../../reference-backend/own-engine'
import { Engine } from '../engine/engine'
import type { ContainerLine } from './log-lines'
import { ContainerLog } from './logs'
import { importBusybox, socketAtHand, whyNoContainers } from '../../testing/docker/fixtures'

const whyNot = await whyNoContainers()
const whyNoOwn = await whyNoOwnEngine()

const named = (name: string, why: string | null) => (why === null ? name : `${name} (skipped: ${why})`)

const create = (docker: Docker, image: string, script: string, more: Docker.ContainerCreateOptions = {}) =>
  docker.createContainer({
    Image: image,
    Cmd: ['/bin/busybox', 'sh', '-c', script],
    name: `log-test-${randomUUID()}`,
    HostConfig: { NetworkMode: 'none' },
    ...more,
  })

const at = (socketPath: string) => new Engine({ socketPath })

/** Follows a container, and records everything that is reported. */
function follow(client: Engine, id: string, told: (count: number) => void = () => {}) {
  const lines: ContainerLine[] = []
  const gaps: string[] = []
  let heard = () => {}
  let end = () => {}
  let fail: (error: unknown) => void = () => {}
  const ended = new Promise<void>((resolve, reject) => {
    end = resolve
    fail = reject
  })
  const log = new ContainerLog(client, id, {
    line: line => {
      lines.push(line)
      told(lines.length)
      heard()
    },
    gap: text => void gaps.push(text),
    ended: end,
    failed: fail,
  })
  log.start()
  const of = (stream: 'stdout' | 'stderr') => lines.filter(line => line.stream === stream).map(({ text }) => text)
  /** Resolves with the line number `count`. */
  const reached = (count: number) =>
    new Promise<void>(resolve => {
      heard = () => {
        if (lines.length >= count) resolve()
      }
      heard()
    })
  return { log, lines, gaps, ended, of, reached }
}

const numbers = (count: number, of: (n: number) => boolean) =>
  Array.from({ length: count }, (_, index) => index + 1)
    .filter(of)
    .map(String)

/** A proxy to the Engine that the test can cut. */
async function proxyTo(target: string) {
  const folder = await mkdtemp(join(tmpdir(), 'log-proxy-'))
  const path = join(folder, 'docker.sock')
  const open = new Set<Socket>()
  let left = Infinity
  let cuts = 0
  let refusing = false
  const cut = () => {
    for (const socket of open) socket.destroy()
    open.clear()
  }
  const server = createServer(client => {
    if (refusing) {
      client.destroy()
      return
    }
    const engine = connect(target)
    const end = () => {
      for (const socket of [client, engine]) {
        socket.destroy()
        open.delete(socket)
      }
    }
    for (const socket of [client, engine]) {
      open.add(socket)
      socket.on('error', end)
      socket.on('close', end)
    }
    client.on('data', (chunk: Buffer) => engine.write(chunk))
    engine.on('data', (chunk: Buffer) => {
      const passed = chunk.subarray(0, left)
      left -= passed.length
      if (left > 0) {
        client.write(passed)
        return
      }
      cuts += 1
      left = Infinity
      client.end(passed, end)
    })
  })
  server.listen(path)
  await once(server, 'listening')
  return {
    path,
    get cuts() {
      return cuts
    },
    get connections() {
      return open.size / 2
    },
    /** Cuts all connections after this many further bytes, probably in the middle of a line. */
    cutAfter(bytes: number) {
      left = bytes
    },
    refuse(yes: boolean) {
      refusing = yes
      if (yes) cut()
    },
    async close() {
      cut()
      server.close()
      await rm(folder, { recursive: true })
    },
  }
}

describe.skipIf(whyNot !== null)(named('ContainerLog with an Engine', whyNot), { timeout: 60_000 }, () => {
  const docker = new Docker({ socketPath: socketAtHand })
  const made: Docker.Container[] = []
  const run = async (script: string, more: Docker.ContainerCreateOptions = {}) => {
    const one = await create(docker, image, script, more)
    made.push(one)
    await one.start()
    return one
  }

  let image = ''

  beforeAll(async () => {
    image = await importBusybox(docker)
  })
  afterEach(async () => {
    for (const one of made.splice(0)) await one.remove({ force: true }).catch(unlessGone)
  })
  afterAll(() => docker.getImage(image).remove({ force: true }))

  it('[DOCK-8.2] tells every line once, in order within its stream, over any number of cuts', async () => {
    const proxy = await proxyTo(socketAtHand)
    const random = generator(1)
    const one = await run(
      'i=0; while [ $i -lt 20000 ]; do i=$((i+1)); if [ $((i%3)) = 0 ]; then echo $i >&2; else echo $i; fi; done',
    )
    const { ended, gaps, of } = follow(at(proxy.path), one.id, count => {
      if (count % 900 === 0) proxy.cutAfter(1 + Math.floor(random() * 20_000))
    })
    await ended
    expect(of('stdout')).toEqual(numbers(20_000, n => n % 3 !== 0))
    expect(of('stderr')).toEqual(numbers(20_000, n => n % 3 === 0))
    expect(gaps).toEqual([])
    expect(proxy.cuts).toBeGreaterThan(5)
    await proxy.close()
  })

  it('[DOCK-8.6] has read all where a container is removed as soon as it has ended', async () => {
    const one = await run('i=0; while [ $i -lt 5000 ]; do i=$((i+1)); echo $i; done')
    const { ended, gaps, of, reached } = follow(at(socketAtHand), one.id)
    // Wait until reading has begun: on a busy Engine the removal could come before the first request.
    await reached(1)
    await one.wait()
    await one.remove()
    await ended
    expect(of('stdout')).toEqual(numbers(5_000, () => true))
    expect(gaps).toEqual([])
  })

  it('[DOCK-8.6] says so where a container is gone before all could be read', async () => {
    const proxy = await proxyTo(socketAtHand)
    const one = await run('echo first; busybox sleep 60')
    const { ended, gaps, lines, reached } = follow(at(proxy.path), one.id)
    await reached(1)
    proxy.refuse(true)
    await one.remove({ force: true })
    proxy.refuse(false)
    await ended
    expect(lines.map(({ text }) => text)).toEqual(['first'])
    expect(gaps).toEqual([
      'The container was removed before all of its output could be read: lines may be missing here.',
    ])
    await proxy.close()
  })

  const odd = [
    'b=/bin/busybox',
    // A line of 40,000 characters, which the Engine stores in three pieces, and one of 100,000.
    '$b head -c 40000 /dev/zero | $b tr "\\0" x; echo',
    '$b head -c 100000 /dev/zero | $b tr "\\0" y; echo',
    'printf "caf\\303\\251 \\377 two\\r\\n\\n"',
    'printf "no end"',
  ].join('; ')
  const oddLines = ['40000 × x', '65536 × y … 34464 more bytes cut', 'café � two', '', 'no end']
  const short = (text: string) => text.replace(/(.)\1{99,}/g, (run, letter: string) => `${run.length} × ${letter}`)

  it('[DOCK-8.9] [DOCK-8.10] [DOCK-8.11] [SAFE-5] joins long lines, cuts longer ones visibly, and reads whatever bytes come', async () => {
    const one = await run(odd)
    const { ended, gaps, of } = follow(at(socketAtHand), one.id)
    await ended
    expect(of('stdout').map(short)).toEqual(oddLines)
    expect(gaps).toEqual([])
  })

  it('[DOCK-8] reads the output of a terminal as well, over cuts', async () => {
    const proxy = await proxyTo(socketAtHand)
    const random = generator(2)
    const one = await run(`i=0; while [ $i -lt 2000 ]; do i=$((i+1)); echo $i; done; ${odd}`, { Tty: true })
    const { ended, gaps, of } = follow(at(proxy.path), one.id, count => {
      if (count % 400 === 0 || count === 2_001) proxy.cutAfter(1 + Math.floor(random() * 5_000))
    })
    await ended
    expect(of('stdout').slice(0, 2_000)).toEqual(numbers(2_000, () => true))
    // The number of cut bytes includes the times before the pieces, and the terminal's own line end.
    expect(of('stdout').slice(2_000).map(short)).toEqual([
      oddLines[0],
      expect.stringMatching(/^65536 × y … 34\d{3} more bytes cut$/),
      ...oddLines.slice(2),
    ])
    expect(gaps).toEqual([])
    await proxy.close()
  })

  it('[DOCK-8.1] begins with the first line of a container that started long before, and has times of the Engine', async () => {
    const before = Date.now()
    const one = await run('echo first; echo second >&2')
    await one.wait()
    const after = Date.now()
    const { ended, lines } = follow(at(socketAtHand), one.id)
    await ended
    expect(lines.map(({ stream, text }) => `${stream}: ${text}`).sort()).toEqual(['stderr: second', 'stdout: first'])
    for (const { at } of lines) {
      expect(at).toBeGreaterThanOrEqual(before)
      expect(at).toBeLessThanOrEqual(after)
    }
  })

  it('[DOCK-8] leaves no connection behind once closed, and tells nothing more', async () => {
    const proxy = await proxyTo(socketAtHand)
    const one = await run('while :; do echo again; done')
    const { log, lines, reached } = follow(at(proxy.path), one.id)
    await reached(10)
    log.close()
    const told = lines.length
    await expect.poll(() => proxy.connections).toBe(0)
    expect(lines.length).toBe(told)
    await proxy.close()
  })
})

describe.skipIf(whyNoOwn !== null)(
  named('ContainerLog with an Engine of its own', whyNoOwn),
  { timeout: 90_000 },
  () => {
    it('[DOCK-8] loses no line where the daemon is stopped, which kills its containers, and started again', async () => {
      const engine = await startOwnEngine()
      try {
        const image = await importBusybox(engine.docker)
        const one = await create(engine.docker, image, 'i=0; while :; do i=$((i+1)); echo $i; busybox usleep 500; done')
        await one.start()
        const { ended, gaps, of, reached } = follow(at(engine.host.replace('unix://', '')), one.id)
        await reached(500)
        await engine.stop()
        await engine.start()
        await ended
        const kept = await one.logs({ stdout: true, follow: false })
        const last = /(\d+)\s*$/.exec(kept.toString('latin1'))?.[1]
        expect(of('stdout')).toEqual(numbers(Number(last), () => true))
        expect(of('stdout').length).toBeGreaterThanOrEqual(500)
        expect(gaps).toEqual([])
      } finally {
        await engine.close()
      }
    })

    it('[DOCK-8] goes on where the daemon stands still for a while', async () => {
      const engine = await startOwnEngine()
      try {
        const image = await importBusybox(engine.docker)
        const one = await create(engine.docker, image, 'i=0; while [ $i -lt 3000 ]; do i=$((i+1)); echo $i; done')
        await one.start()
        const client = at(engine.host.replace('unix://', ''))
        const ask = client.logs.bind(client)
        const unanswered = new Promise<void>(resolve => {
          client.logs = (...question) =>
            ask(...question).catch((error: unknown) => {
              resolve()
              throw error
            })
        })
        engine.pause()
        const { ended, gaps, of } = follow(client, one.id)
        await unanswered
        engine.resume()
        await ended
        expect(of('stdout')).toEqual(numbers(3_000, () => true))
        expect(gaps).toEqual([])
      } finally {
        await engine.close()
      }
    })
  },
)

function unlessGone(error: unknown): void {
  if (typeof error === 'object' && error !== null && Reflect.get(error, 'statusCode') === 404) return
  throw error
}

/** Numbers in [0, 1), the same for the same seed. */
function generator(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}
