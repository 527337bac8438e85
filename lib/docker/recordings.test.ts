import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { ContainerFacts } from '../run/evidence/container-facts'
import { inspection, parseEvent, watchedActions } from './engine/answers'
import { Containers } from './containers'

const ROOT = join(import.meta.dirname, '../../e2e/recordings')
const PLANTED = 'sk-ant-planted'

const line = z.object({
  event: z.looseObject({ Type: z.string(), Action: z.string() }),
  inspect: z.looseObject({ Config: z.looseObject({ Env: z.array(z.string()) }) }).optional(),
  inspectError: z.string().optional(),
  inspectMs: z.number().optional(),
})

const expected = z.object({
  names: z.record(z.string(), z.string()),
  containers: z.array(
    z.object({
      id: z.string(),
      batch: z.string().nullable(),
      tree: z.string().nullable(),
      exitCode: z.number().nullable(),
      role: z.string().optional(),
    }),
  ),
})

const folders = ['newest', 'oldest'].flatMap(generation =>
  readdirSync(join(ROOT, generation))
    .map(name => join(generation, name))
    .filter(folder => existsSync(join(ROOT, folder, 'docker.jsonl'))),
)

/**
 * The reports of each container, in order, when the recorded events come again. With `inspected`, the recorded
 * inspections come, too.
 */
function play(folder: string, inspected: boolean): { told: ContainerFacts[]; book: Containers } {
  const book = new Containers()
  const told: ContainerFacts[] = []
  let now = Date.parse('2026-11-23T03:00:00Z')
  for (const text of readFileSync(join(ROOT, folder, 'docker.jsonl'), 'utf8')
    .trim()
    .split('\n')) {
    const { event, inspect, inspectMs = 1 } = line.parse(JSON.parse(text))
    if (event.Type !== 'container' || !isWatched(event.Action)) continue
    book.event(parseEvent(JSON.stringify(event)), now++)
    const id = book.nextWanted()
    if (id !== null) {
      const mark = book.ask(id)
      inspect?.Config.Env.push(`ANTHROPIC_API_KEY=${PLANTED}`)
      if (inspect !== undefined && inspected) book.inspection(id, inspection.parse(inspect), mark, (now += inspectMs))
      else book.unanswered(id)
    }
    told.push(...book.takeChanged())
  }
  return { told, book }
}

const isWatched = (action: string) => watchedActions.some(watched => watched === action)

describe.each(folders)('%s', folder => {
  const { names, containers } = expected.parse(JSON.parse(readFileSync(join(ROOT, folder, 'expected.json'), 'utf8')))
  const { told, book } = play(folder, true)
  const latest = new Map(told.map(facts => [facts.id.slice(0, 12), facts]))

  it('[DOCK-5.52] [DOCK-7.52] shows the containers that there were, and how each ended', () => {
    expect([...latest.keys()]).toEqual(containers.map(({ id }) => id))
    expect(containers.map(({ id }) => ({ id, exitCode: latest.get(id)?.exitCode }))).toEqual(
      containers.map(({ id, exitCode }) => ({ id, exitCode })),
    )
  })

  it('[DOCK-4.52] [DOCK-4.53] says by each mount and each mission which batch it was', () => {
    for (const { id, batch, tree } of containers) {
      const { marks } = latest.get(id)!
      expect(marks.runId ?? marks.batchId).toBeNull()
      expect(marks.tree?.batchId ?? null).toBe(batch)
      expect(marks.tree && `batch-${marks.tree.batchId}-${marks.tree.suffix}`).toBe(tree)
      expect(marks.tree?.repository ?? '/home/dev/todo-app').toBe('/home/dev/todo-app')
      expect(marks.mission).toBe(batch === null ? null : (new Map(Object.entries(names)).get(batch) ?? null))
    }
  })

  it('[DOCK-7.51] tells batches from help with merges', () => {
    const roles = containers.map(({ id }) => latest.get(id)?.role)
    expect(roles).toEqual(containers.map(({ role }) => (role === 'merge help' ? 'merge-help' : 'batch')))
  })

  it('[DOCK-6.51] [DOCK-6.52] lets nothing out of the environment, nor of the command but the mission', () => {
    expect(JSON.stringify(told)).not.toContain(PLANTED)
    expect(JSON.stringify(told)).not.toContain('claude')
    expect(JSON.stringify(told)).not.toContain('TASKS')
  })

  it('[DOCK-1.14] tells nothing twice, and what is told last is what is known', () => {
    const before = new Map<string, string>()
    for (const facts of told) {
      expect(JSON.stringify(facts)).not.toBe(before.get(facts.id))
      before.set(facts.id, JSON.stringify(facts))
    }
    for (const facts of latest.values()) expect(book.known(facts.id)).toEqual(facts)
  })

  it('[DOCK-5.53] knows from the events alone how each ended', () => {
    const { told: bare } = play(folder, false)
    const codes = new Map(bare.map(facts => [facts.id.slice(0, 12), facts.exitCode]))
    // If only an inspection showed the death of a container, its exit code is missing here.
    const died = containers.filter(({ id }) => bare.some(facts => facts.id.startsWith(id) && facts.state === 'exited'))
    expect(died.length).toBeGreaterThanOrEqual(containers.length - 1)
    for (const { id, exitCode } of died) expect(codes.get(id)).toBe(exitCode)
  })
})
