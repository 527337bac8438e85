import { describe, expect, it } from 'vitest'
import { readTasks, readTasksAhead } from './tasks'
import { tasksAnswer } from './wire'

const read = (answer: object) => readTasks(tasksAnswer.parse(answer))
const told = (tasks: unknown) => ({ success: true, tasks, raw_yaml: null, count: 1, error: null })
const text = (raw_yaml: string | null) => ({
  success: false,
  tasks: [],
  raw_yaml,
  count: 0,
  error: 'missing field `phase`',
})

const REWRITTEN = `tasks:
- id: T001
  title: 'Set up the project: "all"'
  description: ''
  status: completed
  complexity: 1
- id: 002
  title: Second
  description: ''
  status: pending
  complexity: 2
`

describe('the tasks of a spec', () => {
  it('[SPEC-6.1] are read as the backend serves them; only the status of a merged one counts', () => {
    const tasks = [
      { id: 'T1', phase: 'setup', title: 'First', status: 'completed', complexity: 1 },
      { id: 2, title: 'Second', status: 'running' },
      { id: 'T3', title: '', status: null },
    ]
    expect(read(told(tasks))).toEqual([
      { id: 'T1', title: 'First', completed: true },
      { id: '2', title: 'Second', completed: false },
      { id: 'T3', title: null, completed: false },
    ])
  })

  it('[SPEC-6.4] are read from the text of the file where the backend can’t, with ids as they are spelled', () => {
    expect(read(text(REWRITTEN))).toEqual([
      { id: 'T001', title: 'Set up the project: "all"', completed: true },
      { id: '002', title: 'Second', completed: false },
    ])
  })

  it('[SPEC-6.4] are read from a long text once it was read ahead', async () => {
    const tasks = Array.from({ length: 2_000 }, (_, n) => `- id: T${n}\n  title: ${'long '.repeat(10)}${n}\n`)
    const answer = tasksAnswer.parse(text(`tasks:\n${tasks.join('')}`))
    expect(readTasks(answer)).toBe('unreadable')
    expect(await readTasksAhead(answer)).toBe(true)
    expect(readTasks(answer)).toHaveLength(2_000)
  })

  it('[SPEC-6.2] are missing or unreadable, and an empty list is one', () => {
    expect(read(text(null))).toBe('missing')
    for (const yaml of ['', 'tasks: 5', 'oops', 'tasks: [oops', '- a']) expect(read(text(yaml))).toBe('unreadable')
    expect(read(told([]))).toEqual([])
    expect(read(text('tasks: []'))).toEqual([])
  })

  it('[SPEC-6.4] leaves out what is no task, and bounds their number and titles', () => {
    const odd = [null, 5, 'T', [], {}, { id: {} }, { title: 'no id' }, { id: 'T1', title: 7 }]
    expect(read(told(odd))).toEqual([{ id: 'T1', title: null, completed: false }])
    expect(read(told('many'))).toEqual([])
    const many = Array.from({ length: 6_000 }, (_, n) => ({ id: `T${n}`, title: 'x'.repeat(1_000) }))
    const kept = read(told(many))
    expect(kept).toHaveLength(5_000)
    expect(typeof kept !== 'string' && kept[0]?.title?.length).toBe(256)
  })
})
