import { expect, it } from 'vitest'
import { growthOf } from '../../testing/support/growth'
import { splitError } from './error-text'

const CAUSES = 'Caused by:\n    Worktree creation failed: directory exists'

it.each([
  ['one line', 'Merge failed', 'Merge failed', null],
  ['its prefix', 'Execution failed: Merge failed', 'Merge failed', null],
  ['causes', `Failed to create worktree\n\n${CAUSES}`, 'Failed to create worktree', CAUSES],
  ['causes in Windows lines', 'Broke\r\n\r\nCaused by:\r\n    x', 'Broke', 'Caused by:\n    x'],
  ['a blank line of spaces', 'Broke\n \t\nmore', 'Broke', 'more'],
  ['a paragraph of two lines', 'Broke\nbadly\n\nmore\n\nand more\n', 'Broke\nbadly', 'more\n\nand more'],
  ['blank lines before it', 'Execution failed: \n\nBroke\n\nmore', 'Broke', 'more'],
  ['indented lines after the gap', 'Broke\n\n    at main.rs:1', 'Broke', '    at main.rs:1'],
  ['nothing after the gap', 'Broke\n\n  \n', 'Broke', null],
  ['nothing at all', '', '', null],
])('[RUN-12.1] the first paragraph of %s', (_, error, first, rest) => {
  expect(splitError(error)).toEqual({ first, rest })
})

it('[RUN-12] [SAFE-4.13] takes time that grows with the text, however hostile that is', () => {
  const growth = growthOf(size => {
    const hostile = '\n'.padEnd(size, ' \t') + 'x' + '\n \t'.repeat(size / 3)
    return () => splitError(hostile)
  }, 24_000)
  expect(growth.isLinear, growth.text).toBe(true)
})
