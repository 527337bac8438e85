/** What the backend puts before the part of a branch that tells it from others. */
const PREFIX = 'ckrv-batch-'

/** The end of a branch, by which it differs from the others: `mail-4c7a1e` of `worktree/main/ckrv-batch-mail-4c7a1e` [PAGE-14.4]. */
export function shortBranch(branch: string): string {
  const at = branch.lastIndexOf(PREFIX)
  const isPrefix = at === 0 || branch[at - 1] === '/'
  return at < 0 || !isPrefix ? branch : branch.slice(at + PREFIX.length) || branch
}
