import type { Snapshot } from '../../../../lib/run/model'
import { type Answer, ask, runApi } from '../../../api'
import type { Span } from './moments'

/** The run as its page showed it at a moment, ms on the server's clock. */
export const pastOf = (runId: string, at: number): Promise<Answer<Snapshot>> =>
  ask(
    (schemas, body) => schemas.snapshotAnswer.parse(body),
    'GET',
    `${runApi(runId)}?at=${encodeURIComponent(new Date(at).toISOString())}`,
  )

/** The moments of a run up to now. */
export const spanOf = (runId: string): Promise<Answer<Span>> =>
  ask(
    (schemas, body) => {
      const { from, to, changes } = schemas.momentsAnswer.parse(body)
      return { from: Date.parse(from), to: Date.parse(to), changes: changes.map(at => Date.parse(at)) }
    },
    'GET',
    `${runApi(runId)}/moments`,
  )
