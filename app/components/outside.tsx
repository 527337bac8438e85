import { shownName, shownProse, unseenIn } from '../../lib/run/display-text'
import type { RunFields } from '../../lib/run/model'

/** Texts from outside amid our own: each ends where it ends, whichever way its script runs [SAFE-4.8]. */

/** Of text without these letters all stands from left to right, as ours does. */
export const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u

/** A name, an id, a branch or an address from outside, on one line [SAFE-4.5]; its tooltip tells what can't be seen of it. */
export function Name({ text }: { text: string }) {
  const shown = shownName(text)
  if (shown === text && !RIGHT_TO_LEFT.test(shown)) return shown
  return <bdi title={unseenNote(text)}>{shown}</bdi>
}

/** What a run is called where there is room for one name. */
export function RunName({ run: { spec, runId } }: { run: Pick<RunFields, 'spec' | 'runId'> }) {
  return <Name text={spec ?? runId} />
}

/** A sentence, an error or an answer from outside [SAFE-4.6]. */
export function Prose({ text }: { text: string }) {
  const shown = shownProse(text)
  return RIGHT_TO_LEFT.test(shown) ? <bdi>{shown}</bdi> : shown
}

/** A name in full, and which of its characters can't be seen; nothing where there are none. */
function unseenNote(text: string): string | undefined {
  const unseen = unseenIn(text)
  if (unseen.length === 0) return undefined
  return `${shownName(text)}\nHolds characters that can’t be seen: ${unseen.join(', ')}`
}
