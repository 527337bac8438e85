import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isSiteName } from './site-name'
import { parseScope } from './parse-scope'
import {
  batchLogScope,
  containersScope,
  DEFAULT_SITE,
  fleetScope,
  importBatchLogScope,
  importLogScope,
  importMergedLogScope,
  importScope,
  logScope,
  mergedLogScope,
  runScope,
  scopeAt,
  scopesOf,
  type LocalScope,
} from './scope'
import { scope } from './messages'

const anyId = fc.oneof(
  fc.string({ unit: 'binary', minLength: 1, maxLength: 20 }),
  fc.array(fc.constantFrom('%', '/', '2', '5', 'F', 'f', 'a'), { minLength: 1, maxLength: 6 }).map(all => all.join('')),
)
const long = 'x'.repeat(200)
const site = DEFAULT_SITE
/** Also names that are properties of every object, or words of a scope. */
const anySite = fc.oneof(
  fc.constantFrom(DEFAULT_SITE, 'ann', 'constructor', 'site', 'run', 'fleet', 'import', 'a'.repeat(32)),
  fc.stringMatching(/^[a-z0-9]{1,3}-{0,2}[a-z0-9]{1,3}$/),
)
const otherSite = anySite.filter(name => name !== DEFAULT_SITE)

describe('scopes', () => {
  it('give back the run they were built for, whatever its id holds', () => {
    fc.assert(
      fc.property(anyId, runId => {
        expect(parseScope(runScope(runId))).toEqual({ kind: 'run', runId, site })
        expect(parseScope(logScope(runId))).toEqual({ kind: 'log', runId, site })
      }),
    )
    expect(parseScope(logScope(long))).toEqual({ kind: 'log', runId: long, site })
    expect(parseScope(runScope('a/b/../c'))).toEqual({ kind: 'run', runId: 'a/b/../c', site })
    expect(parseScope(mergedLogScope(long))).toEqual({ kind: 'merged', runId: long, site })
    expect(parseScope(fleetScope)).toEqual({ kind: 'fleet', site })
    expect(parseScope(containersScope)).toEqual({ kind: 'containers', site })
  })

  it('give back the batch they were built for, whatever the two ids hold', () => {
    fc.assert(
      fc.property(anyId, anyId, (runId, batchId) => {
        expect(parseScope(batchLogScope(runId, batchId))).toEqual({ kind: 'lines', runId, batchId, site })
      }),
    )
    const slashes = '/'.repeat(200)
    expect(parseScope(batchLogScope(slashes, slashes))).toEqual({
      ...{ kind: 'lines', runId: slashes, batchId: slashes, site },
    })
    expect(batchLogScope('a/b', 'c')).not.toBe(batchLogScope('a', 'b/c'))
  })

  it('[IMP-2.2] of imports are never those of runs, whatever a run is called', () => {
    fc.assert(
      fc.property(anyId, anyId, (id, batchId) => {
        expect(parseScope(importScope(id))).toEqual({ kind: 'import', importId: id, site })
        expect(parseScope(importLogScope(id))).toEqual({ kind: 'import-log', importId: id, site })
        expect(parseScope(importMergedLogScope(id))).toEqual({ kind: 'import-merged', importId: id, site })
        expect(parseScope(importBatchLogScope(id, batchId))).toEqual({
          ...{ kind: 'import-lines', importId: id, batchId, site },
        })
      }),
    )
    for (const text of ['import/', 'import-log/', 'import-lines//', 'import-lines/a/', 'lines//', 'import-runs/a']) {
      expect(scope.safeParse(text).success).toBe(false)
    }
  })

  it('have one text each', () => {
    const anyLines = fc
      .array(fc.constantFrom('%', '/', '2', '5', 'F', 'f', 'a', '%25', '%2F', '%2f', '%61'), { maxLength: 8 })
      .map(all => `lines/${all.join('')}`)
    fc.assert(
      fc.property(anyLines, text => {
        const parts = parseScope(text)
        if (parts?.kind === 'lines') expect(batchLogScope(parts.runId, parts.batchId)).toBe(text)
      }),
    )
    expect(parseScope('lines/a%2fb/c')).toBeUndefined()
    expect(parseScope('lines/a%61/c')).toBeUndefined()
  })

  it('are refused where they name nothing', () => {
    const plain = ['', 'run', 'run/', 'log/', 'fleet/', 'fleet/x', 'RUN/a', 'socket-id', `run/${long}x`, 'containers/']
    const lines = ['lines', 'lines/', 'lines/a', 'lines/a/', 'lines//a', `lines/${long}x/a`, `lines/a/${long}x`]
    for (const text of [...plain, ...lines]) expect(scope.safeParse(text).success).toBe(false)
    for (const value of [null, 1, {}, ['fleet']]) expect(scope.safeParse(value).success).toBe(false)
  })
})

