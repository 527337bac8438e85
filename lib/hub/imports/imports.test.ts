import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pino } from 'pino'
import { afterEach, describe, expect, it } from 'vitest'
import { MemoryPublisher } from '../../sync/memory-publisher'
import { importBatchLogScope, importLogScope, importScope } from '../../sync/scope'
import { Imports } from './imports'
import { Folders } from '../../testing/hub/recorded-run'

const folders = new Folders()
afterEach(() => folders.end())

const BOUNDS = { imports: 3, one: 4_096, all: 8_192, atOnce: 2, ofEach: 1, playing: 60_000, logs: 1024 * 1024 }

/** Imports in a folder, and what they reported. */
function importsIn(folder: string | null, bounds = BOUNDS) {
  let dropped = 0
  const told = { changed: 0, refused: 0, failed: [] as unknown[] }
  const publisher = new MemoryPublisher({
    broadcast: () => undefined,
    audience: () => 1,
    failed: (_, error) => told.failed.push(error),
  })
  const imports = new Imports(
    {
      ...{ folder, publisher, log: pino({ level: 'silent' }) },
      meter: { refused: () => void (told.refused += 1), dropped: (lines: number) => void (dropped += lines) },
    },
    bounds,
  )
  imports.listen(() => void (told.changed += 1))
  return { imports, publisher, told, dropped: () => dropped }
}

const header = (runId = 'r1') =>
  `${JSON.stringify({ groundtruth: 1, backend: 'http://127.0.0.1:3000', runId, spec: '001-todo', since: 1_000 })}\n`
const line = (text: string) =>
  `${JSON.stringify({ kind: 'output', container: 'c1', batch: 'a', at: null, stream: 'stdout', text })}\n`
const plan = `${JSON.stringify({
  ...{ kind: 'observed', fresh: false },
  observation: {
    ...{ kind: 'plan', at: 2_000, spec: '001-todo', shared: false },
    batches: [{ id: 'a', name: 'A', dependsOn: [], completed: false, running: false, branch: null }],
  },
})}\n`
const recording = (runId?: string) => header(runId) + plan + line('hello')
const bytes = (...texts: string[]) => Readable.from(texts.map(text => Buffer.from(text)))

describe('[IMP-2] [IMP-3] imported recordings', () => {
  it('[IMP-2.1] [IMP-3.1] are shown under a name of their own, with their logs, and are there after a restart', async () => {
    const folder = join(folders.make(), 'imports')
    const { imports, told } = importsIn(folder)
    const { importId, created } = await imports.add(bytes(recording()))
    expect([importId, created]).toEqual([expect.stringMatching(/^[0-9a-f]{32}$/), true])
    expect(told.changed).toBe(1)
    const { imports: again, told: toldAgain } = importsIn(folder)
    const restored = again.restore()
    // The same recording may be uploaded again while the folder is still being read.
    expect(await again.add(bytes(recording()))).toMatchObject({ importId })
    await restored
    // `changed` also reports that all are read by now.
    expect(toldAgain).toEqual({ changed: 2, refused: 0, failed: [] })
    for (const each of [imports, again]) {
      expect(each.list()).toMatchObject([{ id: importId, runId: 'r1', spec: '001-todo', counts: { total: 1 } }])
      expect(await each.snapshot(importId)).toMatchObject({ runId: 'r1', imported: { id: importId } })
      const query = { after: 0, limit: 10 }
      expect(await each.logs.page(importId, query)).toMatchObject({ lines: [], dropped: 0 })
      expect(await each.logs.page(importId, { ...query, batch: 'a' })).toMatchObject({
        lines: [{ seq: 1, text: 'hello' }],
      })
      expect(await each.logs.page(importId, { ...query, batch: 'b' })).toBeUndefined()
      expect(Buffer.concat(await Readable.from((await each.recording(importId)) ?? []).toArray()).toString()).toBe(
        recording(),
      )
    }
  })

  it('[IMP-2.1] come once, however often and however close together they are sent', async () => {
    const { imports, told } = importsIn(join(folders.make(), 'imports'))
    const all = await Promise.all([imports.add(bytes(recording())), imports.add(bytes(recording()))])
    expect(new Set(all.map(({ importId }) => importId)).size).toBe(1)
    expect(all.filter(({ created }) => created)).toHaveLength(1)
    expect(await imports.add(bytes(recording()))).toMatchObject({ created: false })
    expect(imports.list()).toHaveLength(1)
    expect(told).toEqual({ changed: 1, refused: 0, failed: [] })
  })

  it('[IMP-3.1] [SYNC-9.1] are gone for good once they are removed, and pages are told', async () => {
    const folder = join(folders.make(), 'imports')
    const { imports, publisher } = importsIn(folder)
    const { importId } = await imports.add(bytes(recording()))
    const scopes = [importScope(importId), importLogScope(importId), importBatchLogScope(importId, 'a')]
    for (const scope of scopes) expect(await publisher.snapshot(scope)).toBeDefined()
    await imports.remove(importId)
    for (const scope of scopes) expect(await publisher.snapshot(scope)).toBeUndefined()
    expect(readdirSync(folder)).toEqual([])
    await expect(imports.remove(importId)).rejects.toMatchObject({ code: 'not-found' })
    expect(await imports.snapshot(importId)).toBeUndefined()
    expect(await imports.recording(importId)).toBeUndefined()
    // The same recording may be imported again.
    expect(await imports.add(bytes(recording()))).toEqual({ importId, created: true })
  })
})

