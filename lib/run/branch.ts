/** No branch has a longer name, characters; to search a longer text would take long. */
const MAX_BRANCH = 4_096

/** The parts of the branch `…/ckrv-batch-<id>-<hex6>` of a batch; null for any other branch. */
export function partsOfBranch(branch: string): { id: string; suffix: string } | null {
  if (branch.length > MAX_BRANCH) return null
  const [, id, suffix] = /(?:^|\/)ckrv-batch-(.+)-([0-9a-f]{6})$/s.exec(branch) ?? []
  return id === undefined || suffix === undefined ? null : { id, suffix }
}
