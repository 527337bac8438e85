import { expect, it } from 'vitest'
import { shortBranch } from './short-branch'

it.each([
  ['worktree/main/ckrv-batch-mail-4c7a1e', 'mail-4c7a1e'],
  ['worktree/feature/a/ckrv-batch-mail-4c7a1e', 'mail-4c7a1e'],
  ['ckrv-batch-database-foundation-a1b2c3', 'database-foundation-a1b2c3'],
  ['dry-run-branch', 'dry-run-branch'],
  ['main', 'main'],
  ['', ''],
  // Nothing would be left of it, or it is a part of a name.
  ['worktree/main/ckrv-batch-', 'worktree/main/ckrv-batch-'],
  ['my-ckrv-batch-x', 'my-ckrv-batch-x'],
])('[PAGE-14.4] %s is told apart as %s', (branch, short) => {
  expect(shortBranch(branch)).toBe(short)
})
