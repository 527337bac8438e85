import { cp, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'
import { Project } from './project'
import { toYaml } from './yaml-file'

const plan = z.looseObject({
  batches: z.array(z.looseObject({ id: z.string(), depends_on: z.array(z.string()).default([]) })),
})

/**
 * Copies a project's folder and puts this prefix before every batch's id: two tests that run the same plan on one Engine can then
 * distinguish their containers by the batch.
 */
export async function copyProject(from: string, to: string, prefix = ''): Promise<void> {
  await cp(from, to, { recursive: true })
  if (prefix === '') return
  const project = new Project(to)
  for (const spec of project.specs().filter(spec => project.has(spec, 'plan.yaml'))) {
    const path = join(project.path(spec), 'plan.yaml')
    const { batches, ...rest } = plan.parse(parse(await readFile(path, 'utf8')))
    const renamed = batches.map(batch => ({
      ...batch,
      id: prefix + batch.id,
      depends_on: batch.depends_on.map(id => prefix + id),
    }))
    await writeFile(path, toYaml({ ...rest, batches: renamed }))
  }
}
