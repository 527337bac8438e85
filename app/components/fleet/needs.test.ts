import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Finding, Fleet, LinkState, RunFields } from '../../../lib/run/model'
import { someRun } from '../../../lib/testing/run/documents'
import { withLastKnown } from './last-known-needs'
import { failureText, foldText, groupText, lostText } from './need-words'
import { arranged, inPlace, needsOf, rankOf, type Need } from './needs'

const NOW = Date.parse('2026-11-23T14:00:00.000Z')
const ago = (seconds: number) => new Date(NOW - seconds * 1_000).toISOString()

const finding = (kind: string, seconds: number | null, batchId: string | null = 'a'): Finding => ({
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
      live('1', finding('late', 5), finding('odd', null), finding('odder', 9)),
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
      ...['1 odder', '5 long', '1 odd'],
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
    expect(groupText({ kind: 'clock', findings: [finding('clock', 1, null), finding('clock', 1, null)] })).toBe(
      '2 notes.',
    )
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
  const kinds = ['failed', 'conflict', 'ghost', 'orphan', 'late', 'recording', 'odd', 'unproven-failure']
  const anyRun = fc.array(fc.tuple(fc.constantFrom(...kinds.slice(1)), fc.option(fc.nat(500))), { maxLength: 5 })

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
    const folded = [
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
  const odd = live('2', finding('odd', 5))

  it('each keeps its place: a heavier one comes below, and one whose reason is gone stays', () => {
    const before = arranged(of(late, odd))
    const after = inPlace(before, of(odd, failed('3', 1)))
    expect(shown(after.open)).toEqual(['1 late', '2 odd', '3 failed'])
    expect([...after.gone]).toEqual([before.open[0]?.key])
    expect(shown(inPlace(before, of(late, odd)).open)).toEqual(['1 late', '2 odd'])
  })

  it('each shows what is so now', () => {
    const { open } = inPlace(arranged(of(late)), of(live('1', finding('late', 9), finding('late', 5, 'b'))))
    expect(open.map(({ findings }) => findings.length)).toEqual([2])
  })

  it('a new one is open, however many are folded', () => {
    const many = Array.from({ length: 9 }, (_, n) => live(`${n}`, finding('odd', n)))
    const before = arranged(of(...many))
    const after = inPlace(before, of(...many, failed('new', 1)))
    expect(after.folded).toEqual(before.folded)
    expect(shown(after.open).at(-1)).toBe('new failed')
  })
})

describe('[FLEET-1.6] a source that falls silent', () => {
  const play = (...states: Pick<Fleet, 'runs' | 'findings' | 'link' | 'dockerSince'>[]) =>
    states.reduce<readonly Need[]>((before, state) => withLastKnown(before, needsOf(state, NOW), state, NOW), [])
  const ghost = linked(live('1', finding('ghost', 20)), 'live')
  /** The run while a source is silent: no verdict, so no finding. */
  const without = (backend: LinkState, docker: LinkState = 'live', since = ago(0)) =>
    linked(live('1'), backend, docker, since)

  it.each(['stale', 'down'] as const)('withdraws nothing while the backend is %s, and marks it as last known', link => {
    expect(play(fleet([ghost]), fleet([without(link)]))).toMatchObject([{ kind: 'ghost', isOld: true }])
    expect(play(fleet([ghost]), fleet([without('live', link)]))).toMatchObject([{ kind: 'ghost', isOld: true }])
  })

  it('withdraws what a source that is heard no longer shows', () => {
    expect(play(fleet([ghost]), fleet([without('live')]))).toEqual([])
    expect(play(fleet([ghost]), fleet([without('live', 'off')]))).toEqual([])
  })

  it('is asked again after its return, for as long as a verdict takes', () => {
    const down = fleet([without('down')])
    const back = (seconds: number) => fleet([without('live', 'live', ago(seconds))])
    expect(play(fleet([ghost]), down, back(5))).toMatchObject([{ kind: 'ghost', isOld: true }])
    expect(play(fleet([ghost]), down, back(40))).toEqual([])
    expect(play(fleet([ghost]), down, back(5), fleet([ghost]))).toMatchObject([{ isOld: false }])
  })

  it('has the time of that verdict: a container that was created is overdue after a minute', () => {
    const late = linked(live('1', finding('late', 90)), 'live')
    const down = fleet([without('live', 'down')])
    const back = (seconds: number) => fleet([{ ...without('live', 'live', ago(200)), dockerSince: ago(seconds) }])
    expect(play(fleet([late]), down, back(59))).toMatchObject([{ kind: 'late', isOld: true }])
    expect(play(fleet([late]), down, back(90))).toEqual([])
  })

  it('keeps nothing of a run that has ended meanwhile, but a container that only Docker can withdraw', () => {
    const over = { ...without('down'), status: 'aborted' as const, endedAt: ago(5) }
    expect(play(fleet([ghost]), fleet([over]))).toEqual([])
    const orphan = { ...over, findings: [finding('orphan', 30)] }
    const seen = linked(orphan, 'live')
    expect(play(fleet([seen]), fleet([{ ...over, link: { backend: 'live', docker: 'down' } }]))).toMatchObject([
      { kind: 'orphan', isOld: true },
    ])
    expect(play(fleet([seen]), fleet([]))).toEqual([])
  })

  it('keeps a container of no run while Docker is silent, and no other stray', () => {
    const strays = [finding('unclaimed', 20), finding('recording', 10)]
    expect(shown(play(fleet([], 'live', strays), fleet([], 'down')))).toEqual(['none unclaimed'])
    expect(play(fleet([], 'live', strays), fleet([]))).toEqual([])
  })

  it('[FLEET-1.9] stops the time of a run that takes longer than usual: only the backend can withdraw that', () => {
    const earlier = [{ runId: '1', runs: 2, shortest: 60_000, longest: 90_000 }]
    const run = { ...live('1'), startedAt: ago(600) }
    const long = { ...fleet([run]), earlier }
    const [need] = play(long)
    expect(need).toMatchObject({ kind: 'long', since: ago(450), isOld: false })
    expect(need?.findings[0]?.text).toMatch(/^Has run 10 min; 2 earlier runs of its spec took 60 to 90 s\./)
    const lost = { ...fleet([linked(run, 'down')]), earlier }
    expect(play(long, lost)).toMatchObject([{ kind: 'long', isOld: true, findings: need?.findings }])
    // It is over: the need is gone, whether it is told or Docker is silent.
    expect(play(long, lost, fleet([{ ...run, status: 'completed' }]))).toEqual([])
    expect(play(long, fleet([linked({ ...run, stopping: true }, 'live', 'down')]))).toEqual([])
  })

  it('marks what it still says, and changes nothing while nothing changes', () => {
    const told = linked(live('1', finding('unproven-failure', 5)), 'down')
    expect(play(fleet([told]))).toMatchObject([{ kind: 'unproven-failure', isOld: true }])
    const state = fleet([without('down')])
    const before = play(fleet([ghost]), state)
    expect(withLastKnown(before, needsOf(state, NOW), state, NOW)).toBe(before)
  })
})
