import type { Document } from '../../sync/document'
import type { JsonObject } from '../../sync/json'
import { fleetScope, parseScope, type Scope } from '../../sync/scope'

/**
 * What is wrong with what a dashboard holds after a restart: whatever it held of a run when it was killed, pages may have
 * seen, and no restart takes it back [REC-3] [REC-7]. Sentences, as `[scope]: why`.
 * @param before what was held then
 * @param after what is held now, before anything new was heard
 * @param evicted runs that had to go since
 * @param recorded as what the history may have said that a run ended; none where it does not
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
    // A run that pages have not been told of yet may turn out to be none.
    if (!now && shown.has(parts.runId)) wrong.push(`[REC-7] ${scope} is forgotten`)
    // That time has passed may end a run that the history says has ended [RUN-8].
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

/** A run without what only the moment tells: the ways to backend and Docker, and what is concluded from these. */
const lasting = ({ fields, items }: Document): JsonObject => ({
  ...without(fields, ['link', 'linkSince', 'dockerSince', 'findings', 'heardAt']),
  batches: items.map(item => without(item, ['verdict', 'reason', 'reasonSince'])),
})

const without = (object: JsonObject, keys: readonly string[]): JsonObject =>
  Object.fromEntries(Object.entries(object).filter(([key]) => !keys.includes(key)))
