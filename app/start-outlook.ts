import type { SpecPlan } from './api'
import { plural } from './labels'

/** Says in sentences what a start of a spec will do [START-1]. The backend skips the batches that the plan marks as completed. */
export function startOutlook({ state, total, completed }: SpecPlan, dryRun: boolean): string {
  if (state === 'missing') return 'The spec has no plan any more, so a start fails. Plan it on the backend first.'
  if (state === 'unreadable') {
    return 'The backend can’t read the plan, so a start fails. Repair plan.yaml on the backend, or plan the spec again there.'
  }
  if (total === 0) return 'The plan holds no batch: a start ends at once. Plan the spec again on the backend.'
  if (completed >= total) {
    return (
      `${all(total)} completed already: ${aStart(dryRun)} does nothing, and the run ends at once as ${total}/${total}. ` +
      'To run them again, set their status in plan.yaml to pending, or plan the spec again on the backend.'
    )
  }
  const what = dryRun ? 'goes through' : 'runs'
  const agents = dryRun ? ', without agents' : ''
  if (completed === 0) {
    const which = total === 1 ? 'it' : `all ${total}`
    return `No batch of the plan is completed yet: ${aStart(dryRun)} ${what} ${which}${agents}.`
  }
  const done = `${completed} of ${plural(total, 'batch')} ${completed === 1 ? 'is' : 'are'} completed already`
  return `${done}: ${aStart(dryRun)} ${what} the remaining ${total - completed}${agents}.`
}

const all = (total: number) => (total === 1 ? 'The only batch of the plan is' : `All ${total} batches of the plan are`)
const aStart = (dryRun: boolean) => (dryRun ? 'a dry run' : 'a start')
