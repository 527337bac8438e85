import { describe, expect, it } from 'vitest'
import { parseItems, toYaml } from './yaml-file'

const parse = (text: string) => parseItems(text, { list: 'batches', struct: 'Batch', required: ['id', 'status'] })

describe('parseItems', () => {
  it.each([
    ['batches: [oops', 'batches[0]: invalid type: string "oops", expected struct Batch at line 1 column 11'],
    ['batches:\n- id: a\n  name: A\n', 'batches[0]: missing field `status` at line 2 column 3'],
    [
      'batches:\n  - id: a\n    status: ""\n  - [b]',
      'batches[1]: invalid type: sequence, expected struct Batch at line 4 column 5',
    ],
    ['batches: [5]', 'batches[0]: invalid type: integer `5`, expected struct Batch at line 1 column 11'],
    ['batches: [~]', 'batches[0]: invalid type: unit value, expected struct Batch at line 1 column 11'],
    ['tasks: []', 'missing field `batches`'],
    ['', 'missing field `batches`'],
  ])('words %j as the real one does', (text, message) => {
    expect(() => parse(text)).toThrow(message)
  })

  it('rejects what is no YAML', () => {
    expect(() => parse('batches:\n- {id: a, status: x}\n: :\n  - {')).toThrow()
  })
})

describe('toYaml', () => {
  it('writes as the real one does, and what it reads again', () => {
    const plan = {
      spec_id: null,
      batches: [{ id: '1', name: 'End to end: tests', status: '', depends_on: [], overrides: {} }],
    }
    const text = toYaml(plan)
    expect(text).toBe(
      "spec_id: null\nbatches:\n- id: '1'\n  name: 'End to end: tests'\n  status: ''\n  depends_on: []\n  overrides: {}\n",
    )
    expect(parse(text)).toEqual(plan)
  })
})
