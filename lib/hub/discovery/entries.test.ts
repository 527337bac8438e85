import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { HistoryEntry } from '../../backend/http'
import { isOver } from '../../run/is-over'
import { entriesAtWork, ITS_OWN_WORD, sortEntries, wasResumed, type Clocks, type Sorted } from './entries'
import type { KnownRun } from '../runs'

const SPEC = '001-todo'
const START = 1_000_000
const CLOCKS: Clocks = { now: START + 60_000, since: START, offset: 0 }

const entry = (id: string, more: Partial<HistoryEntry> = {}): HistoryEntry => ({
  ...{ id, status: 'running', dryRun: false, startedAt: START + 1_000, endedAt: null, error: null, batches: [] },
  ...more,
})
const ended = (id: string, endedAt: number, more: Partial<HistoryEntry> = {}): HistoryEntry =>
  entry(id, { status: 'completed', endedAt, ...more })
const run = (runId: string, more: Partial<KnownRun> = {}): KnownRun => ({
  ...{ runId, spec: SPEC, historyId: null, basis: 'stream', status: 'running' },
  ...{ startedAt: START + 1_000, since: START + 1_000 },
  ...more,
})

const ids = (sorted: Sorted) => ({
  show: sorted.show.map(({ id }) => id),
  wait: sorted.wait.map(({ id }) => id),
  announced: sorted.followed.map(({ entry: { id }, runId }) => [id, runId]),
})
const sorted = (entries: HistoryEntry[], known: KnownRun[], clocks: Partial<Clocks> = {}) =>
  ids(sortEntries(SPEC, entries, known, { ...CLOCKS, ...clocks }))

const nothing = { show: [], wait: [], announced: [] }

describe('a run that nobody announced', () => {
  it('[RUN-13] is shown while it runs, however long ago it began, and where it ended since this dashboard started', () => {
    const entries = [
      entry('running', { startedAt: START - 86_400_000 }),
      entry('waiting', { status: 'pending' }),
      ended('ended', START + 1),
      ended('aborted', START, { status: 'aborted' }),
    ]
    expect(sorted(entries, [])).toEqual({ ...nothing, show: ['running', 'waiting', 'ended', 'aborted'] })
  })

  it('[RUN-13] is not shown where it ended before, or nobody knows when', () => {
    const entries = [ended('old', START - 1), ended('odd', 0, { endedAt: null }), entry('odder', { status: null })]
    expect(sorted(entries, [run('r', { startedAt: CLOCKS.now })])).toEqual(nothing)
  })

  it.each([
    ['behind', 3_600_000],
    ['ahead', -3_600_000],
  ])('[RUN-7] ended before or since by one clock, though the backend’s is an hour %s', (_, offset) => {
    const entries = [ended('old', START - 1 - offset), ended('new', START + 1 - offset)]
    expect(sorted(entries, [], { offset })).toEqual({ ...nothing, show: ['new'] })
  })

  it('[RUN-13] once shown is told of to its end, whatever begins meanwhile', () => {
    const shown = run('run-1', { historyId: 'run-1', basis: 'history' })
    const young = run('mine', { since: CLOCKS.now })
    expect(sorted([entry('run-1')], [shown, young]).show).toEqual(['run-1'])
    expect(sorted([ended('run-1', START - 1)], [shown, young]).show).toEqual(['run-1'])
  })
})

describe('a followed run', () => {
  it('[RUN-13] has its entry to itself, whatever that says', () => {
    const followed = run('mine', { historyId: 'a' })
    for (const its of [entry('a'), ended('a', START + 1), ended('a', START - 1)]) {
      expect(sorted([its, entry('b')], [followed])).toEqual({ show: ['b'], wait: [], announced: [['a', 'mine']] })
    }
  })

  it('[RUN-13] that was found in the history is not announced by being shown, but by a stream', () => {
    const shown = run('a', { historyId: 'a', basis: 'history' })
    expect(sorted([entry('a')], [shown])).toEqual({ ...nothing, show: ['a'] })
    expect(sorted([entry('a')], [shown, run('mine', { historyId: 'a' })])).toEqual({
      ...nothing,
      announced: [['a', 'mine']],
    })
  })

  it.each([
    ['that has just been started here', { since: CLOCKS.now - 1, startedAt: null }, 'wait'],
    ['whose spec nobody said yet', { since: CLOCKS.now - 1, startedAt: null, spec: null }, 'wait'],
    ['that began anew under the same id', { since: START, startedAt: CLOCKS.now - 1 }, 'wait'],
    ['of another spec', { since: CLOCKS.now - 1, spec: '002-other' }, 'show'],
    ['that has said its entry', { since: CLOCKS.now - 1, historyId: 'other' }, 'show'],
    ['for 10 s', { since: CLOCKS.now - ITS_OWN_WORD, startedAt: null }, 'show'],
    ['that is stamped in the future', { since: START, startedAt: CLOCKS.now + 3_600_000 }, 'show'],
  ] as const)('[RUN-13] %s: an unknown entry is in %3$s', (_, more, place) => {
    expect(sorted([entry('a', { startedAt: 0 })], [run('mine', more)])).toEqual({ ...nothing, [place]: ['a'] })
  })

  it('[RUN-13] waits by one clock, though the backend’s is an hour behind', () => {
    const young = run('mine', { since: START, startedAt: CLOCKS.now - 3_600_000 - 1 })
    expect(sorted([entry('a')], [young], { offset: 3_600_000 }).wait).toEqual(['a'])
  })
})

