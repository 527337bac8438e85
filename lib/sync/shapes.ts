import type { AgentContainer, Batch, ContainerList, Fleet, RunFields, Snapshot } from '../run/model'
import { markLasting, type Document, type Item } from './document'
import { Once } from './once'
import type { Stamp } from './replica'

/** Converts runs, fleet and containers to documents. `from-document.ts` converts them back. */

export interface Seed {
  state: Document
  stamp: Stamp
}

export const batchOf = new Once<Batch>()
export const runOf = new Once<RunFields>()
export const containerOf = new Once<AgentContainer>()
export type FleetFields = Omit<Fleet, keyof Stamp | 'runs'>
export type ContainersFields = Pick<ContainerList, 'site' | 'docker' | 'dockerSince'>

/** The batches of each list of items: a step that changes no batch keeps the list. */
export const batchesOf = new WeakMap<readonly Item[], Batch[]>()

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

/** Converts a snapshot that came with the HTML back to the document that it was made from [SYNC-8]. */
export function fromSnapshot({ epoch, version, now, batches, ...fields }: Snapshot): Seed {
  const state = runDocument(fields, batches)
  batchesOf.set(state.items, batches)
  return { state, stamp: { epoch, version, now } }
}

/** Converts a fleet that came with the HTML back to the document that it was made from [SYNC-8]. */
export function fromFleet({ epoch, version, now, runs, ...fields }: Fleet): Seed {
  return { state: fleetDocument(fields, runs), stamp: { epoch, version, now } }
}

/** Converts containers that came with the HTML back to the document that they were made from [SYNC-8]. */
export function fromContainerList({ epoch, version, now, containers, ...fields }: ContainerList): Seed {
  return { state: containersDocument(fields, containers), stamp: { epoch, version, now } }
}
