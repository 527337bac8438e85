import { batch, runFields, type Batch, type Fleet, type RunFields, type Snapshot } from '../run/model'
import { z } from 'zod'
import { linkState } from '../run/model'
import type { Document } from './document'

/**
 * Runs and fleet as documents, and back. On the way back each item is parsed once, and an item that has not changed
 * gives the very same object again, so that what shows it need not be rendered again.
 */

export interface Stamp {
  epoch: string
  version: number
  now: string
}

const once = <I extends object, O>(parse: (input: I) => O): ((input: I) => O) => {
  const known = new WeakMap<I, O>()
  return input => {
    const found = known.get(input)
    if (found !== undefined) return found
    const output = parse(input)
    known.set(input, output)
    return output
  }
}

const parseBatch = once((item: object): Batch => batch.parse(item))
const parseRun = once((item: object): RunFields => runFields.parse(item))
const fleetFields = z.object({
  backend: z.string(),
  link: z.object({ backend: linkState, docker: linkState }),
  linkSince: z.string().nullable(),
})
export type FleetFields = z.infer<typeof fleetFields>

export const runDocument = (fields: RunFields, batches: readonly Batch[]): Document => ({ fields, items: batches })

export const fleetDocument = (fields: FleetFields, runs: readonly RunFields[]): Document => ({
  fields,
  items: runs.map(run => ({ id: run.runId, ...run })),
})

/** Throws `ZodError` where the document is not a run's, as one from another build may be. */
export const toSnapshot = ({ fields, items }: Document, stamp: Stamp): Snapshot => ({
  ...parseRun(fields),
  ...stamp,
  batches: items.map(parseBatch),
})

/** Throws `ZodError` like `toSnapshot`. */
export const toFleet = ({ fields, items }: Document, stamp: Stamp): Fleet => ({
  ...fleetFields.parse(fields),
  ...stamp,
  runs: items.map(parseRun),
})

/** A snapshot that came with the HTML, as the document it was made from [SYNC-8]. */
export function fromSnapshot({ epoch, version, now, batches, ...fields }: Snapshot): Document & { stamp: Stamp } {
  return { ...runDocument(fields, batches), stamp: { epoch, version, now } }
}

/** A fleet that came with the HTML, as the document it was made from [SYNC-8]. */
export function fromFleet({ epoch, version, now, runs, ...fields }: Fleet): Document & { stamp: Stamp } {
  return { ...fleetDocument(fields, runs), stamp: { epoch, version, now } }
}
