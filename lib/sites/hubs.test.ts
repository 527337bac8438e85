import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pino } from 'pino'
import { afterEach, expect, it, vi } from 'vitest'
import { Hub } from '../hub/hub'
import { Imports } from '../hub/imports'
import { Recorder } from '../hub/recording/recorder'
import { startReferenceBackend } from '../reference-backend/server'
import { MemoryPublisher } from '../sync/memory-publisher'
import { parseScope } from '../sync/parse-scope'
import { DEFAULT_SITE, fleetScope, runScope, scopeAt, type Scope } from '../sync/scope'
import { projectWith } from '../testing/hub/project'
import { sitePublisher } from './site-publisher'

/** Hubs of several reference backends that share one publisher, as in the server. */

const ends: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

const PATIENCE = { timeout: 15_000, interval: 20 }
const silent = pino({ level: 'silent' })

async function setUp() {
  const folder = await mkdtemp(join(tmpdir(), 'groundtruth-'))
  ends.push(() => rm(folder, { recursive: true, force: true }))
  const failures: unknown[] = []
  const broadcast = vi.fn((_scope: Scope) => undefined)
  const publisher = new MemoryPublisher({ broadcast, audience: () => 1, failed: (_, error) => failures.push(error) })
  ends.push(() => publisher.stop())
  const meter = { refused: () => undefined, dropped: () => undefined }
  const imports = new Imports({ folder: join(folder, 'imports'), publisher, log: silent, meter })
  /** A site with a backend and a data folder of its own; without a name the default one. */
  const site = async (name?: string) => {
    const project = await projectWith([{ id: 'setup' }])
    ends.push(() => rm(project, { recursive: true, force: true }))
    const script = () => ({ ms: 20, lines: [{ stream: 'stdout' as const, text: `this is ${name ?? DEFAULT_SITE}` }] })
    const backend = await startReferenceBackend({ project, generation: 'B', script })
    ends.push(() => backend.close())
    const dataDir = join(folder, name ?? DEFAULT_SITE)
    const hub = new Hub({
      ...{ backendUrl: new URL(backend.url), engine: null, log: silent, recorder: new Recorder(dataDir, silent) },
      publisher: sitePublisher(publisher, name ?? DEFAULT_SITE),
      imports,
      ...(name !== undefined && { site: name }),
    })
    ends.push(() => hub.close())
    await hub.restore()
    await vi.waitFor(() => expect(hub.links().backend).toBe('live'), PATIENCE)
    return { backend, hub, dataDir }
  }
  return { publisher, failures, broadcast, imports, site }
}

type Site = Awaited<ReturnType<Awaited<ReturnType<typeof setUp>>['site']>>

/** Runs the spec to its end, under an id that other sites may have, too. */
async function completed({ hub }: Site, runId = 'same-id') {
  await hub.start({ spec: '001-todo', runId })
  return vi.waitFor(async () => {
    const snapshot = await hub.snapshot(runId)
    expect(snapshot?.status).toBe('completed')
    return snapshot
  }, PATIENCE)
}

/** Every kind of answer that a hub gives about its runs. */
async function everythingOf({ hub }: Site, runId = 'same-id') {
  return {
    run: await hub.snapshot(runId),
    past: await hub.past(runId, Date.now()),
    listed: (await hub.runs()).find(run => run.runId === runId),
    fleet: await hub.fleet(),
    inFleet: (await hub.fleet()).runs[0],
    containers: await hub.containers(),
    specRuns: await hub.specRuns('001-todo'),
    overview: await hub.specOverview(),
  }
}

it(
  '[SITE-3.2] a named site is named in every run, now and in the past, and in every list',
  { timeout: 40_000 },
  async () => {
    const { site, failures } = await setUp()
    const ann = await site('ann')
    await completed(ann)
    expect(ann.hub.site).toBe('ann')
    for (const [what, answer] of Object.entries(await everythingOf(ann))) {
      expect([what, answer]).toEqual([what, expect.objectContaining({ site: 'ann' })])
    }
    expect(failures).toEqual([])
  },
)

it(
  '[SITE-3.1] [SITE-3.4] without a name nothing is named; recordings and imports never hold one',
  { timeout: 40_000 },
  async () => {
    const { site, publisher, imports } = await setUp()
    const [plain, ann] = [await site(), await site('ann')]
    await Promise.all([completed(plain), completed(ann)])
    expect(plain.hub.site).toBeNull()
    const told = JSON.stringify(await everythingOf(plain))
    expect(told).toContain('same-id')
    expect(told).not.toContain('"site"')

    const recordings = join(ann.dataDir, 'recordings')
    const [file = ''] = await readdir(recordings)
    const recorded = await readFile(join(recordings, file), 'utf8')
    expect(recorded).toContain('same-id')
    expect(recorded).not.toContain('"site"')

    const { importId } = await imports.add(Readable.from([Buffer.from(recorded)]))
    const imported = await imports.snapshot(importId)
    expect(imported).toMatchObject({ runId: 'same-id', imported: { id: importId } })
    expect(imported).not.toHaveProperty('site')
    expect(await publisher.read(`import/${importId}`)).toBeDefined()
    expect(await publisher.read(`site/ann/import/${importId}` as Scope)).toBeUndefined()
  },
)

