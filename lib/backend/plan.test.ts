import { describe, expect, it, vi } from 'vitest'
import type { z } from 'zod'
import { observation } from '../run/observation'
import { growthOf } from '../testing/support/growth'
import { readAhead, readPlan } from './plan'
import { planAnswer } from './wire'

const read = (answer: object) => readPlan(planAnswer.parse(answer))
const failed = (raw_yaml: string | null): z.input<typeof planAnswer> => ({
  ...{ success: false, batches: [], error: 'missing field `execution_strategy`' },
  raw_yaml,
})
const ENGINE = `spec_id: 001-todo
batches:
- id: setup
  name: Project Setup
  task_ids: [T001]
  depends_on: []
  status: completed
  branch: worktree/main/ckrv-batch-setup-1a2b3c
  reasoning: 'it''s first'
  model_assignment: {default: "null", overrides: {}}
- id: '1'
  name: "Batch 10: the \\"rest\\""
  task_ids: [T002]
  depends_on: [setup]
  status: running
  branch: null
`

describe('a plan', () => {
  it('[RUN-8] is read as the backend serves it', () => {
    const batch = {
      id: 'a',
      name: 'A',
      task_ids: ['T1'],
      depends_on: ['b', 'c'],
      status: '',
      branch: null,
      reasoning: 'x',
    }
    expect(read({ success: true, batches: [batch], raw_yaml: ENGINE, error: null })).toEqual([
      { id: 'a', name: 'A', dependsOn: ['b', 'c'], completed: false, running: false, branch: null },
    ])
  })

  it('[RUN-8] [START-1.6] is read from its text where the backend can’t read its own file', () => {
    expect(read(failed(ENGINE))).toEqual([
      {
        ...{ id: 'setup', name: 'Project Setup', dependsOn: [], completed: true, running: false },
        branch: 'worktree/main/ckrv-batch-setup-1a2b3c',
      },
      { id: '1', name: 'Batch 10: the "rest"', dependsOn: ['setup'], completed: false, running: true, branch: null },
    ])
  })

  it('[RUN-8] is read with its ids and names as they are spelled, for so the orchestrator reads them', () => {
    const spelled = ['001', '1', '1.10', '1.1', '1e3', '2024', 'true', '0x1F', '2026-01-05', '12345678901234567890']
    const text = spelled.map(id => `- {id: ${id}, name: ${id}, depends_on: [${id}], branch: ~}`).join('\n')
    expect(read(failed(`batches:\n${text}\n`))).toEqual(
      spelled.map(id => ({ id, name: id, dependsOn: [id], completed: false, running: false, branch: null })),
    )
  })

  it.each([
    ['no text', null],
    ['an empty text', ''],
    ['a broken text', 'batches: [{id: a'],
    ['another file', 'tasks:\n- id: T001\n'],
    ['a list', '- a\n- b\n'],
    ['no batches', 'batches: []\n'],
    ['a tag nobody knows', 'batches: !unknown []\n'],
    [
      'an alias bomb',
      `a: &a [x,x]\n${'bcdefgh'.replace(/./g, (c, n: number) => `${c}: &${c} [${`*${'abcdefg'.charAt(n)},`.repeat(60)}]\n`)}batches: *h\n`,
    ],
    ['bottomless nesting', `batches: ${'['.repeat(20_000)}`],
  ])('[RUN-8.4] of %s is empty, which says nothing', (_, text) => {
    expect(read(failed(text))).toEqual([])
  })

  it('[SAFE-4] with a tag nobody knows is read without a word on the console', () => {
    const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
    read(failed('batches: !unknown []\n'))
    const calls = warned.mock.calls.length
    warned.mockRestore()
    expect(calls).toBe(0)
  })

  it.each([
    ['a number', 7, '7'],
    ['hostile text', '__proto__', '__proto__'],
    ['spaces', ' a b ', ' a b '],
  ])('[SAFE-4.43] may have %s for an id', (_, id, read_) => {
    expect(read({ success: true, batches: [{ id }] })).toMatchObject([{ id: read_, name: null, dependsOn: [] }])
  })

  it.each([undefined, null, {}, [], true])('[SAFE-4] has no batch whose id is %j', id => {
    expect(read({ success: true, batches: [{ id, name: 'x' }] })).toEqual([])
  })

  it('[SAFE-5.53] has no batch at all where one of them can’t be read', () => {
    expect(read({ success: true, batches: [{ id: 'a' }, { id: {} }] })).toEqual([])
  })

  it('[SAFE-4.42] has wrong types where they cost a field, not the batch', () => {
    const batches = [{ id: 'a', name: 5, depends_on: 'b', status: {}, branch: '' }]
    expect(read({ success: true, batches })).toEqual([
      { id: 'a', name: null, dependsOn: [], completed: false, running: false, branch: null },
    ])
  })
})

