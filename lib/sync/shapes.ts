import { batch, fleet, runFields, type Batch, type Fleet, type RunFields, type Snapshot } from '../run/model'
import type { Document } from './document'
import type { Stamp } from './replica'

/**
 * Runs and fleet as documents, and back. On the way back each item is parsed once, and an item that has not changed
 * gives the very same object again, so that what shows it need not be rendered again.
 */

export interface Seed {
  state: Document
  stamp: Stamp
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
const fleetFields = fleet.pick({ backend: true, link: true, linkSince: true })
export type FleetFields = Pick<Fleet, 'backend' | 'link' | 'linkSince'>

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
export function fromSnapshot({ epoch, version, now, batches, ...fields }: Snapshot): Seed {
  return { state: runDocument(fields, batches), stamp: { epoch, version, now } }
}

/** A fleet that came with the HTML, as the document it was made from [SYNC-8]. */
export function fromFleet({ epoch, version, now, runs, ...fields }: Fleet): Seed {
  return { state: fleetDocument(fields, runs), stamp: { epoch, version, now } }
}