it(
  '[SITE-2.4] runs of one id are followed at both sites, each with its own states, lines and pages',
  { timeout: 40_000 },
  async () => {
    const { site, publisher, broadcast, failures } = await setUp()
    const [ann, bob] = [await site('ann'), await site('bob')]
    broadcast.mockClear()
    await completed(ann)
    const sitesHeard = () => new Set(broadcast.mock.calls.map(([scope]) => parseScope(scope)?.site))
    const runsHeard = () =>
      new Set(broadcast.mock.calls.map(([scope]) => scope).filter(scope => parseScope(scope)?.kind === 'run'))
    expect(runsHeard()).toEqual(new Set(['site/ann/run/same-id']))
    expect(bob.hub.has('same-id')).toBe(false)
    expect((await bob.hub.fleet()).runs).toEqual([])

    await completed(bob)
    expect(runsHeard()).toEqual(new Set(['site/ann/run/same-id', 'site/bob/run/same-id']))
    expect(sitesHeard()).not.toContain(DEFAULT_SITE)
    for (const [name, { hub, backend }] of Object.entries({ ann, bob })) {
      const own = await publisher.read(scopeAt(name, runScope('same-id')))
      expect(own?.document.fields).toMatchObject({ site: name, backend: backend.url.replace(/\/$/, '') })
      const lines = (await hub.logs.page('same-id', { after: 0, limit: 1_000 }))?.lines.map(({ text }) => text).join()
      for (const other of ['ann', 'bob']) expect(lines?.includes(`this is ${other}`)).toBe(other === name)
    }
    expect(await publisher.read(runScope('same-id'))).toBeUndefined()
    expect(failures).toEqual([])
  },
)

it(
  '[SITE-4.7] [SITE-3.6] a backend that is lost makes the rows of its own site old, and no others',
  { timeout: 40_000 },
  async () => {
    const { site, publisher } = await setUp()
    const [ann, bob] = [await site('ann'), await site('bob')]
    await Promise.all([completed(ann), completed(bob)])
    const since = (await bob.hub.fleet()).linkSince
    await ann.backend.close()
    await vi.waitFor(async () => expect((await ann.hub.fleet()).link.backend).not.toBe('live'), PATIENCE)
    expect((await bob.hub.fleet()).link.backend).toBe('live')
    expect((await publisher.read(scopeAt('bob', fleetScope)))?.document.fields).toMatchObject({ linkSince: since })
    expect((await ann.hub.snapshot('same-id'))?.link.backend).not.toBe('live')
    expect((await bob.hub.snapshot('same-id'))?.link.backend).toBe('live')
    await expect(ann.hub.specs()).rejects.toThrow(/\bBACKEND_URLS\b/)
    // And the other site goes on.
    expect(await completed(bob, 'another')).toMatchObject({ site: 'bob', status: 'completed' })
  },
)

it(
  '[SITE-4.8] imports are in the fleet of every site, and their runs among those of the spec',
  { timeout: 40_000 },
  async () => {
    const { site, imports, broadcast } = await setUp()
    const [ann, bob, plain] = [await site('ann'), await site('bob'), await site()]
    await completed(ann)
    const recording = await ann.hub.exportRun('same-id')
    if (recording === undefined) throw new Error('no recording')
    broadcast.mockClear()
    const pieces = async function* () {
      for await (const piece of recording) yield Buffer.from(piece)
    }
    const { importId } = await imports.add(pieces())
    await vi.waitFor(() => {
      const heard = new Set(broadcast.mock.calls.map(([scope]) => scope))
      for (const name of ['ann', 'bob', DEFAULT_SITE]) expect(heard).toContain(scopeAt(name, fleetScope))
    }, PATIENCE)
    for (const { hub } of [ann, bob, plain]) {
      expect((await hub.fleet()).imports.map(({ id }) => id)).toEqual([importId])
    }
    // The site of the run itself shows it once.
    for (const { hub } of [bob, plain]) {
      expect((await hub.specRuns('001-todo'))?.runs.map(run => run.importId)).toContain(importId)
    }
    await imports.remove(importId)
    for (const { hub } of [ann, bob, plain]) expect((await hub.fleet()).imports).toEqual([])
  },
)