describe('scopes of sites', () => {
  /** What a page can follow at a site, and how it is read. */
  const anyLocal = fc.oneof(
    fc.constantFrom<[LocalScope, object]>([fleetScope, { kind: 'fleet' }], [containersScope, { kind: 'containers' }]),
    anyId.map((runId): [LocalScope, object] => [runScope(runId), { kind: 'run', runId }]),
    anyId.map((runId): [LocalScope, object] => [logScope(runId), { kind: 'log', runId }]),
    anyId.map((runId): [LocalScope, object] => [mergedLogScope(runId), { kind: 'merged', runId }]),
    fc
      .tuple(anyId, anyId)
      .map(([runId, batchId]): [LocalScope, object] => [
        batchLogScope(runId, batchId),
        { kind: 'lines', runId, batchId },
      ]),
  )

  it('[SITE-2.1] give back site, run and batch, whatever these are called', () => {
    fc.assert(
      fc.property(anySite, anyLocal, (site, [local, parts]) => {
        expect(isSiteName(site)).toBe(true)
        expect(parseScope(scopeAt(site, local))).toEqual({ ...parts, site })
        expect(scope.safeParse(scopeAt(site, local)).success).toBe(true)
      }),
    )
  })

  it('[SITE-2.1] [SITE-3.1] are those that they always were at the default site', () => {
    fc.assert(
      fc.property(anyLocal, ([local]) => {
        expect(scopeAt(DEFAULT_SITE, local)).toBe(local)
      }),
    )
    const ref = { runId: 'r1', importId: null }
    expect(scopesOf(ref).run).toBe('run/r1')
    expect(scopesOf({ ...ref, site: DEFAULT_SITE }).log).toBe('log/r1')
    expect(scopesOf({ ...ref, site: 'ann' }).linesOf('b1')).toBe('site/ann/lines/r1/b1')
  })

  it('[SITE-2.1] differ where their sites or their runs differ', () => {
    fc.assert(
      fc.property(anySite, anyLocal, anySite, anyLocal, (a, [of], b, [other]) => {
        expect(scopeAt(a, of) === scopeAt(b, other)).toBe(a === b && of === other)
      }),
    )
  })

  it('[SITE-2.2] have one text each', () => {
    const piece = fc.constantFrom(
      ...[
        'site',
        '/',
        'site/',
        'ann',
        'default',
        'a-b',
        '-',
        'Ann',
        'fleet',
        'containers',
        'run/',
        'lines/',
        '%2F',
        '\n',
      ],
      ...['import/', 'log/', 'x', '_', '__proto__', ' '],
    )
    const anyText = fc.array(piece, { maxLength: 8 }).map(all => all.join(''))
    const parsed = new Map<string, string>()
    fc.assert(
      fc.property(
        fc.oneof(
          anyText,
          anyText.map(text => `site/ann/${text}`),
        ),
        text => {
          const parts = parseScope(text)
          if (parts === undefined) return
          const key = JSON.stringify(Object.entries(parts).sort())
          expect(parsed.get(key) ?? text).toBe(text)
          parsed.set(key, text)
        },
      ),
      { numRuns: 2_000 },
    )
    expect(parsed.size).toBeGreaterThan(20)
  })

  it('[SITE-2.3] are never those of imports', () => {
    fc.assert(
      fc.property(otherSite, anyId, anyId, (name, id, batchId) => {
        const ref = { runId: 'r1', importId: id, site: name }
        const { run, log, merged, linesOf } = scopesOf(ref)
        for (const local of [run, log, merged, linesOf(batchId)]) {
          expect(parseScope(local)).toMatchObject({ importId: id, site: DEFAULT_SITE })
          expect(parseScope(`site/${name}/${local}`)).toBeUndefined()
        }
      }),
    )
  })

  it.each([
    ...['site/default/fleet', 'site//fleet', 'site/ann', 'site/ann/', 'site/fleet', 'site/Ann/fleet', 'site/a_b/fleet'],
    ...['site/-a/fleet', 'site/a-/run/r1', 'site/__proto__/fleet', 'site/ann/fleet/', 'site/ann/site/bob/fleet'],
    ...['site/ann /fleet', 'site/ann/run/', `site/${'a'.repeat(33)}/fleet`, `site/ann/run/${long}x`, 'SITE/ann/fleet'],
    ...['/site/ann/fleet', 'site/ann/fleet\n', 'site/%61nn/fleet'],
  ])('[SITE-2.2] are refused if they are spelled %j', text => {
    expect(scope.safeParse(text).success).toBe(false)
  })
})
