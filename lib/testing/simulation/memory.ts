import type { Document } from '../../sync/document'
import type { JsonObject } from '../../sync/json'
import { parseScope } from '../../sync/parse-scope'
import { fleetScope, type Scope } from '../../sync/scope'

/**
 * The faults of a dashboard's state after a restart. Pages may have seen everything that it held of a run when it was killed, and
 * no restart may take that back [REC-3] [REC-7]. Sentences, as `[scope]: why`.
 * @param before the state held then
 * @param after the state held now, before any new data was received
 * @param evicted runs that were evicted since
 * @param recorded the ends that the history may have shown for a run; empty if there is none
 */
export function forgotten(
  before: ReadonlyMap<Scope, Document>,
  after: ReadonlyMap<Scope, Document>,
  evicted: ReadonlySet<string>,
  recorded: (runId: string) => readonly string[],
): string[] {
  const shown = new Set(before.get(fleetScope)?.items.map(({ id }) => id))
  const wrong: string[] = []
  for (const [scope, document] of before) {
    const parts = parseScope(scope)
    if (parts?.kind !== 'run' || evicted.has(parts.runId)) continue
    const now = after.get(scope)
    // A run that was not sent to pages yet may turn out not to exist.
    if (!now && shown.has(parts.runId)) wrong.push(`[REC-7] ${scope} is forgotten`)
    // The passing of time may end a run whose end the history contains [RUN-8].
    if (!now || (isBegun(document) && isInferred(now) && recorded(parts.runId).includes(statusOf(now)))) continue
    const [was, is] = [lasting(document), lasting(now)]
    for (const [what, value] of Object.entries(was)) {
      const [then, today] = [value, is[what]].map(each => JSON.stringify(each))
      if (then !== today) wrong.push(`[REC-3] ${what} of ${scope} was ${String(then)}, and is ${String(today)}`)
    }
  }
  for (const scope of after.keys()) {
    if (parseScope(scope)?.kind === 'run' && !before.has(scope)) wrong.push(`[REC-5] ${scope} comes back`)
  }
  return wrong
}

const isBegun = ({ fields: { endedAt } }: Document) => endedAt === null
const statusOf = ({ fields: { status } }: Document) => (typeof status === 'string' ? status : '')
const isInferred = ({ fields: { inferred } }: Document) => inferred === true

/** A run without the fields that depend on the moment: the links to backend and Docker, and the conclusions from them. */
const lasting = ({ fields, items }: Document): JsonObject => ({
  ...without(fields, ['link', 'linkSince', 'lastLiveAt', 'dockerSince', 'findings', 'heardAt', 'lastWord']),
  batches: items.map(item => without(item, ['verdict', 'reason', 'reasonSince'])),
})

const without = (object: JsonObject, keys: readonly string[]): JsonObject =>
  Object.fromEntries(Object.entries(object).filter(([key]) => !keys.includes(key)))
