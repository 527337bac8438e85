import type { Finding } from '../../run/model'
import { iso } from '../../run/time'

/**
 * What is said of a run whose recording has a hole: some of what happened then may be missing [REC-6].
 * @param to ms; null: what came after it is missing as well
 */
export function gapFinding(from: number, to: number | null): Finding {
  const until = to === null ? 'and what came after' : `to ${iso(to)}`
  const text = `What happened from ${iso(from)} ${until} could not be recorded: unless the backend told it again, it is missing here.`
  return { kind: 'incomplete', text, at: null, batchId: null, containerId: null }
}
