import fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import { someBatch } from '../../testing/run/documents'
import { agent, SECOND, T0 } from '../../testing/run/told-run'
import { CLAIMS_ALONE, type Links } from '../links'
import type { Batch, Finding, LinkState } from '../model'
import { shown } from './evidence'
import { LastKnownAlarms } from './last-known'

const iso = (ms: number) => new Date(ms).toISOString()
const MINUTE = 60 * SECOND

const alarmOf = (kind: 'ghost' | 'late' | 'conflict' | 'orphan', batchId = 'a'): Finding => ({
  ...{ kind, text: `Batch: ${kind}`, at: iso(T0), batchId, containerId: null },
})
const running = someBatch('a', 'running', { startedAt: iso(T0) })

/** Links that change as they are told, each since when it did. */
class Sources {
  links: Links = { ...CLAIMS_ALONE, docker: { ...CLAIMS_ALONE.docker, link: 'live' } }

  set(source: 'backend' | 'docker', link: LinkState, since: number): void {
    this.links = { ...this.links, [source]: { ...this.links[source], link, since } }
  }
}

describe('[DOCK-2.30] an alarm whose source falls silent', () => {
  let alarms: LastKnownAlarms
  let sources: Sources
  beforeEach(() => {
    alarms = new LastKnownAlarms()
    sources = new Sources()
  })
  /** The kinds of the findings, and when those were known that are last known, in s after `T0`. */
  const look = (seconds: number, findings: Finding[], batches: Batch[] = [running]) => {
    const told = alarms.update({ findings, batches }, sources.links, T0 + seconds * SECOND).findings
    return told.map(({ kind, knownAt }) =>
      knownAt === undefined ? kind : `${kind} ${(Date.parse(knownAt) - T0) / SECOND}`,
    )
  }

  it.each(['backend', 'docker'] as const)('stays as of then while %s is silent', source => {
    expect(look(60, [alarmOf('ghost')])).toEqual(['ghost'])
    sources.set(source, 'stale', T0 + MINUTE)
    expect(look(61, [])).toEqual(['ghost 60'])
    expect(look(4_000, [])).toEqual(['ghost 60'])
  })

  it('stays, however often its link comes back for a moment', () => {
    look(60, [alarmOf('ghost')])
    for (const [at, link] of [
      [60, 'stale'],
      [70, 'live'],
      [75, 'stale'],
      [80, 'live'],
      [82, 'down'],
    ] as const) {
      sources.set('backend', link, T0 + at * SECOND)
      expect(look(at, [])).toEqual(['ghost 60'])
    }
    expect(look(2_000, [])).toEqual(['ghost 60'])
  })

  it('stays through silences of both that overlap', () => {
    look(60, [alarmOf('late')])
    for (const [at, source, link] of [
      [300, 'backend', 'down'],
      [420, 'docker', 'down'],
      [480, 'docker', 'live'],
      [600, 'docker', 'down'],
    ] as const) {
      sources.set(source, link, T0 + at * SECOND)
      expect(look(at + 1, [])).toEqual(['late 300'])
    }
  })

  it.each([
    ['ghost', 35],
    ['late', 80],
    ['conflict', 50],
    ['orphan', 20.7],
  ] as const)('waits, once both are live, until it is found again: a %s at most %d s', (kind, most) => {
    look(60, [alarmOf(kind)])
    sources.set('docker', 'down', T0 + MINUTE)
    look(61, [])
    sources.set('docker', 'live', T0 + 2 * MINUTE)
    const { deadline } = alarms.update({ findings: [], batches: [running] }, sources.links, T0 + 121 * SECOND)
    expect(deadline).toBe(T0 + (120 + most) * SECOND)
    expect(look(119.9 + most, [])).toEqual([`${kind} 60`])
    expect(look(119.95 + most, [alarmOf(kind)])).toEqual([kind])
    sources.set('docker', 'down', T0 + 300 * SECOND)
    expect(look(301, [])).toEqual([`${kind} 300`])
    sources.set('docker', 'live', T0 + 400 * SECOND)
    expect(look(400 + most, [])).toEqual([])
  })

  it('goes with what the backend says of its batch, or Docker of its containers', () => {
    const one = shown(agent('c1'))
    const with1 = someBatch('a', 'running', { startedAt: iso(T0), containers: [one] })
    const changed: Batch[] = [
      { ...with1, status: 'completed', endedAt: iso(T0 + MINUTE) },
      { ...with1, containers: [{ ...one, state: 'exited', exitCode: 0 }] },
      { ...with1, containers: [{ ...one, removed: true }] },
      { ...with1, containers: [one, shown(agent('c2'))] },
    ]
    for (const batch of changed) {
      alarms = new LastKnownAlarms()
      sources = new Sources()
      look(60, [alarmOf('conflict')], [with1])
      sources.set('backend', 'down', T0 + MINUTE)
      expect(look(61, [], [with1])).toEqual(['conflict 60'])
      expect(look(62, [], [batch])).toEqual([])
    }
    alarms = new LastKnownAlarms()
    const ended = someBatch('a', 'running', { containers: [{ ...one, state: 'exited', exitCode: 3 }] })
    sources = new Sources()
    look(60, [alarmOf('late')], [ended])
    sources.set('backend', 'down', T0 + MINUTE)
    expect(look(62, [], [{ ...ended, containers: [{ ...one, state: 'exited', exitCode: 3, removed: true }] }])).toEqual(
      ['late 60'],
    )
  })

  it('goes at once if it is no longer found while both are live, or Docker is no longer watched', () => {
    look(60, [alarmOf('ghost')])
    expect(look(61, [])).toEqual([])
    look(62, [alarmOf('ghost')])
    sources.set('docker', 'off', T0 + MINUTE)
    expect(look(63, [])).toEqual([])
  })

  it('is one that was shown, with what its batch was then, whatever happens', () => {
    const steps = fc.array(
      fc.record({
        wait: fc.integer({ min: 1, max: 120 }),
        link: fc.constantFrom('backend', 'docker', null),
        to: fc.constantFrom('live', 'stale', 'down'),
        isFound: fc.boolean(),
        batch: fc.integer({ min: 0, max: 2 }),
      }),
      { maxLength: 30 },
    )
    fc.assert(
      fc.property(steps, all => {
        alarms = new LastKnownAlarms()
        sources = new Sources()
        let now = 0
        const shown: { at: number; batch: number }[] = []
        for (const { wait, link, to, isFound, batch } of all) {
          now += wait
          if (link !== null && sources.links[link].link !== to) sources.set(link, to, T0 + now * SECOND)
          const areLive = sources.links.backend.link === 'live' && sources.links.docker.link === 'live'
          // Without both sources no new alarm is found.
          const findings = isFound && areLive ? [alarmOf('ghost')] : []
          if (findings.length > 0) shown.push({ at: now, batch })
          const told = look(now, findings, [someBatch('a', 'running', { startedAt: iso(T0 + batch) })])
          const known = told.find(text => text.startsWith('ghost '))
          if (known === undefined) continue
          const last = shown.at(-1)
          expect(last?.batch).toBe(batch)
          expect(Number(known.split(' ')[1])).toBeGreaterThanOrEqual(last?.at ?? Infinity)
          expect(findings).toEqual([])
        }
      }),
      { numRuns: 1_000 },
    )
  })
})
