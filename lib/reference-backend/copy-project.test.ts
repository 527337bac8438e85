import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, onTestFinished } from 'vitest'
import { copyProject } from './copy-project'
import { Project } from './project'

const demo = fileURLToPath(new URL('demo-project', import.meta.url))

const planOf = (folder: string, spec: string) => {
  const project = new Project(folder)
  return project.plan(project.text(spec, 'plan.yaml') ?? '', ['id', 'name', 'status', 'reasoning'])
}

describe('copyProject', () => {
  it.each(['', 'x1-'])('changes nothing of a plan but the ids of its batches, by the prefix "%s"', async prefix => {
    const folder = mkdtempSync(join(tmpdir(), 'copy-project-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    await copyProject(demo, join(folder, 'copy'), prefix)
    expect(new Project(join(folder, 'copy')).specs()).toEqual(new Project(demo).specs())
    for (const spec of ['011-audit-log', '014-invoice-portal']) {
      const { batches, ...rest } = planOf(demo, spec)
      const renamed = batches.map(batch => ({
        ...batch,
        id: prefix + batch.id,
        depends_on: batch.depends_on.map(id => prefix + id),
      }))
      expect(planOf(join(folder, 'copy'), spec)).toEqual({ ...rest, batches: renamed })
    }
  })
})
