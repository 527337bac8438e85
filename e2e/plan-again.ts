import { cp } from 'node:fs/promises'
import { join } from 'node:path'

/**
 * Makes all batches of a spec pending again, as another planning does.
 * @param project the project as it was at first
 * @param folder the folder of the test, which holds the backend's copy
 */
export async function planAgain(project: string, folder: string, spec: string): Promise<void> {
  for (const file of ['plan.yaml', 'tasks.yaml']) {
    await cp(join(project, '.specs', spec, file), join(folder, 'project', '.specs', spec, file))
  }
}
