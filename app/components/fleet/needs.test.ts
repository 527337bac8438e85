import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Finding, FindingKind, LinkState, RunFields } from '../../../lib/run/model'
import { someRun } from '../../../lib/testing/run/documents'
import { failureText, foldText, groupText, lostText } from './need-words'
import { arranged, inPlace, needsOf, rankOf, type Need } from './needs'

const NOW = Date.parse('2026-11-23T14:00:00.000Z')
const ago = (seconds: number) => new Date(NOW - seconds * 1_000).toISOString()

const finding = (kind: FindingKind, seconds: number | null, batchId: string | null = 'a'): Finding => ({
  ...{ kind, text: `Batch: ${kind}`, batchId, containerId: null },
  at: seconds === null ? null : ago(seconds),
})
const live = (runId: string, ...findings: Finding[]) => someRun(runId, { spec: `spec of ${runId}`, findings })
const failed = (runId: string, seconds: number, ...findings: Finding[]): RunFields => ({
  ...live(runId, ...findings),
  ...{ status: 'failed', endedAt: ago(seconds), error: 'Merge failed' },
})
const linked = (run: RunFields, backend: LinkState, docker: LinkState = 'live', since = ago(0)): RunFields => ({
  ...run,
  ...{ link: { backend, docker }, linkSince: since, dockerSince: since },
})
const fleet = (runs: RunFields[], docker: LinkState = 'live', findings: Finding[] = []) => ({
  ...{ runs, findings, link: { backend: 'live' as const, docker }, dockerSince: ago(600) },
})
const shown = (needs: readonly Need[]) => needs.map(({ kind, run }) => `${run?.runId ?? 'none'} ${kind}`)

describe('what needs a person', () => {
  it('[FLEET-1.2] stands in one order: by weight across runs, then the newest first, then those of unknown age', () => {
    const runs = [
      live('1', finding('late', 5), finding('overflow', null), finding('repeated-id', 9)),
      live('2', finding('orphan', 50), finding('ghost', 40)),
      failed('3', 60),
      live('4', finding('conflict', null), finding('late', 4)),
      { ...live('5'), startedAt: ago(900) },
    ]
    const earlier = [{ runId: '5', runs: 2, shortest: 60_000, longest: 90_000 }]
    const strays = [finding('recording', 3), finding('unclaimed', 70)]
    const all = needsOf({ ...fleet(runs, 'live', strays), earlier }, NOW)
    expect(shown(all)).toEqual([
      ...['2 ghost', '2 orphan', '3 failed', '4 conflict'],
      ...['none recording', '4 late', '1 late', 'none unclaimed'],
      ...['1 repeated-id', '5 long', '1 overflow'],
    ])
  })

  it('[FLEET-1.3] has one line for all findings of a kind in a run, as old as the oldest', () => {
    const [need, ...others] = needsOf(fleet([live('1', finding('ghost', 20, 'a'), finding('ghost', 50, 'b'))]), NOW)
    expect(others).toEqual([])
    expect(need).toMatchObject({ kind: 'ghost', since: ago(50), findings: [{ batchId: 'a' }, { batchId: 'b' }] })
    expect(need && groupText(need)).toBe('2 ghosts: a, b.')
  })

  it('[FLEET-1.3] names four of many, and how many more there are', () => {
    const ids = ['a', 'b', 'c', 'd', 'e', 'f']
    const findings = ids.map(id => finding('late', 1, id))
    expect(groupText({ kind: 'late', findings })).toBe('6 late: a, b, c, d, 2 more.')
    expect(
      groupText({ kind: 'clock-set', findings: [finding('clock-set', 1, null), finding('clock-set', 1, null)] }),
    ).toBe('2 notes.')
  })

  it('says what to do after a failure', () => {
    expect(failureText({ error: 'Merge failed' })).toBe(
      'Merge failed. Resolve the conflict on its branch, then start its spec again.',
    )
    expect(failureText({ error: null })).toBe('The backend gave no reason. Read its log, then start its spec again.')
    expect([lostText(0), lostText(1), lostText(7)]).toEqual([
      'what runs there is not known.',
      '1 run can’t be followed.',
      '7 runs can’t be followed.',
    ])
  })
})

