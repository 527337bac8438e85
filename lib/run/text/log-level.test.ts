import { describe, expect, it } from 'vitest'
import type { LogLine } from '../model'
import { isError } from './log-level'

describe('[LOG-2.10] a line', () => {
  const isErrorOf = (text: string, stream: LogLine['stream'] = 'stderr') => isError({ text, stream })

  it('tells of an error by its words, on stderr alone', () => {
    for (const text of [
      'error[E0308]: mismatched types',
      "thread 'main' panicked at src/main.rs",
      'npm ERR! FATAL',
      'Traceback (most recent call last):',
    ])
      expect(isErrorOf(text)).toBe(true)
    for (const text of ['warning: one test took 1684 ms', '   Compiling serde', 'terrors', ''])
      expect(isErrorOf(text)).toBe(false)
    expect(isErrorOf('error: no such file', 'stdout')).toBe(false)
  })
})
