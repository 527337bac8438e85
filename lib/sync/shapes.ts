import * as z from 'zod/mini'
import {
  agentContainer,
  batch,
  containerList,
  fleet,
  importSummary,
  runFields,
  type AgentContainer,
  type Batch,
  type ContainerList,
  type Fleet,
  type ImportSummary,
  type RunFields,
  type Snapshot,
} from '../run/model'
import { markLasting, type Document, type Item } from './document'
import type { Stamp } from './replica'

/**
 * Converts runs, fleet and containers to documents, and back. On the way back each item is parsed once. An unchanged item gives
 * the same object again, so the component that shows it need not render again.
 */

export interface Seed {
  state: Document
  stamp: Stamp
}

/** Parses each object once, and returns the same result at every later call. */
class Once<O> {
  readonly #known = new WeakMap<object, O>()

  readonly #parse: (input: object) => O

  constructor(parse: (input: object) => O) {
    this.#parse = parse
  }

  of(input: object): O {
    const known = this.#known.get(input)
    if (known !== undefined) return known
    const output = this.#parse(input)
    this.#known.set(input, output)
    return output
  }

  /** Records that the input was made from this output, so it need not be parsed. */
  learn<I extends object>(input: I, output: O): I {
    if (!this.#known.has(input)) this.#known.set(input, output)
    return input
  }
}

const batchOf = new Once<Batch>(item => batch.parse(item))
const runOf = new Once<RunFields>(item => runFields.parse(item))
const fleetFields = z.pick(fleet, {
  backend: true,
  link: true,
  linkSince: true,
  dockerSince: true,
  findings: true,
  imports: true,
})
export type FleetFields = z.infer<typeof fleetFields>
const containerOf = new Once<AgentContainer>(item => agentContainer.parse(item))
const containersFields = z.pick(containerList, { docker: true, dockerSince: true })
export type ContainersFields = Pick<ContainerList, 'docker' | 'dockerSince'>

/** The items of each list of batches. Batches are replaced, never changed in place. */
const itemsOf = new WeakMap<readonly Batch[], readonly Item[]>()

export function runDocument(fields: RunFields, batches: readonly Batch[]): Document {
  const items = itemsOf.get(batches) ?? markLasting(batches.map(each => batchOf.learn(each, each)))
  itemsOf.set(batches, items)
  return { fields, items }
}

/** The runs are replaced, too, never changed in place. */
export const fleetDocument = (fields: FleetFields, runs: readonly RunFields[]): Document => ({
  fields,
  items: markLasting(runs.map(itemOf)),
})

const items = new WeakMap<RunFields, Item>()

/** The same item for an unchanged run, so it costs nothing in a new version of the fleet. */
function itemOf(run: RunFields): Item {
  const known = items.get(run)
  if (known) return known
  const item = runOf.learn({ id: run.runId, ...run }, run)
  items.set(run, item)
  return item
}

export const containersDocument = (fields: ContainersFields, containers: readonly AgentContainer[]): Document => ({
  fields,
  items: containers.map(each => containerOf.learn(each, each)),
})

/** Throws `ZodError` if the document is not a run's, for example because it comes from another build. */
export const toSnapshot = ({ fields, items }: Document, stamp: Stamp): Snapshot => ({
  ...runOf.of(fields),
  ...stamp,
  batches: items.map(item => batchOf.of(item)),
})

/** What the fleet shows of an imported run. Throws `ZodError` if the document is not an imported run's. */
export function toImportSummary({ fields }: Document): ImportSummary {
  const run = runOf.of(fields)
  return importSummary.parse({ ...run, ...run.imported })
}

/** Throws `ZodError` like `toSnapshot`. */
export const toFleet = ({ fields, items }: Document, stamp: Stamp): Fleet => ({
  ...fleetFields.parse(fields),
  ...stamp,
  runs: items.map(item => runOf.of(item)),
})

/** Throws `ZodError` like `toSnapshot`. */
export const toContainerList = ({ fields, items }: Document, stamp: Stamp): ContainerList => ({
  ...containersFields.parse(fields),
  ...stamp,
  containers: items.map(item => containerOf.of(item)),
})

/** Converts a snapshot that came with the HTML back to the document that it was made from [SYNC-8]. */
export function fromSnapshot({ epoch, version, now, batches, ...fields }: Snapshot): Seed {
  return { state: runDocument(fields, batches), stamp: { epoch, version, now } }
}

/** Converts a fleet that came with the HTML back to the document that it was made from [SYNC-8]. */
export function fromFleet({ epoch, version, now, runs, ...fields }: Fleet): Seed {
  return { state: fleetDocument(fields, runs), stamp: { epoch, version, now } }
}

/** Converts containers that came with the HTML back to the document that they were made from [SYNC-8]. */
export function fromContainerList({ epoch, version, now, containers, ...fields }: ContainerList): Seed {
  return { state: containersDocument(fields, containers), stamp: { epoch, version, now } }
}