describe('several runs of one entry', () => {
  const at = (ms: number, more: Partial<KnownRun> = {}) => ({ historyId: 'a', startedAt: START + ms, ...more })
  const continued = (known: KnownRun[]) => sortEntries(SPEC, [entry('a')], known, CLOCKS).continued

  it('[RUN-13.16] it is the latest one’s; each earlier unfinished one was gone on with when the next began', () => {
    const known = [run('third', at(300)), run('first', at(100)), run('second', at(200))]
    expect(sorted([entry('a')], known).announced).toEqual([['a', 'third']])
    expect(continued(known)).toEqual([
      { runId: 'first', from: START + 200 },
      { runId: 'second', from: START + 300 },
    ])
  })

  it('[RUN-13.17] what has ended is left as it is', () => {
    for (const status of ['completed', 'failed', 'aborted'] as const) {
      expect(continued([run('first', at(100, { status })), run('second', at(200))])).toEqual([])
    }
  })

  it('[RUN-13] also where the history no longer lists it', () => {
    const known = [run('first', at(100)), run('second', at(200))]
    expect(sortEntries(SPEC, [], known, CLOCKS).continued).toEqual([{ runId: 'first', from: START + 200 }])
    expect(sortEntries('002-other', [], known, CLOCKS).continued).toEqual([])
  })

  it('[RUN-13] a begin that only our clock knows is told by the backend’s', () => {
    const known = [run('first', at(100)), run('second', at(0, { startedAt: null, since: START + 5_000 }))]
    expect(sortEntries(SPEC, [], known, { ...CLOCKS, offset: 2_500 }).continued).toEqual([
      { runId: 'first', from: START + 2_500 },
    ])
  })
})

describe('an entry of a followed run that is over', () => {
  const END = START + 5_000
  const withBatch = (endedAt: number | null, more: Partial<HistoryEntry> = {}) =>
    entry('a', {
      batches: [
        { ...{ id: 'b', name: 'b', status: 'completed', branch: null, error: null }, startedAt: null, endedAt },
      ],
      ...more,
    })

  it.each([
    ['stays open, as after an abort', entry('a'), false, false],
    ['is open again', entry('a'), true, true],
    ['has ended', ended('a', END), true, false],
    ['is open, and a batch ended later', withBatch(END + 2_001), false, true],
    ['is open, and a batch ended with the run', withBatch(END + 2_000), false, false],
    ['is open, and nobody knows when a batch ended', withBatch(null), false, false],
  ])('[RUN-13.20] that %s: resumed: %4$s', (_, its, wasEnded, resumed) => {
    expect(wasResumed(its, END, wasEnded)).toBe(resumed)
  })
})

