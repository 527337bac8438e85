import { describe, expect, it } from 'vitest'
import type { Batch } from '../../run/model'
import { agent, T0 } from '../../testing/run/told-run'
import { agentContainer, orphansFirst, unclaimed, type Ownership } from './agent-containers'

const iso = (ms: number) => new Date(ms).toISOString()
const first = 'a'.repeat(64)
const second = 'b'.repeat(64)

const batch: Batch = {
  ...{ id: 'a', name: 'A', status: 'aborted', branch: null, error: null, dependsOn: [], basis: 'stream' },
  ...{ startedAt: iso(T0), endedAt: iso(T0), verdict: 'orphan', reason: 'It still runs.', reasonSince: iso(T0) },
  container: { ...agentContainer(agent(second), nobodys()), removed: false, timedOut: false },
  containers: [],
}

function nobodys(over: Partial<Ownership> = {}): Ownership {
  return { assignment: null, batch: null, over: false, candidates: [], ...over }
}
const its = nobodys({ assignment: { runId: 'r1', batchId: 'a' }, batch, over: true })

describe('a container in the list', () => {
  it('[DOCK-2] has the verdict of its batch where that speaks of it: the latest, or one still at work', () => {
    const orphan = { verdict: 'orphan', reason: 'It still runs.', reasonSince: iso(T0), runId: 'r1', batchId: 'a' }
    expect(agentContainer(agent(second, { exitCode: 0 }), its)).toMatchObject({ ...orphan, stoppable: false })
    expect(agentContainer(agent(first), its)).toMatchObject({ ...orphan, stoppable: true })
    expect(agentContainer(agent(first, { exitCode: 0 }), its)).toMatchObject({
      ...{ verdict: 'unknown', reason: 'An earlier container of this batch.', reasonSince: null },
    })
  })

  it('[CONTAINERS-1.2] has the name of its batch where that is known, and is not the id', () => {
    expect(agentContainer(agent(first), its)).toMatchObject({ batchId: 'a', batchName: 'A' })
    const unnamed = { ...its, batch: { ...batch, name: 'a' } }
    expect(agentContainer(agent(first), unnamed)).not.toHaveProperty('batchName')
    expect(agentContainer(agent(first), nobodys())).not.toHaveProperty('batchName')
  })

  it('[DOCK-4] says what is known of whose it is', () => {
    const reason = (belongs: Ownership) => agentContainer(agent(first), belongs).reason
    expect(reason(nobodys())).toBe('Belongs to no run that is known here.')
    expect(reason(nobodys({ candidates: ['r1', 'r2'] }))).toContain('May belong to r1 or r2')
    expect(reason(nobodys({ assignment: { runId: 'r1', batchId: 'z' } }))).toBe('Its run names no such batch.')
  })

  it.each(['planning', 'merge-help', 'session', 'terminal', 'other'] as const)(
    '[DOCK-7] says what it is for where it is no agent of a batch, and can’t be stopped: %s',
    role => {
      const shown = agentContainer(agent(first, { role }), nobodys({ over: true }))
      expect(shown).toMatchObject({ role, runId: null, verdict: 'unknown', stoppable: false })
      expect(shown.reason).toMatch(/no batch\.$/)
    },
  )

  it('comes first where it may be stopped, then where it works for nobody, then at work, then ended', () => {
    const works = agentContainer(agent(first), its)
    const list = [
      works,
      agentContainer(agent('c'), nobodys()),
      agentContainer(agent('e', { createdAt: T0 + 1 }), { ...its, over: false }),
      agentContainer(agent('d'), { ...its, over: false }),
      agentContainer(agent('f', { exitCode: 0 }), its),
    ]
    expect(list.toReversed().sort(orphansFirst)).toEqual(list)
  })
})

describe('an agent at work for nobody', () => {
  it('[DOCK-4] is worth a word after 10 s', () => {
    const works = agent(first)
    expect(unclaimed(works, T0 + 9_999)).toEqual([])
    expect(unclaimed(works, T0 + 10_000)).toMatchObject([
      { kind: 'unclaimed', at: iso(T0), batchId: 'a', containerId: first },
    ])
    expect(unclaimed(agent(first, { exitCode: 0 }), T0 + 60_000)).toEqual([])
    expect(unclaimed(agent(first, { role: 'session' }), T0 + 60_000)).toEqual([])
  })
})
