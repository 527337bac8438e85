import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { afterEach, expect, it } from 'vitest'
import { z } from 'zod'
import { readPlan } from '../../backend/plan'
import { planAnswer } from '../../backend/wire'
import { CLAIMS_ALONE } from '../../run/links'
import { toSnapshot } from '../../sync/from-document'
import { ImportedRun } from './imported-run'
import { LogBudget } from '../logs/log-budget'
import { ROOT } from '../../testing/hub/played-recording'
import { playRecording } from '../recording/reader'
import { Folders } from '../../testing/hub/recorded-run'

/** Real runs that were received, recorded, exported and imported: each must still have the same end. */

const expectedFile = z.object({
  spec: z.string(),
  runs: z.array(
    z.object({
      sockets: z.array(z.string()),
      status: z.string(),
      error: z.string().optional(),
      counts: z.record(z.string(), z.number()),
      branches: z.record(z.string(), z.string()),
    }),
  ),
})
const call = z.object({ at: z.string(), path: z.string(), answer: z.unknown() })
const socketLine = z.object({ frame: z.string().optional() })

const folders = new Folders()
afterEach(() => folders.end())

const linesOf = <T extends z.ZodType>(schema: T, ...path: string[]): z.infer<T>[] =>
  readFileSync(join(ROOT, ...path), 'utf8')
    .split('\n')
    .filter(line => line !== '')
    .map(line => schema.parse(JSON.parse(line)))

const stampOf = (frame = '') => Date.parse(/"timestamp":"([^"]+)"/.exec(frame)?.[1] ?? '')

/** The plan as it was last read before the run began, and as it was last read after that. */
function planOf(folder: string, spec: string, begun: number) {
  const plans = linesOf(call, folder, 'http.jsonl').flatMap(({ at, path, answer }) => {
    const { data } = planAnswer.safeParse(answer)
    return data && path.endsWith(`/detail?spec=${spec}`) ? [{ at: Date.parse(at), batches: readPlan(data) }] : []
  })
  return [plans.findLast(({ at }) => at <= begun), plans.findLast(({ at }) => at > begun)]
}

const runs = ['newest', 'oldest'].flatMap(generation =>
  readdirSync(join(ROOT, generation)).flatMap(name => {
    const folder = `${generation}/${name}`
    const { spec, runs } = expectedFile.parse(JSON.parse(readFileSync(join(ROOT, folder, 'expected.json'), 'utf8')))
    return runs.map(expected => ({ folder, sockets: expected.sockets.join(), spec, expected }))
  }),
)

it.each(runs)(
  '[IMP-1.3] [IMP-2.5] $folder ($sockets) ends the same in an import',
  async ({ folder, spec, expected }) => {
    const { run, recordings } = folders.recorded()
    const heard = expected.sockets.map(name =>
      linesOf(socketLine, folder, `ws-${name}.jsonl`).flatMap(({ frame }) => (frame === undefined ? [] : [frame])),
    )
    const [before, after] = planOf(folder, spec, stampOf(heard[0]?.[0]))
    const tell = (plan: typeof before) =>
      plan && run.observe({ kind: 'plan', at: run.now, spec, batches: plan.batches, shared: true })
    tell(before)
    for (const frames of heard) run.connect(frames)
    tell(after)
    const file = recordings.exported(run.state, { kind: 'exported', at: run.now, links: CLAIMS_ALONE })
    const path = join(folders.make(), 'exported.jsonl')
    writeFileSync(path, await text((await file) ?? Readable.from([])))

    const imported = new ImportedRun(new LogBudget())
    const { unread } = await playRecording(path, imported)
    const shown = toSnapshot(imported.document('x', unread), { epoch: 'e', version: 1, now: '' })
    const branches = Object.fromEntries(
      shown.batches.flatMap(({ id, branch }) => (branch === null ? [] : [[id, branch]])),
    )
    expect(unread).toBe(0)
    expect(shown.status).toBe(expected.status)
    expect(shown.counts).toMatchObject(expected.counts)
    expect(branches).toMatchObject(expected.branches)
    expect(`${shown.error ?? ''}\n${shown.errorDetail ?? ''}`).toContain(expected.error ?? '')
    expect(imported.log.tail(Infinity)).toEqual(run.log)
  },
)
