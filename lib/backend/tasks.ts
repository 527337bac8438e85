import type { z } from 'zod'
import { tasksFile, type tasksAnswer } from './wire'
import { YamlTexts } from './yaml-text'

/** A task of a spec, as its file says. */
export interface Task {
  id: string
  /** Null if it has none. */
  title: string | null
  /** The orchestrator has merged the batch of it; no other status of a task is ever written. */
  completed: boolean
}

/** The tasks of a spec, or why there are none: `missing` if there is no file, `unreadable` if it can't be read. */
export type Tasks = Task[] | 'missing' | 'unreadable'

const texts = new YamlTexts(tasksFile)

/** The tasks in an answer, or in the text of the file where the backend can't read its own file [RUN-8]. */
export function readTasks({ success, tasks, raw_yaml: text }: z.infer<typeof tasksAnswer>): Tasks {
  const all = tasks.length > 0 ? tasks : (texts.read(text)?.tasks ?? (success ? tasks : null))
  if (all === null) return text === null ? 'missing' : 'unreadable'
  return all.map(({ id, title, status }) => ({ id, title: title || null, completed: status === 'completed' }))
}

/** As `readAhead` of a plan. */
export async function readTasksAhead({ tasks, raw_yaml: text }: z.infer<typeof tasksAnswer>): Promise<boolean> {
  return tasks.length > 0 || texts.readAhead(text)
}
