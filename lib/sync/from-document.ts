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
import type { Document } from './document'
import type { Stamp } from './replica'
import { batchOf, containerOf, runOf } from './shapes'

/**
 * Converts documents back to runs, fleet and containers. Each item is parsed once. An unchanged item gives the same object again,
 * so the component that shows it need not render again.
 */

const fleetFields = z.pick(fleet, {
  backend: true,
  link: true,
  linkSince: true,
  dockerSince: true,
  findings: true,
  imports: true,
})
const containersFields = z.pick(containerList, { docker: true, dockerSince: true })

const toRun = (input: object): RunFields => runOf.of(input, each => runFields.parse(each))
const toBatch = (input: object): Batch => batchOf.of(input, each => batch.parse(each))
const toContainer = (input: object): AgentContainer => containerOf.of(input, each => agentContainer.parse(each))

/** Throws `ZodError` if the document is not a run's, for example because it comes from another build. */
export const toSnapshot = ({ fields, items }: Document, stamp: Stamp): Snapshot => ({
  ...toRun(fields),
  ...stamp,
  batches: items.map(item => toBatch(item)),
})

/** What the fleet shows of an imported run. Throws `ZodError` if the document is not an imported run's. */
export function toImportSummary({ fields }: Document): ImportSummary {
  const run = toRun(fields)
  return importSummary.parse({ ...run, ...run.imported })
}

/** Throws `ZodError` like `toSnapshot`. */
export const toFleet = ({ fields, items }: Document, stamp: Stamp): Fleet => ({
  ...fleetFields.parse(fields),
  ...stamp,
  runs: items.map(item => toRun(item)),
})

/** Throws `ZodError` like `toSnapshot`. */
export const toContainerList = ({ fields, items }: Document, stamp: Stamp): ContainerList => ({
  ...containersFields.parse(fields),
  ...stamp,
  containers: items.map(item => toContainer(item)),
})