describe('the fold', () => {
  const kinds = ['conflict', 'ghost', 'orphan', 'late', 'recording', 'overflow', 'unproven-failure'] as const
  const anyRun = fc.array(fc.tuple(fc.constantFrom(...kinds), fc.option(fc.nat(500))), { maxLength: 5 })

  it('[FLEET-1.4] never hides a line that is heavier than one that stays open', () => {
    fc.assert(
      fc.property(fc.array(anyRun, { maxLength: 8 }), all => {
        const runs = all.map((findings, n) => live(`${n}`, ...findings.map(([kind, at]) => finding(kind, at))))
        const { open, folded } = arranged(needsOf(fleet(runs), NOW))
        const heaviestFolded = Math.min(...folded.map(({ kind }) => rankOf(kind)))
        for (const { kind } of open) expect(rankOf(kind)).toBeLessThanOrEqual(heaviestFolded)
        expect(folded).not.toHaveLength(1)
      }),
    )
  })

  it('[FLEET-1.4] says what it hides', () => {
    const folded: Pick<Need, 'kind' | 'findings'>[] = [
      { kind: 'ghost', findings: [finding('ghost', 1), finding('ghost', 2)] },
      { kind: 'late', findings: [finding('late', 1)] },
      { kind: 'failed', findings: [] },
      { kind: 'late', findings: [finding('late', 1)] },
      { kind: 'long', findings: [finding('long', 1, null)] },
    ]
    expect(foldText(folded)).toBe('5 more: 2 ghosts, 2 late, 1 failed, 1 longer than usual')
  })
})

describe('[FLEET-1.5] while a person points at a line', () => {
  const of = (...runs: RunFields[]) => needsOf(fleet(runs), NOW)
  const late = live('1', finding('late', 5))
  const odd = live('2', finding('overflow', 5))

  it('each keeps its place: a heavier one comes below, and one whose reason is gone stays', () => {
    const before = arranged(of(late, odd))
    const after = inPlace(before, of(odd, failed('3', 1)))
    expect(shown(after.open)).toEqual(['1 late', '2 overflow', '3 failed'])
    expect([...after.gone]).toEqual([before.open[0]?.key])
    expect(shown(inPlace(before, of(late, odd)).open)).toEqual(['1 late', '2 overflow'])
  })

  it('each shows what is so now', () => {
    const { open } = inPlace(arranged(of(late)), of(live('1', finding('late', 9), finding('late', 5, 'b'))))
    expect(open.map(({ findings }) => findings.length)).toEqual([2])
  })

  it('a new one is open, however many are folded', () => {
    const many = Array.from({ length: 9 }, (_, n) => live(`${n}`, finding('overflow', n)))
    const before = arranged(of(...many))
    const after = inPlace(before, of(...many, failed('new', 1)))
    expect(after.folded).toEqual(before.folded)
    expect(shown(after.open).at(-1)).toBe('new failed')
  })
})

describe('[FLEET-1.6] a need is old', () => {
  it('where one of its findings is of an earlier moment', () => {
    const ghost = { ...finding('ghost', 20), knownAt: ago(5) }
    const both = live('1', ghost, finding('late', 3))
    expect(needsOf(fleet([both]), NOW)).toMatchObject([
      { kind: 'ghost', isOld: true },
      { kind: 'late', isOld: false },
    ])
    const strays = [{ ...finding('unclaimed', 20), knownAt: ago(5) }, finding('recording', 10)]
    expect(needsOf(fleet([], 'live', strays), NOW).map(({ kind, isOld }) => [kind, isOld])).toEqual([
      ['recording', false],
      ['unclaimed', true],
    ])
  })

  it.each(['stale', 'down'] as const)('where its run’s backend is %s', link => {
    const told = linked(live('1', finding('unproven-failure', 5)), link)
    expect(needsOf(fleet([told]), NOW)).toMatchObject([{ kind: 'unproven-failure', isOld: true }])
  })
})