it('[REC-7] a plan that was recorded says the same to the letter as when it is read again', () => {
  const batches = read(failed(ENGINE))
  const told = { kind: 'plan', at: 1, spec: 's', batches, shared: false } as const
  expect(JSON.stringify(observation.parse(told))).toBe(JSON.stringify(told))
})

/** Each list repeats the one before nine times. */
const aliases = [
  'a: &a [x]',
  ...Array.from({ length: 20 }, (_, n) => {
    const [before, name] = ['abcdefghijklmnopqrstu'.charAt(n), 'bcdefghijklmnopqrstuv'.charAt(n)]
    return `${name}: &${name} [${Array.from({ length: 9 }, () => `*${before}`).join(', ')}]`
  }),
].join('\n')

describe('a plan’s text that is made to cost', () => {
  it('[SAFE-4.13] [SAFE-5.54] is read in time that grows with its keys', { timeout: 60_000 }, () => {
    let times = 0
    const growth = growthOf(size => {
      const keys = Array.from({ length: size }, (_, n) => `k${String(n)}: v`).join('\n')
      // A text that was read before is not read again.
      return () => read(failed(`${keys}\n# ${String((times += 1))}`))
    }, 500)
    expect(growth.isLinear, growth.text).toBe(true)
  })

  it('[SAFE-5.55] is read in a thread of its own where it has more than 64 KiB', { timeout: 30_000 }, async () => {
    const keys = Array.from({ length: 30_000 }, (_, n) => `k${String(n)}: v`).join('\n')
    const long = failed(`${keys}\nbatches:\n- {id: 001, name: it’s, depends_on: [a], status: Completed, branch: ~}\n`)
    expect(read(long)).toEqual([])
    let looks = 0
    const looking = setInterval(() => (looks += 1), 1)
    await readAhead(planAnswer.parse(long))
    clearInterval(looking)
    expect(looks).toBeGreaterThan(10)
    expect(read(long)).toEqual([
      { id: '001', name: 'it’s', dependsOn: ['a'], completed: true, running: false, branch: null },
    ])
  })

  it.each([
    ['no YAML', 'batches: [\n'],
    ['aliases of aliases', aliases],
    ['a word', 'x'],
  ])('[SAFE-5.55] in a thread of its own is no plan where it is %s', { timeout: 30_000 }, async (_, text) => {
    const long = failed(`${text}\n# ${'x'.repeat(64 * 1024)}`)
    await readAhead(planAnswer.parse(long))
    expect(read(long)).toEqual([])
  })

  it('[SAFE-5.3] names no more than 20,000 needs, however often an alias repeats them', () => {
    const needs = Array.from({ length: 1_000 }, (_, n) => `  - b${String(n)}`).join('\n')
    const batches = Array.from({ length: 90 }, (_, n) => `- {id: c${String(n)}, depends_on: *all}`).join('\n')
    const plan = read(failed(`all: &all\n${needs}\nbatches:\n${batches}\n`))
    expect(plan).toHaveLength(90)
    expect(plan.reduce((sum, { dependsOn }) => sum + dependsOn.length, 0)).toBe(20_000)
  })

  it('[SAFE-5.3] names no more than 20,000 needs where the backend serves it', () => {
    const depends_on = Array.from({ length: 2_000 }, (_, n) => `b${n}`)
    const batches = Array.from({ length: 2_001 }, (_, n) => ({ id: `c${n}`, depends_on }))
    const plan = read({ success: true, batches, raw_yaml: null, error: null })
    expect(plan).toHaveLength(2_001)
    expect(plan.map(({ dependsOn }) => dependsOn.length)).toEqual(plan.map((_, n) => (n < 10 ? 2_000 : 0)))
  })

  it('[SAFE-5.3] [SAFE-5.54] holds 2,001 batches at most, and is none beyond 1 MiB', () => {
    const of = (count: number) =>
      `batches:\n${Array.from({ length: count }, (_, n) => `- id: b${String(n)}`).join('\n')}\n`
    expect(read(failed(of(2_500)))).toHaveLength(2_001)
    expect(read(failed(`${of(1)}# ${'x'.repeat(1024 * 1024)}`))).toEqual([])
  })

  it('[SAFE-5.1] has no id, name, branch or need without a bound', () => {
    const long = 'x'.repeat(100_000)
    const batch = { id: long, name: long, branch: long, depends_on: [long], status: 'pending' }
    const plan = read({ success: true, batches: [batch], raw_yaml: null, error: null })
    expect(JSON.stringify(plan).length).toBeLessThan(3_000)
    expect(plan[0]?.dependsOn).toEqual([plan[0]?.id])
  })
})
