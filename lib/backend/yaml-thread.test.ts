import { expect, it } from 'vitest'
import { parseInThread } from './yaml-thread'

const text = (n: number) => `a: ${n}\n${Array.from({ length: 2_000 }, (_, k) => `k${k}: v`).join('\n')}\n`

it('[SAFE-5.54] a text is read once for all who ask meanwhile', { timeout: 30_000 }, async () => {
  const all = Array.from({ length: 50 }, () => parseInThread(text(1), {}))
  const read = await Promise.all(all)
  expect(read[0]).toMatchObject({ a: 1 })
  expect(new Set(read).size).toBe(1)
  // The text is read again later.
  expect(await parseInThread(text(1), {})).not.toBe(read[0])
})

it('[SAFE-5.55] no more than four texts wait; the others are not read now', { timeout: 30_000 }, async () => {
  const read = await Promise.all(Array.from({ length: 10 }, (_, n) => parseInThread(text(n), {})))
  expect(read.map(value => value !== undefined)).toEqual(read.map((_, n) => n < 4))
  expect(await parseInThread(text(9), {})).toMatchObject({ a: 9 })
})