const hostile: Record<string, [file: string, code: string]> = {
  'an empty file': ['', 'unusable'],
  'a file of another kind': ['<!doctype html>', 'unusable'],
  'one of another version': [header().replace('"groundtruth":1', '"groundtruth":2'), 'unusable'],
  'one without an end of its first line': [header().trimEnd(), 'unusable'],
  'a time beyond all calendars': [`${header()}{"kind":"note","at":1e300,"text":"x"}\n`, 'unusable'],
  'an end beyond all calendars': [
    `${header()}${JSON.stringify({
      ...{ kind: 'exported', at: 1e300 },
      links: {
        ...{ backend: { link: 'live', since: 0 }, undecided: [] },
        docker: { link: 'off', since: 0, lists: [], imageMissing: false },
      },
    })}\n`,
    'unusable',
  ],
  'numbers that are none': [
    `${header()}${JSON.stringify({
      ...{ kind: 'observed', fresh: true },
      observation: {
        ...{
          kind: 'message',
          connection: 1,
          index: 0,
          id: 'x',
          at: 1.7e308,
          time: { ms: -1.7e308, ns: 0 },
          live: true,
        },
        ...{ says: { kind: 'remark' }, stream: 'system', text: '' },
      },
    })}\n`,
    'unusable',
  ],
  'more than one may be': [recording() + line('x'.repeat(BOUNDS.one)), 'too-much'],
}

describe('a file that is no recording, or a hostile one', () => {
  it.each(Object.entries(hostile))(
    '[IMP-4.2] [IMP-4.10] [IMP-4.11] [IMP-4.12] %s is refused, and leaves nothing behind',
    async (_, [file, code]) => {
      const folder = join(folders.make(), 'imports')
      const { imports, told } = importsIn(folder)
      await expect(imports.add(bytes(...file.split(/(?<=\n)/)))).rejects.toMatchObject({ name: 'HubError', code })
      expect(imports.list()).toEqual([])
      expect(readdirSync(folder)).toEqual([])
      expect(told.refused).toBe(code === 'too-much' ? 1 : 0)
    },
  )

  it('[IMP-4.7] [IMP-4.8] [IMP-4.10] with names too long for every page, or that takes too long to play, is refused', async () => {
    const folder = join(folders.make(), 'imports')
    const { imports, told } = importsIn(folder, { ...BOUNDS, one: 8 * 1024 * 1024, playing: 0 })
    const long = header().replace('"001-todo"', JSON.stringify('s'.repeat(20_000)))
    await expect(imports.add(bytes(long))).rejects.toThrow('names are too long')
    const slow = header() + line('x').repeat(40_000)
    await expect(imports.add(bytes(slow))).rejects.toThrow('takes too long')
    expect([told.refused, imports.list(), readdirSync(folder)]).toEqual([2, [], []])
  })

  it('[IMP-4.12] whose sender breaks off is refused, and leaves nothing behind', async () => {
    const folder = join(folders.make(), 'imports')
    const { imports } = importsIn(folder)
    const broken = (async function* () {
      yield Buffer.from(recording())
      throw new Error('broke off')
    })()
    await expect(imports.add(broken)).rejects.toThrow('broke off')
    expect(readdirSync(folder)).toEqual([])
    expect(await imports.add(bytes(recording()))).toMatchObject({ created: true })
  })

  it('[IMP-2.12] [REC-4.2] with lines that can’t be read says how many, and shows the rest', async () => {
    const { imports } = importsIn(join(folders.make(), 'imports'))
    const { importId } = await imports.add(bytes(`${header()}nonsense\n{"kind":"new"}\n${plan}{"kind":"no`))
    expect(await imports.snapshot(importId)).toMatchObject({ imported: { unread: 3 }, counts: { total: 1 } })
  })
})

