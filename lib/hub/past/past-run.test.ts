import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CLAIMS_ALONE, type Links } from '../../run/links'
import { fold } from '../../run/fold'
import { emptyRun } from '../../run/run'
import { iso } from '../../run/time/time'
import { derive } from '../../run/view'
import { deliver, hostWith, Listening, someFrames, stories } from '../../testing/hub/recorded-run'
import { T0 } from '../../testing/backend/stories'
import type { Entry } from '../recording/entries'
import { RunState } from '../runs/run-state'
import { PastRun } from './past-run'

const HEADER = { groundtruth: 1, backend: 'http://b', runId: 'r1', spec: '001-todo', since: T0 } as const
const UNTIL = T0 + 10_000_000
const silentSince = (since: number): Links => ({ ...CLAIMS_ALONE, backend: { link: 'stale', since } })

/** What a dashboard records of a story that is told to it. */
function recordedOf(story: Parameters<typeof deliver>[1], cuts: readonly number[]): Entry[] {
  const entries: Entry[] = []
  const host = hostWith((_, entry) => void (entry.kind === 'observed' && entries.push(entry)))
  const run = new Listening(new RunState('r1', host, '001-todo', T0))
  deliver(run, story, cuts, story.frames.length)
  run.state.close()
  return entries
}

const atOf = (entry: Entry) => (entry.kind === 'observed' ? entry.observation.at : 0)

function pastOf(entries: readonly Entry[]): PastRun {
  const past = new PastRun(UNTIL)
  past.begin(HEADER)
  for (const entry of entries) past.play(entry)
  return past
}

/** The same from all entries, by a fold of its own. */
function expectedAt(entries: readonly Entry[], moment: number) {
  const run = emptyRun()
  let links = silentSince(T0)
  for (const entry of entries) {
    if (entry.kind === 'linked' && entry.at <= moment) links = entry.links
    if (entry.kind === 'observed' && entry.observation.at <= moment) fold(run, entry.observation)
  }
  const { batches, ...fields } = derive(run, moment, links).view
  const spec = fields.spec ?? HEADER.spec
  return { fields: { ...fields, spec, link: { backend: links.backend.link, docker: links.docker.link } }, batches }
}

describe('a moment of the past', () => {
  it('[PAST-1.1] [PAST-1.2] is what was known then, in whatever order moments are asked for, or at once', async () => {
    const moments = fc.array(fc.nat(1_200), { minLength: 1, maxLength: 8 })
    await fc.assert(
      fc.asyncProperty(stories, someFrames, moments, fc.nat(1_000), async (story, cuts, asked, cutAt) => {
        const entries = recordedOf(story, cuts)
        const first = T0
        const last = Math.max(...entries.map(atOf), T0)
        const at = (share: number) => Math.round(first + (share / 1_000) * (last - first))
        // Entries are in the order in which they came, so the change of a link has its place among them.
        const linked: Entry = { kind: 'linked', at: at(cutAt), links: silentSince(at(cutAt)) }
        const place = entries.findIndex(entry => atOf(entry) > linked.at)
        const all = place < 0 ? [...entries, linked] : [...entries.slice(0, place), linked, ...entries.slice(place)]
        const past = pastOf(all)
        const together = await Promise.all(asked.map(share => past.at(at(share))))
        const single: Awaited<(typeof together)[number]>[] = []
        for (const share of asked) single.push(await past.at(at(share)))
        expect(together).toEqual(single)
        for (const [n, share] of asked.entries()) {
          const { fields, batches } = single[n]!
          const expected = expectedAt(all, at(share))
          expect(batches).toEqual(expected.batches)
          expect(fields).toMatchObject(expected.fields)
        }
      }),
      { numRuns: 60 },
    )
  })

  it('[PAST-1.3] has the findings of a gap from then on, and when the last message had come', async () => {
    const past = pastOf([
      { kind: 'observed', fresh: false, observation: { kind: 'stop', at: T0 + 10 } },
      { kind: 'hole', from: T0 + 20, to: T0 + 30 },
    ])
    expect((await past.at(T0 + 29)).fields.findings).toEqual([])
    expect((await past.at(T0 + 30)).fields.findings).toMatchObject([{ kind: 'incomplete' }])
    expect((await past.at(T0 + 30)).fields.heardAt).toBeNull()
  })

  it('[PAST-1.3] before anything was known of the run is idle, by the spec it was asked for', async () => {
    const { fields, batches } = await pastOf([]).at(T0 - 1)
    expect(fields).toMatchObject({ status: 'idle', spec: '001-todo', startedAt: null, counts: { total: 0 } })
    expect(batches).toEqual([])
  })
})

describe('the moments of a run', () => {
  const stopAt = (at: number): Entry => ({
    kind: 'observed',
    fresh: false,
    observation: { kind: 'asked', at, dryRun: false },
  })

  it('[PAST-1.4] are when something was learned, those that are close together as one', () => {
    const { from, to, changes } = pastOf([T0 + 100, T0 + 250, T0 + 400, T0 + 550].map(stopAt)).moments
    expect({ from, to }).toEqual({ from: iso(T0), to: iso(UNTIL) })
    expect(changes).toEqual([iso(T0 + 100), iso(T0 + 400)])
  })

  it('[PAST-1.4] end where the recording was known to be whole', () => {
    expect(pastOf([T0 + 100, UNTIL + 1].map(stopAt)).moments.changes).toEqual([iso(T0 + 100)])
  })

  it('[PAST-1.4] are 2,000 at most, from the first on', () => {
    const all = Array.from({ length: 5_000 }, (_, n) => stopAt(T0 + n * 1_000))
    const { changes } = pastOf(all).moments
    expect(changes.length).toBeLessThanOrEqual(2_000)
    expect(changes.length).toBeGreaterThan(1_000)
    expect(changes[0]).toBe(iso(T0))
  })
})