describe('whatever is known', () => {
  const id = fc.constantFrom('a', 'b', 'c', '__proto__', 'constructor')
  const time = fc.integer({ min: START - 20_000, max: START + 80_000 })
  const anyEntry = fc.record({
    id,
    ...{ status: fc.constantFrom('running', 'pending', 'completed', 'failed', 'aborted', 'odd', null) },
    ...{ dryRun: fc.boolean(), startedAt: fc.option(time), endedAt: fc.option(time) },
    ...{ error: fc.constant(null), batches: fc.constant<HistoryEntry['batches']>([]) },
  })
  const anyRun = fc.record({
    ...{ runId: fc.uuid(), spec: fc.constantFrom(SPEC, '002-other', null), historyId: fc.option(id) },
    basis: fc.constantFrom('stream' as const, 'history' as const),
    status: fc.constantFrom('idle' as const, 'running' as const, 'completed' as const, 'failed' as const),
    ...{ startedAt: fc.option(time), since: time },
  })
  const clocks = fc.record({ now: time, since: time, offset: fc.integer({ min: -5_000, max: 5_000 }) })
  const entries = fc.uniqueArray(anyEntry, { selector: ({ id: its }) => its })

  it('[RUN-13] an entry is in one place at most, and an open one in exactly one', () => {
    fc.assert(
      fc.property(entries, fc.array(anyRun), clocks, (listed, known, at) => {
        const { show, wait, announced } = ids(sortEntries(SPEC, listed, known, at))
        const placed = [...show, ...wait, ...announced.map(([its]) => its)]
        expect(new Set(placed).size).toBe(placed.length)
        for (const { id: its, status } of listed) if (status === 'running') expect(placed).toContain(its)
        for (const its of [...show, ...wait]) {
          const owned = known.some(
            ({ basis, spec, historyId }) => basis === 'stream' && (spec ?? SPEC) === SPEC && historyId === its,
          )
          expect(owned).toBe(false)
        }
      }),
    )
  })

  it('[RUN-13] of the runs that share an entry all unfinished ones but the latest are gone on with', () => {
    fc.assert(
      fc.property(entries, fc.array(anyRun), clocks, (listed, known, at) => {
        const { followed: announced, continued } = sortEntries(SPEC, listed, known, at)
        const over = new Set(known.filter(({ status }) => isOver(status)).map(({ runId }) => runId))
        const gone = new Set(continued.map(({ runId }) => runId))
        expect(gone.size).toBe(continued.length)
        for (const { entry: its, runId } of announced) {
          const owners = known.filter(
            ({ basis, spec, historyId }) => basis === 'stream' && (spec ?? SPEC) === SPEC && historyId === its.id,
          )
          for (const owner of owners) {
            expect(gone.has(owner.runId)).toBe(owner.runId !== runId && !over.has(owner.runId))
          }
        }
      }),
    )
  })

  /**
   * The truth: runs with an entry each, some of them followed. The dashboard receives, in any order, the entries, the
   * begins of followed runs, and their messages with the id of their own entry. Time passes between them.
   */
  const hearing = fc.array(fc.boolean(), { minLength: 1, maxLength: 5 }).chain(followed => {
    const heard = followed.flatMap((isFollowed, index) => [
      { kind: 'entry', index, gap: 0 },
      ...(isFollowed
        ? [
            { kind: 'begin', index, gap: 0 },
            { kind: 'word', index, gap: 0 },
          ]
        : []),
    ])
    const order = fc.shuffledSubarray(heard, { minLength: heard.length })
    const gaps = fc.array(fc.integer({ min: 0, max: 8_000 }), { minLength: heard.length, maxLength: heard.length })
    return fc.record({ followed: fc.constant(followed), order, gaps })
  })

  it('[RUN-13] in whatever order stream and history tell, in the end each run is there exactly once', () => {
    fc.assert(
      fc.property(hearing, ({ followed, order, gaps }) => {
        let now = START
        const known = new Map<string, KnownRun>()
        const listed: HistoryEntry[] = []
        const round = () => {
          const { show, followed: announced } = sortEntries(SPEC, listed, [...known.values()], { ...CLOCKS, now })
          for (const { id: its } of show) {
            const key = `history ${its}`
            if (!known.has(key)) known.set(key, run(key, { historyId: its, basis: 'history', since: now }))
          }
          for (const { entry: its } of announced) known.delete(`history ${its.id}`)
        }
        order.forEach(({ kind, index }, place) => {
          const its = `run-${index}`
          const before = known.get(its)
          if (kind === 'entry') listed.push(entry(its))
          // A message that comes before the begin is from a replay.
          else if (kind === 'word') known.set(its, { ...(before ?? run(its, { since: now })), historyId: its })
          else if (!before) known.set(its, run(its, { since: now, startedAt: null }))
          round()
          now += gaps[place] ?? 0
        })
        now += ITS_OWN_WORD
        round()
        const expected = followed.map((isFollowed, index) => (isFollowed ? `run-${index}` : `history run-${index}`))
        expect([...known.keys()].sort()).toEqual(expected.sort())
      }),
    )
  })
})

describe('[RUN-13.21] the entries that sessions read', () => {
  it('are those of followed runs of the spec', () => {
    const known = [
      run('a', { historyId: 'a' }),
      run('b', { historyId: 'b', spec: null }),
      run('c', { historyId: 'c', spec: 'another' }),
      run('d', { historyId: null }),
      run('e', { historyId: 'e', basis: 'history' }),
    ]
    expect([...entriesAtWork(SPEC, known)]).toEqual(['a', 'b'])
  })

  it('are none of a run that is over: only the entry shows whether it was resumed', () => {
    const known = [run('a', { historyId: 'x', status: 'failed' }), run('b', { historyId: 'x' })]
    expect([...entriesAtWork(SPEC, known)]).toEqual([])
    expect([...entriesAtWork(SPEC, known.toReversed())]).toEqual([])
  })
})
