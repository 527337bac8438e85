import { shownName, shownProse, unseenIn } from '../../lib/run/text/display-text'
import type { RunFields } from '../../lib/run/model'

/** Texts from outside among our own: each is isolated, so its writing direction does not change the text around it [SAFE-4.8]. */

/** A text without these letters is written from left to right, as our own texts are. */
export const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u

/** A name, an id, a branch or an address from outside, on one line [SAFE-4.5]; its tooltip names its invisible characters. */
export function Name({ text }: { text: string }) {
  const shown = shownName(text)
  if (shown === text && !RIGHT_TO_LEFT.test(shown)) return shown
  return <bdi title={unseenNote(text)}>{shown}</bdi>
}

/** The name of a run in a place that has room for one name. */
export function RunName({ run: { spec, runId } }: { run: Pick<RunFields, 'spec' | 'runId'> }) {
  return <Name text={spec ?? runId} />
}

/** A sentence, an error or an answer from outside [SAFE-4.6]. */
export function Prose({ text }: { text: string }) {
  const shown = shownProse(text)
  return RIGHT_TO_LEFT.test(shown) ? <bdi>{shown}</bdi> : shown
}

/** The full name and its invisible characters; nothing if it has none. */
function unseenNote(text: string): string | undefined {
  const unseen = unseenIn(text)
  if (unseen.length === 0) return undefined
  return `${shownName(text)}\nHolds characters that can’t be seen: ${unseen.join(', ')}`
}
