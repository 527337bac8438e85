import type { BatchTasks } from '../../../../lib/run/batch-tasks'
import type { Answer } from '../../../api'

/** Why there are no tasks to show; null if there are. Each is one sentence. */
export function noTasksText(answer: Answer<BatchTasks>): string | null {
  if (!answer.ok) return `Its tasks can’t be read. ${answer.error}`
  const { plan, failure, tasks } = answer.value
  switch (plan) {
    case 'read':
      return tasks.length === 0 ? 'The plan gives it no task.' : null
    case 'other':
      return 'The plan that the backend has now does not hold this batch.'
    case 'missing':
      return 'The backend has no plan of this spec now.'
    case 'unreadable':
      return 'The plan of this spec can’t be read now.'
    case 'unknown':
      return failure ? `Its tasks can’t be read. ${failure}` : 'The backend has not answered yet.'
  }
}

/** Why the tasks have no titles; null if they were read. */
export function noTitlesText({ titles, failure }: BatchTasks): string | null {
  switch (titles) {
    case 'read':
      return null
    case 'missing':
      return 'The backend has no titles of them.'
    case 'unreadable':
      return 'Their titles can’t be read.'
    case 'unknown':
      return failure ? `Their titles can’t be read. ${failure}` : 'Their titles are not here yet.'
  }
}
