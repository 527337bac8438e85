import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type Docker from 'dockerode'
import { dockerAt, whyNoDocker } from './docker'

/** A separate Docker Engine: a `dockerd` with a private socket, data and state, and with no networks except `none` and `host`. */
export interface OwnEngine {
  /** The address, in the form of DOCKER_HOST. */
  readonly host: string
  readonly docker: Docker
  /** Stops the daemon as its service manager would: its containers are killed (137), and it never reports their `destroy`. */
  stop(): Promise<void>
  /** Starts it again on the same socket and data. */
  start(): Promise<void>
  /** Freezes the process: connections open, but nothing answers. */
  pause(): void
  resume(): void
  /** Stops the daemon and removes all its data. */
  close(): Promise<void>
}

const STARTED_WITHIN = 30_000

/** The reason why no separate Engine can run here, fit for a skipped test's name; null if one can. */
export async function whyNoOwnEngine(): Promise<string | null> {
  if (process.getuid?.() !== 0) return 'needs root'
  const probe = spawn('dockerd', ['--version'], { stdio: 'ignore' })
  const found = await Promise.race([
    once(probe, 'exit').then(([code]) => code === 0),
    once(probe, 'error').then(() => false),
  ])
  return found ? null : 'needs dockerd'
}

/** Starts an Engine. Rejects with the end of its log if it does not answer within 30 s. */
export async function startOwnEngine(): Promise<OwnEngine> {
  const folder = await mkdtemp(join(tmpdir(), 'engine-'))
  const host = `unix://${join(folder, 'docker.sock')}`
  const docker = dockerAt(host)
  let daemon = await startDaemon(folder, docker)
  const stop = async () => {
    if (daemon.exitCode !== null || daemon.signalCode !== null) return
    daemon.kill('SIGCONT')
    daemon.kill('SIGTERM')
    await once(daemon, 'exit')
  }
  return {
    host,
    docker,
    stop,
    start: async () => {
      await stop()
      daemon = await startDaemon(folder, docker)
    },
    pause: () => void daemon.kill('SIGSTOP'),
    resume: () => void daemon.kill('SIGCONT'),
    close: async () => {
      await stop()
      await rm(folder, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

async function startDaemon(folder: string, docker: Docker) {
  const daemon = spawn(
    'dockerd',
    [
      '--bridge=none',
      '--iptables=false',
      '--storage-driver=vfs',
      `--host=unix://${join(folder, 'docker.sock')}`,
      `--data-root=${join(folder, 'data')}`,
      `--exec-root=${join(folder, 'exec')}`,
      `--pidfile=${join(folder, 'pid')}`,
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  )
  let said = ''
  daemon.stderr.on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(-4_000)))
  const until = Date.now() + STARTED_WITHIN
  while ((await whyNoDocker(docker)) !== null) {
    if (daemon.exitCode !== null || Date.now() > until) {
      daemon.kill('SIGKILL')
      throw new Error(`dockerd did not start:\n${said}`)
    }
    await sleep(50)
  }
  return daemon
}