describe('the bounds of imports', () => {
  it('[IMP-4] [SAFE-5.67] [IMP-4.1] [IMP-4.3] [IMP-4.4] [IMP-4.10] [SAFE-5] are said and counted: how many, how large all together, how many at once', async () => {
    const { imports, told } = importsIn(join(folders.make(), 'imports'))
    const large = (runId: string) => bytes(recording(runId), line('x'.repeat(3_000)))
    await imports.add(large('r1'))
    await imports.add(large('r2'))
    await expect(imports.add(large('r3'))).rejects.toThrow(/All imports together would be larger/)
    const { importId } = await imports.add(bytes(recording('r4')))
    await expect(imports.add(bytes(recording('r5')))).rejects.toThrow('3 recordings are imported already. Remove one.')
    expect(told.refused).toBe(2)
    await imports.remove(importId)
    let breakOff = (): void => undefined
    const broken = new Promise<void>(resolve => (breakOff = resolve))
    const slow = async function* () {
      yield Buffer.from(header())
      await broken
      throw new Error('gone')
    }
    const ofAnn = Promise.allSettled([imports.add(slow(), 'ann')])
    await expect(imports.add(bytes(recording('r6')), 'ann')).rejects.toThrow('You are importing 1 recordings already.')
    const ofVic = imports.add(bytes(recording('r8')), 'vic')
    await imports.remove((await ofVic).importId)
    const others = Promise.allSettled([imports.add(slow())])
    const waiting = Promise.all([ofAnn, others]).then(all => all.flat())
    await expect(imports.add(bytes(recording('r6')))).rejects.toThrow('Others are being imported.')
    breakOff()
    const gone = { status: 'rejected', reason: { message: 'gone' } }
    expect(await waiting).toMatchObject([gone, gone])
    expect(await imports.add(bytes(recording('r7')))).toMatchObject({ created: true })
  })

  it('[IMP-3.2] [IMP-3.3] what an ended process was still writing is cleared away; what is strange is left alone', async () => {
    const folder = folders.make()
    const { imports } = importsIn(folder)
    const { importId } = await imports.add(bytes(recording()))
    const strange = ['notes.txt', `${'b'.repeat(32)}.jsonl`, '../x.part'.slice(3)]
    for (const name of strange) writeFileSync(join(folder, name), 'strange')
    const { imports: again } = importsIn(folder)
    await again.restore()
    expect(again.list().map(({ id }) => id)).toEqual([importId])
    expect(readdirSync(folder).sort()).toEqual([`${importId}.jsonl`, `${'b'.repeat(32)}.jsonl`, 'notes.txt'].sort())
    expect(readFileSync(join(folder, 'notes.txt'), 'utf8')).toBe('strange')
  })

  it('[IMP-3.4] a data folder that can’t be written, or is none, is said', async () => {
    const folder = folders.make()
    writeFileSync(join(folder, 'imports'), 'a file in its place')
    const { imports } = importsIn(join(folder, 'imports'))
    await expect(imports.add(bytes(recording()))).rejects.toMatchObject({ code: 'unwritable' })
    await imports.restore()
    expect(imports.list()).toEqual([])
    const { imports: none } = importsIn(null)
    await none.restore()
    await expect(none.add(bytes(recording()))).rejects.toMatchObject({ code: 'unwritable' })
  })

  it('[IMP-2.14] [SYNC-12.3] those of an ended process are said to be unread until they are read, or where they can’t be', async () => {
    const folder = folders.make()
    const { imports } = importsIn(folder)
    expect(imports.unread).toBeUndefined()
    await imports.add(bytes(recording()))
    const { imports: again } = importsIn(folder)
    const restored = again.restore()
    expect([again.unread, again.list()]).toEqual(['reading', []])
    await restored
    expect([again.unread, again.list().length]).toEqual([undefined, 1])

    writeFileSync(join(folder, `${'b'.repeat(32)}.jsonl`), 'strange')
    const { imports: damaged } = importsIn(folder)
    await damaged.restore()
    expect([damaged.unread, damaged.list().length]).toEqual(['unread', 1])

    writeFileSync(join(folder, 'imports'), 'a file in its place')
    const { imports: none, told } = importsIn(join(folder, 'imports'))
    await none.restore()
    expect([none.unread, told.changed]).toEqual(['unread', 1])
  })

  it('[IMP-4.9] [IMP-4.13] lines that their logs let go of are counted, told in a finding, and in each log', async () => {
    const { imports, dropped } = importsIn(folders.make(), {
      ...BOUNDS,
      one: 1024 * 1024,
      all: 1024 * 1024,
      logs: 100_000,
    })
    const lines = Array.from({ length: 1_000 }, (_, index) => line(`line ${index}`))
    const { importId } = await imports.add(bytes(header(), plan, ...lines))
    const log = await imports.logs.page(importId, { batch: 'a', after: 0, limit: 10_000 })
    expect(log!.dropped).toBeGreaterThan(100)
    expect(log!.lines.length + log!.dropped).toBe(1_000)
    expect(dropped()).toBe(log!.dropped)
    expect((await imports.snapshot(importId))!.findings).toMatchObject([
      { kind: 'dropped-lines', text: expect.stringContaining(`The oldest ${dropped()} log lines`) as unknown },
    ])
    // Room for another import is taken from the largest logs. Their dropped lines are counted as usual.
    const before = dropped()
    const { importId: other } = await imports.add(bytes(header('r2'), plan, ...lines))
    const left = await Promise.all(
      [importId, other].map(async id => (await imports.logs.page(id, { batch: 'a', after: 0, limit: 1 }))!.dropped),
    )
    expect(dropped()).toBeGreaterThan(before)
    expect(dropped()).toBe(left[0]! + left[1]!)
  })
})
