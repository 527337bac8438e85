import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { Played, ROOT, runsOf } from '../testing/hub/played-recording'

const expectedFile = z.object({
  spec: z.string(),
  runs: z.array(
    z.object({
      sockets: z.array(z.string()),
      status: z.string(),
      branches: z.record(z.string(), z.string()),
      counts: z.record(z.string(), z.number()),
      batches: z.record(z.string(), z.string()).optional(),
      verdicts: z.record(z.string(), z.string()).optional(),
    }),
  ),
  containers: z.array(
    z.object({
      id: z.string(),
      batch: z.string().nullable(),
      tree: z.string().nullable(),
      exitCode: z.number().nullable(),
    }),
  ),
})
const folders = ['newest', 'oldest'].flatMap(generation =>
  readdirSync(join(ROOT, generation))
    // Broken files are never executed, so there is no evidence of Docker for them.
    .filter(name => name !== 'bad-files')
    .map(name => `${generation}/${name}`),
)

/**
 * Alarms that are right although the recording states no verdicts. When a run ends, by an abort or by the failure of
 * another batch, its batches at work go on, and the backend never mentions them again.
 */
const LEFT_BEHIND = new Map<string, readonly string[]>([
  // These were at work when the run was stopped: they end a few seconds after the abort.
  ['newest/abort', ['r1 ui orphan']],
  // The same with several containers: each batch begins the rest of its four containers after the abort.
  ['oldest/abort', ['r1 db orphan', 'r1 ui orphan']],
  // `bad` failed. `slow` runs until the daemon is stopped and kills it.
  ['newest/daemon-restart', ['r1 slow orphan']],
  // `two` could not even begin, which ended the run. The container of `one` continues to run.
  ['newest/worktree-race', ['r1 one orphan']],
])

const dashboards = [
  { who: 'that started it', ours: true, lag: 0 },
  { who: 'that only follows it', ours: false, lag: 0 },
  { who: 'that hears of Docker late', ours: true, lag: 150 },
  { who: 'that hears of Docker early', ours: true, lag: -15 },
]

describe.each(folders.flatMap(folder => dashboards.map(dashboard => ({ folder, ...dashboard }))))(
  '$folder, seen with Docker by a dashboard $who',
  ({ folder, ours, lag }) => {
    const expected = expectedFile.parse(JSON.parse(readFileSync(join(ROOT, folder, 'expected.json'), 'utf8')))
    const { spec, containers } = expected
    const sockets = runsOf(folder, expected.runs)
    const truthOf = (runId: string) =>
      expected.runs.find(run => run.sockets[0] === sockets[Number(runId.slice(1)) - 1]?.[0])
    const played = new Played(folder, sockets, spec, ours, lag)
    const byId = (short: string) => [...played.facts.values()].find(({ id }) => id.startsWith(short))

    it('[RUN-10.3] ends as expected, evidence named what nobody else did', () => {
      for (const { runId, derived } of played.runs) {
        const truth = truthOf(runId)
        if (!truth) continue
        const { status, counts, batches } = derived.view
        expect([runId, status]).toEqual([runId, truth.status])
        expect(counts).toMatchObject(truth.counts)
        if (truth.batches)
          expect(Object.fromEntries(batches.map(batch => [batch.id, batch.status]))).toEqual(truth.batches)
      }
    })

    it('[DOCK-2.21] comes to the verdicts that are expected', () => {
      for (const { runId, derived } of played.runs) {
        for (const [name, words] of Object.entries(truthOf(runId)?.verdicts ?? {})) {
          const [first, last = first] = words.split(' until its container ends, then ')
          for (const { id, verdict } of derived.view.batches.filter(({ id }) => name === '*' || name === id)) {
            expect([runId, id, verdict]).toEqual([runId, id, last])
            if (first !== last) expect(played.alarms.has(`${runId} ${id} ${first}`)).toBe(true)
          }
        }
      }
    })

    it('[DOCK-2] raises no other alarm, at no moment', () => {
      const named = played.runs.flatMap(({ runId }) =>
        Object.entries(truthOf(runId)?.verdicts ?? {}).map(
          ([id, words]) => `${runId} ${id} ${words.split(' ')[0] ?? ''}`,
        ),
      )
      const others = [...played.alarms].filter(alarm => !named.includes(alarm))
      // A dashboard that only follows an aborted run is certain of the abort only after a new connection. By then no
      // container may be running any more.
      if (ours || others.length > 0) expect(others).toEqual(LEFT_BEHIND.get(folder) ?? [])
    })

    it('[DOCK-4] gives every container to the batch and the run that it worked for', () => {
      for (const { id, batch, tree, exitCode } of containers) {
        const facts = byId(id)
        const assigned = played.assignments.get(facts?.id ?? '')
        expect([id, assigned?.batchId ?? null]).toEqual([id, batch])
        if (!facts || !assigned) continue
        const { batches } = played.run(assigned.runId).derived.view
        const found = batches.find(({ id }) => id === assigned.batchId)
        expect(found?.containers.map(container => [container.id, container.exitCode])).toContainEqual([
          facts.id,
          exitCode,
        ])
        // If a branch names the work tree, the container belongs to that branch's run.
        const owner = expected.runs.find(({ branches }) =>
          Object.values(branches).some(name => name.endsWith(`ckrv-${tree ?? ''}`)),
        )
        if (owner) expect(truthOf(assigned.runId)).toBe(owner)
      }
      // Each batch is done in one work tree.
      for (const { derived } of played.runs) {
        for (const { containers } of derived.view.batches) {
          const trees = containers.map(({ id }) => played.facts.get(id)?.marks.tree?.suffix)
          expect(new Set(trees).size).toBeLessThanOrEqual(1)
        }
      }
    })
  },
)
