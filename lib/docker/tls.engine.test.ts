import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { connect, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createServer, type Server } from 'node:tls'
import { promisify } from 'node:util'
import Docker from 'dockerode'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Engine } from './engine/engine'
import { readDockerHost } from './engine/host'
import { createAgent, importBusybox, socketAtHand, Told, whyNoContainers } from '../testing/docker/fixtures'
import { DockerWatcher } from './watcher'

const run = promisify(execFile)
const whyNoCertificates = () =>
  run('openssl', ['version']).then(
    () => null,
    () => 'needs openssl',
  )
const whyNot = (await whyNoContainers()) ?? (await whyNoCertificates())

/** Makes a key and the certificate of an authority; with `by` a certificate that this authority has signed. */
async function certify(folder: string, certificate: string, key: string, by?: { ca: string; key: string }) {
  const path = (name: string) => join(folder, name)
  const signed = by && ['-CA', path(by.ca), '-CAkey', path(by.key), '-addext', 'subjectAltName=IP:127.0.0.1']
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
  const to = ['-subj', `/CN=${certificate}`, '-days', '1', '-keyout', path(key), '-out', path(certificate)]
  await run('openssl', ['req', '-x509', ...curve, ...to, ...(signed ?? [])])
}

/** The local Engine on a network port, under TLS. It accepts only clients with a certificate of its authority. */
async function engineUnderTls(folder: string): Promise<{ server: Server; host: string }> {
  const read = (name: string) => readFile(join(folder, name))
  const [ca, cert, key] = await Promise.all([read('ca.pem'), read('server.pem'), read('server-key.pem')])
  const server = createServer({ ca, cert, key, requestCert: true, rejectUnauthorized: true }, client => {
    const engine = connect(socketAtHand)
    const end = () => [client, engine].forEach(socket => socket.destroy())
    for (const socket of [client, engine]) socket.on('error', end).on('close', end)
    client.pipe(engine).pipe(client)
  })
  // The server refuses a client by closing the connection. The tests expect that, so the error is ignored.
  server.on('tlsClientError', () => undefined)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return { server, host: `tcp://127.0.0.1:${port}` }
}

describe.skipIf(whyNot !== null)(`an Engine under TLS${whyNot === null ? '' : ` (skipped: ${whyNot})`}`, () => {
  let folder = ''
  let strangers = ''
  let engine: Awaited<ReturnType<typeof engineUnderTls>>
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'certificates-'))
    strangers = join(folder, 'strangers')
    await mkdir(strangers)
    for (const place of [folder, strangers]) {
      const by = { ca: 'ca.pem', key: 'ca-key.pem' }
      await certify(place, by.ca, by.key)
      await certify(place, 'server.pem', 'server-key.pem', by)
      await certify(place, 'cert.pem', 'key.pem', by)
    }
    engine = await engineUnderTls(folder)
  })
  afterAll(async () => {
    engine.server.close()
    await rm(folder, { recursive: true })
  })

  function connected(certificates: string) {
    const read = readDockerHost({
      DOCKER_HOST: engine.host,
      DOCKER_TLS_VERIFY: '1',
      DOCKER_CERT_PATH: certificates,
    })
    if (read.host === null || read.host === 'off') throw new Error(read.problems.join(' '))
    return new Engine(read.host)
  }

  it('[DOCK-1] is watched by the standard variables', { timeout: 60_000 }, async () => {
    const docker = new Docker({ socketPath: socketAtHand })
    const image = await importBusybox(docker)
    const told = new Told()
    const watcher = new DockerWatcher(connected(folder), told)
    watcher.start()
    try {
      await told.until(() => watcher.link === 'live')
      const container = await createAgent(docker, image, 'exit 4')
      try {
        await container.start()
        await told.until(() => told.latest.get(container.id)?.exitCode === 4)
      } finally {
        await container.remove({ force: true })
      }
      await told.until(() => told.latest.get(container.id)?.removed === true)
      expect([told.odds, told.failures]).toEqual([[], []])
    } finally {
      watcher.close()
      await docker.getImage(image).remove()
    }
  })

  it('[DOCK-3] that is another’s is not believed', async () => {
    await expect(connected(strangers).ping()).rejects.toMatchObject({
      ...{ kind: 'unreachable', refused: true },
      message: expect.stringContaining('Check the certificates in DOCKER_CERT_PATH.') as string,
    })
  })
})
