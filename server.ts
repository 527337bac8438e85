import { createServer } from 'node:http'
import { join } from 'node:path'
import { inspect } from 'node:util'
import next from 'next'
import { firstPaintScript } from './app/first-paint'
import { startSteadyClock } from './lib/clock/clock'
import type { DockerHost, Engine } from './lib/docker/engine/engine'
import { DataDirBusy } from './lib/hub/recording'
import { Hub } from './lib/hub/hub'
import { Imports } from './lib/hub/imports'
import { createAudit } from './lib/server/audit'
import { openAccess } from './lib/server/access/authentication'
import { ConfigError, readConfig, type Config } from './lib/server/config'
import { createEdge, drain, listen } from './lib/server/http/edge'
import { Gateway } from './lib/server/gateway'
import { createApi } from './lib/server/http/http'
import { setShown } from './lib/server/site-accessor'
import { haveNames } from './lib/server/site-config'
import { sitePublisher } from './lib/sites/site-publisher'
import { Sites } from './lib/sites/sites'
import { createLog, type Log } from './lib/server/log'
import { looseFiles } from './lib/server/loose-files'
import { Metrics, refusalLog } from './lib/server/metrics'
import { capture, ownOutput } from './lib/server/output'
import { openRecorders } from './lib/server/recorders'
import { Pace } from './lib/server/bounds/pace'
import { inTurns } from './lib/server/bounds/renderings'
import { createSignInHandler } from './lib/server/access/sign-in'
import { MemoryPublisher } from './lib/sync/memory-publisher'

/** How long open answers may take once the server stops, and how long the whole stop may take, ms. */
const PATIENCE_MS = 1_000
const GRACE_MS = 5_000

const output = ownOutput(process)

async function serve(config: Config): Promise<void> {
  const { publicUrl, trustedProxy } = config.access
  const dev = process.env['NODE_ENV'] !== 'production'
  const log = createLog(config.logLevel, output.log)
  const audit = createAudit(log)
  reportFaults(log)
  // In development the framework prints to the developer's terminal, in colours.
  if (!dev) capture(process, log)

  const recorders = openRecorders(config, log)

  // Neither server ever listens: Next and socket.io add their listeners to them, and the edge passes them their requests.
  const hotReload = createServer()
  const live = createServer()

  const { access, signIn, close } = openAccess(config, log, () => gateway.recheck())
  for (const warning of looseFiles(config)) log.warn(warning)
  const metrics = new Metrics(refusalLog(log))
  const gateway = new Gateway(live, access, log, metrics, { trustedProxy })

  const app = next({ dev, httpServer: hotReload })
  await app.prepare()
  const pace = new Pace()
  const pages = inTurns(app.getRequestHandler(), metrics, pace)

  const publisher = new MemoryPublisher(gateway)
  // They belong to no site: the fleet of each shows them.
  const imports = new Imports({ folder: join(config.dataDir, 'imports'), publisher, log, meter: metrics })
  const hubs = await Promise.all(
    config.sites.map(async ({ name, backendUrl, docker }, n) => {
      const engine = docker === 'off' ? null : await openEngine(docker)
      const recorder = recorders[n]
      return new Hub({
        ...(haveNames(config.sites) ? { site: name, log: log.child({ site: name }) } : { log }),
        ...{ backendUrl, engine, imports, publisher: sitePublisher(publisher, name), meter: metrics },
        ...(recorder && { recorder }),
      })
    }),
  )
  await Promise.all(hubs.map(hub => hub.restore()))
  // Not awaited: the live runs must not wait for the imports.
  imports.restore().catch((error: unknown) => log.error({ err: error }, 'imports can’t be read'))
  metrics.watch({ hubs, gateway })
  const shown = { sites: new Sites(hubs), imports }
  setShown(shown)
  gateway.open(publisher)

  const edge = createEdge({
    api: createApi({ ...shown, metrics, audit, warnings: () => looseFiles(config), pace }),
    pages,
    signIn:
      signIn &&
      createSignInHandler({ ...signIn, audit, meter: metrics, publicUrl, pages, pace, left: () => gateway.recheck() }),
    live,
    ...(dev && { hotReload }),
    access,
    publicUrl,
    trustedProxy,
    scripts: [firstPaintScript],
    meter: metrics,
    log,
    pace,
  })
  const url = await listen(edge, config.host, config.port)

  const stop = async () => {
    setTimeout(() => process.exit(1), GRACE_MS).unref()
    await gateway.close()
    await drain(edge, PATIENCE_MS)
    publisher.stop()
    await Promise.all(hubs.map(hub => hub.close()))
    await app.close()
    close()
    process.exit(0)
  }
  // Once: a second Ctrl-C ends the process at once.
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => void stop())

  const labels = config.sites.map(
    ({ name, backendLabel }) => (haveNames(config.sites) ? `${name}: ` : '') + backendLabel,
  )
  output.say(`Groundtruth shows ${labels.join(', ')} at ${url.href}`)
}

/** Loads Docker's client only if it is used: it and its packages are a third of the server. */
async function openEngine(host: DockerHost): Promise<Engine> {
  const { Engine } = await import('./lib/docker/engine/engine')
  return new Engine(host)
}

/** Logs the faults and warnings that Node would otherwise print raw [SAFE-4.71]. */
function reportFaults(log: Log): void {
  process.on('uncaughtException', error => {
    log.fatal({ err: error }, 'a fault of its own ended the server')
    process.exit(1)
  })
  process.removeAllListeners('warning').on('warning', warning => log.warn({ err: warning }, 'a warning of Node’s'))
}

// Ignore errors of our output, such as EPIPE: the reader may exit first, and logging the error would fail again.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined)

try {
  startSteadyClock()
  await serve(readConfig(process.env))
} catch (error) {
  const isToBeMended = error instanceof ConfigError || error instanceof DataDirBusy
  output.complain(isToBeMended ? error.message : inspect(error))
  process.exit(1)
}
