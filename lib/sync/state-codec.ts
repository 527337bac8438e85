import { digest } from './digest'
import { apply, diff, emptyDocument, type Document } from './document'
import { parseJson } from './json'
import { append, emptyLog } from './log'
import { diffOfDocument, document, logState, logStep, type LogState } from './state-schemas'

/** What a replica needs to know about its kind of state. Each method throws if a text is not of that kind. */
export interface StateCodec<S> {
  readonly empty: S
  /** The state in the text; it shares with `prev` everything that is equal in both. */
  decode(state: string, prev: S): S
  apply(state: S, diff: string): S
  /** Null if this kind of state has no digest. */
  digest(state: S): number | null
}

export const documentCodec: StateCodec<Document> = {
  empty: emptyDocument,
  decode: (text, prev) => {
    const step = diff(prev, document.parse(parseJson(text)))
    return step ? apply(prev, step) : prev
  },
  apply: (state, text) => apply(state, diffOfDocument.parse(parseJson(text))),
  digest,
}

export const logCodec: StateCodec<LogState> = {
  empty: emptyLog,
  decode: text => logState.parse(parseJson(text)),
  apply: (state, text) => append(state, logStep.parse(parseJson(text))),
  digest: () => null,
}
