import type { Finding } from '../../run/model'
import { iso } from '../../run/time/time'

/**
 * The finding for a run whose recording has a gap: some of what happened in it may be missing [REC-6].
 * @param to ms; null: everything after it is missing as well
 */
export function gapFinding(from: number, to: number | null): Finding {
  const until = to === null ? 'and what came after' : `to ${iso(to)}`
  const text = `What happened from ${iso(from)} ${until} could not be recorded: unless the backend told it again, it is missing here.`
  return { kind: 'incomplete', text, at: null, batchId: null, containerId: null }
}
