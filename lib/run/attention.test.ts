import { describe, expect, it } from 'vitest'
import { needsYou as noticeable } from './attention'
import type { FindingKind } from './model'

const now = Date.parse('2026-11-23T14:00:00Z')
type Noticed = Parameters<typeof noticeable>[0][number]
const needsYou = (...of: Parameters<typeof noticeable>) => noticeable(...of).map(({ run }) => run)
const run = (changes: Partial<Noticed>): Noticed => ({
  runId: 'run-1',
  spec: '014-invoice-portal',
  dryRun: false,
  status: 'running',
  stopping: false,
  error: null,
  link: { backend: 'live', docker: 'off' },
  clockOffset: 0,
  findings: [],
  startedAt: '2026-11-23T13:00:00.000Z',
  endedAt: null,
  heardAt: null,
  ...changes,
})
const finding = (kind: FindingKind) => ({ kind, text: 'odd', at: null, batchId: null, containerId: null })
const failed = run({ status: 'failed', endedAt: '2026-11-23T13:48:00.000Z' })

describe('needsYou', () => {
  it('is quiet about runs that go well or ended by a person', () => {
    expect(needsYou([run({}), run({ status: 'completed' }), run({ status: 'aborted' })], now)).toEqual([])
  })

  it('names a live run with a finding', () => {
    const odd = run({ findings: [finding('unproven-failure')] })
    expect(needsYou([odd], now)).toEqual([odd])
  })

  it('[RUN-16.25] is quiet about a live run of which a clock was set', () => {
    const set = run({ findings: [finding('clock-set')] })
    const odd = run({ findings: [finding('clock-set'), finding('ghost')] })
    expect(needsYou([set, odd], now)).toEqual([odd])
  })

  it.each(['completed', 'failed', 'aborted'] as const)(
    '[DOCK-2.28] names a run that is %s while an agent of it works on, however long ago',
    status => {
      const left = run({ status, endedAt: '2026-11-20T13:00:00.000Z', findings: [finding('orphan')] })
      expect(needsYou([run({}), left], now)).toEqual([left])
    },
  )

  it('[DOCK-2.29] names a completion against the evidence as long as a failure', () => {
    const doubted = run({ status: 'completed', endedAt: '2026-11-23T13:48:00.000Z', findings: [finding('conflict')] })
    expect(needsYou([doubted], now)).toEqual([doubted])
    expect(needsYou([run({}), doubted], now)).toEqual([])
    expect(needsYou([{ ...doubted, endedAt: '2026-11-22T14:00:00.000Z' }], now)).toEqual([])
    expect(needsYou([{ ...doubted, endedAt: '2026-11-22T14:00:00.001Z' }], now)).toHaveLength(1)
  })

  it('is quiet about what else is known of a run that is over', () => {
    const noted = { endedAt: '2026-11-23T13:48:00.000Z', findings: [finding('overflow')] }
    expect(needsYou([run({ ...noted, status: 'completed' }), run({ ...noted, status: 'aborted' })], now)).toEqual([])
  })

  it('[RUN-18.5] names a failure until its spec is run again', () => {
    expect(needsYou([failed], now)).toEqual([failed])
    expect(needsYou([run({}), failed], now)).toEqual([])
    expect(needsYou([run({ status: 'completed' }), failed], now)).toEqual([])
    expect(needsYou([run({ spec: '015' }), failed], now)).toEqual([failed])
  })

  it('[RUN-18.5] names a failure still after a later run that was aborted, was a dry run, or failed by something else', () => {
    expect(needsYou([run({ status: 'aborted' }), failed], now)).toEqual([failed])
    expect(needsYou([run({ status: 'completed', dryRun: true }), failed], now)).toEqual([failed])
    expect(needsYou([run({ status: 'completed', dryRun: true }), { ...failed, dryRun: true }], now)).toEqual([])
    const merge = { ...failed, error: 'Merge failed' }
    expect(needsYou([failed, merge], now)).toEqual([failed, merge])
    expect(needsYou([merge, { ...merge, endedAt: '2026-11-23T12:48:00.000Z' }], now)).toEqual([merge])
  })

  it('[RUN-18.8] names a run that takes longer than every earlier one, beside its findings', () => {
    const odd = run({ findings: [finding('late')] })
    const minute = 60_000
    const earlier = { runId: odd.runId, runs: 2, shortest: 10 * minute, longest: 20 * minute }
    const [need] = noticeable([odd], now, [earlier])
    expect(need?.findings.map(({ kind }) => kind)).toEqual(['late', 'long'])
    expect(noticeable([odd], now, [{ ...earlier, runId: 'run-2' }])[0]?.findings).toHaveLength(1)
  })

  it('[RUN-18.4] leaves out a run that a note settles, as it has ended, but never an agent that works on', () => {
    const note = { at: '2026-11-23T13:50:00.000Z', by: 'ann', text: 'flaky network' }
    expect(needsYou([{ ...failed, notes: [note] }], now)).toHaveLength(1)
    const settled = { ...failed, notes: [{ ...note, settles: true as const }, note] }
    expect(needsYou([settled], now)).toEqual([])
    // It went on, and failed again.
    expect(needsYou([{ ...settled, endedAt: '2026-11-23T13:51:00.000Z' }], now)).toHaveLength(1)
    // By the server's clock, which is 5 min behind, the note came after the end.
    expect(needsYou([{ ...settled, endedAt: '2026-11-23T13:53:00.000Z', clockOffset: -300_000 }], now)).toEqual([])
    expect(noticeable([{ ...settled, findings: [finding('orphan')] }], now)).toMatchObject([{ hasFailed: false }])
  })

  it('never takes two runs without a spec for one another', () => {
    const nameless = { ...failed, spec: null }
    expect(needsYou([run({ spec: null }), nameless], now)).toEqual([nameless])
  })

  it('lets a failure rest after a day, counted from its last sign of life where no end is known', () => {
    expect(needsYou([{ ...failed, endedAt: '2026-11-22T13:59:00.000Z' }], now)).toEqual([])
    const endless = { ...failed, endedAt: null, startedAt: '2026-11-22T12:00:00.000Z' }
    expect(needsYou([endless], now)).toEqual([])
    const heard = { ...endless, heardAt: '2026-11-23T13:00:00.000Z' }
    expect(needsYou([heard], now)).toEqual([heard])
  })

  it('[RUN-18.6] names a run at work of which a live backend has said nothing for longer than an agent may work', () => {
    const quiet = run({ heardAt: '2026-11-23T13:44:00.000Z' })
    const kinds = (changes: Partial<Noticed>, at = now) =>
      noticeable([{ ...quiet, ...changes }], at).flatMap(({ findings }) => findings.map(({ kind }) => kind))
    expect(kinds({})).toEqual(['silent'])
    expect(kinds({}, now - 1)).toEqual([])
    expect(kinds({ status: 'starting' })).toEqual([])
    expect(kinds({ link: { backend: 'stale', docker: 'off' } })).toEqual([])
    expect(kinds({ heardAt: null })).toEqual([])
  })

  it('says why: the failure, and the findings that a person can act on', () => {
    const [why] = noticeable([{ ...failed, findings: [finding('clock-set'), finding('orphan'), finding('late')] }], now)
    expect([why?.hasFailed, why?.findings.map(({ kind }) => kind)]).toEqual([true, ['orphan']])
    const [open] = noticeable([run({ findings: [finding('clock-set'), finding('late'), finding('ghost')] })], now)
    expect([open?.hasFailed, open?.findings.map(({ kind }) => kind)]).toEqual([false, ['late', 'ghost']])
    // Its spec was run again, but the agent of the earlier run works on.
    const [, left] = noticeable(
      [run({ findings: [finding('late')] }), { ...failed, findings: [finding('orphan')] }],
      now,
    )
    expect([left?.hasFailed, left?.findings.map(({ kind }) => kind)]).toEqual([false, ['orphan']])
  })
})
