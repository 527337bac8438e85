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
import type { Document, Item } from './document'
import type { Stamp } from './replica'
import { Once } from './once'
import { batchesOf, batchOf, containerOf, runOf, type FleetFields } from './shapes'

/**
 * Converts documents back to runs, fleet and containers. Each item is parsed once. An unchanged item gives the same object again,
 * so the component that shows it need not render again.
 */

const fleetFields = z.pick(fleet, {
  backend: true,
  site: true,
  link: true,
  linkSince: true,
  dockerSince: true,
  findings: true,
  imports: true,
  importsUnread: true,
  earlier: true,
  expected: true,
})
const containersFields = z.pick(containerList, { site: true, docker: true, dockerSince: true })

const fleetOf = new Once<FleetFields>()

/**
 * The parsed form of each object that is a part of a document's fields. A step shares the parts that it does not change, so a page
 * gets the same `link` and `findings` again when only the counts are new.
 */
const partOf = new WeakMap<object, object>()

/** Replaces each part of `output` by the one that its unchanged input gave before. */
function keepParts<O extends object>(input: object, output: O): O {
  const parts: [string, object][] = []
  for (const [key, value] of Object.entries(input)) {
    if (!isPart(value)) continue
    const now: unknown = Object.hasOwn(output, key) ? Reflect.get(output, key) : undefined
    if (!isPart(now)) continue
    const known = partOf.get(value)
    if (known === undefined) partOf.set(value, now)
    else parts.push([key, known])
  }
  return parts.length === 0 ? output : { ...output, ...Object.fromEntries(parts) }
}

const isPart = (value: unknown): value is object => typeof value === 'object' && value !== null

const toRun = (input: object): RunFields => runOf.of(input, each => keepParts(each, runFields.parse(each)))
const toBatch = (input: object): Batch => batchOf.of(input, each => batch.parse(each))
const toContainer = (input: object): AgentContainer => containerOf.of(input, each => agentContainer.parse(each))

/** Throws `ZodError` if the document is not a run's, for example because it comes from another build. */
export const toSnapshot = ({ fields, items }: Document, stamp: Stamp): Snapshot => ({
  ...toRun(fields),
  ...stamp,
  batches: toBatches(items),
})

function toBatches(items: readonly Item[]): Batch[] {
  const known = batchesOf.get(items)
  if (known) return known
  const batches = items.map(item => toBatch(item))
  batchesOf.set(items, batches)
  return batches
}

/** What the fleet shows of an imported run. Throws `ZodError` if the document is not an imported run's. */
export function toImportSummary({ fields }: Document): ImportSummary {
  const run = toRun(fields)
  return importSummary.parse({ ...run, ...run.imported })
}

/** Throws `ZodError` like `toSnapshot`. */
export const toFleet = ({ fields, items }: Document, stamp: Stamp): Fleet => ({
  ...fleetOf.of(fields, each => keepParts(each, fleetFields.parse(each))),
  ...stamp,
  runs: items.map(item => toRun(item)),
})

/** Throws `ZodError` like `toSnapshot`. */
export const toContainerList = ({ fields, items }: Document, stamp: Stamp): ContainerList => ({
  ...containersFields.parse(fields),
  ...stamp,
  containers: items.map(item => toContainer(item)),
})
