import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Role } from '../run/evidence/container-state'
import { growthOf } from '../testing/support/growth'
import { identityByName, identityOf } from './agent-container'
import { inspection, type Inspection } from './engine/answers'
import { idOf, inspectionOf } from '../testing/docker/fixtures'

const WORKTREES = '/home/dev/todo-app/.chakravarti/worktrees'
const at = (source: string) => [{ source, destination: '/workspace' }]
const said = (text: string) => ({ command: ['sh', '-c', text] })
const identify = (more: Partial<Inspection>) => identityOf(inspectionOf(idOf(1), more))
const labels = { runId: 'run 7', batchId: 'setup' }

describe('[DOCK-4] whose a container is', () => {
  it('[DOCK-4.51] by its labels', () => {
    expect(identify({ labels }).marks).toMatchObject(labels)
    expect(identityByName('x', 'y', labels).marks).toEqual({ ...labels, tree: null, mission: null })
  })

  it('[DOCK-4.52] by the work tree at /workspace, whatever the id holds', () => {
    const suffix = fc.stringMatching(/^[0-9a-f]{6}$/)
    const id = fc.oneof(
      fc.string({ minLength: 1, unit: 'grapheme' }),
      fc.constantFrom('__proto__', 'a-b c', 'x-0a1b2c_1'),
    )
    fc.assert(
      fc.property(id, suffix, (batchId, hex) => {
        const { marks, role } = identify({ mounts: at(`${WORKTREES}/batch-${batchId}-${hex}_1`) })
        expect(marks.tree).toEqual({ repository: '/home/dev/todo-app', batchId, suffix: hex })
        expect(role).toBe('batch')
      }),
    )
  })

  it.each([
    `${WORKTREES}/batch-setup-12345_1`,
    `${WORKTREES}/batch-setup-1234567_1`,
    `${WORKTREES}/batch-setup-12345g_1`,
    `${WORKTREES}/batch-setup-123456_2`,
    `${WORKTREES}/batch--123456_1`,
    `/home/dev/batch-setup-123456_1`,
  ])('[DOCK-4.52] not by %s', source => {
    expect(identify({ mounts: at(source) }).marks.tree).toBeNull()
  })

  it('[DOCK-4.52] not by a work tree that is mounted elsewhere', () => {
    const mounts = [{ source: `${WORKTREES}/batch-setup-123456_1`, destination: '/other' }]
    expect(identify({ mounts }).marks.tree).toBeNull()
  })

  it.each([
    [`claude -p 'Task: MISSION: Worker&#x27;s Queue\nREASONING: x'`, "Worker's Queue"],
    [`claude -p 'Task: MISSION: a &#x3D; b &amp; &quot;c&quot; &lt;d&gt; &#39;e&#39;\n'`, `a = b & "c" <d> 'e'`],
    [`claude -p 'Task: MISSION: it'\\''s\n'`, `it's`],
    [
      `claude --print "exactly:\n\nMISSION: Worker's \\"Queue\\" \\$5 \\\`x\\\` a\\\\b\nREASONING"`,
      `Worker's "Queue" $5 \`x\` a\\b`,
    ],
    [`claude --print "MISSION: Docs & Help\r\nREASONING"`, 'Docs & Help'],
    [`MISSION: First\nSummary: MISSION: Second`, 'First'],
    [`MISSION: &amp;quot;`, '&quot;'],
    [`MISSION: &#x110000; &nope; &#99999999;`, '&#x110000; &nope; &#99999999;'],
    [`MISSION: \nREASONING`, null],
    [`MISSION:none`, null],
    [`MISSION: ${'x'.repeat(5_000)}`, null],
  ])('[DOCK-4.53] by the mission of %j', (text, mission) => {
    expect(identify(said(text)).marks.mission).toBe(mission)
  })

  it('[DOCK-4.53] [DOCK-6.51] by a mission wherever the Engine shows the command', () => {
    const raw = {
      Id: idOf(1),
      Name: '/ckrv-x',
      Created: '2026-11-23T01:59:29.019721683Z',
      State: { Status: 'running', StartedAt: '0001-01-01T00:00:00Z', FinishedAt: '' },
      Config: { Env: ['ANTHROPIC_API_KEY=sk-ant-planted'], Cmd: null, Image: 'ckrv-agent:latest' },
      Args: ['-c', 'MISSION: Setup\n'],
    }
    expect(identityOf(inspection.parse(raw)).marks.mission).toBe('Setup')
    expect(JSON.stringify(inspection.parse(raw))).not.toContain('sk-ant-planted')
  })
})

describe('[DOCK-7] what a container is for', () => {
  const roles: [Role, Partial<Inspection>][] = [
    ['batch', { mounts: at(`${WORKTREES}/batch-a-123456_1`) }],
    ['batch', { labels }],
    ['batch', said('MISSION: Setup\n')],
    ['batch', { mounts: at('/home/dev/todo-app'), ...said('MISSION: Setup\n') }],
    [
      'merge-help',
      { mounts: at('/home/dev/todo-app'), ...said("echo 'You are resolving Git merge conflicts for files") },
    ],
    [
      'merge-help',
      { mounts: at('/home/dev/todo-app'), ...said("echo 'You are resolving Git merge conflicts\nMISSION: Setup") },
    ],
    ['planning', { mounts: at('/home/dev/todo-app/.specs/001-todo') }],
    ['planning', { mounts: at('/home/dev/todo-app/.specs/001-todo'), ...said('MISSION: of the spec') }],
    ['session', { name: 'ckrv-session-1', mounts: at(`${WORKTREES}/batch-a-123456_1`) }],
    ['terminal', { name: 'ckrv-term-1', mounts: at('/home/dev/todo-app') }],
    ['other', {}],
  ]
  it.each(roles)('[DOCK-7.51] %s: %j', (role, more) => {
    expect(identify(more).role).toBe(role)
  })

  it('as far as a name tells', () => {
    const none = { runId: null, batchId: null }
    expect(identityByName('ckrv-session-1', 'x', none).role).toBe('session')
    expect(identityByName('ckrv-term-1', 'x', labels).role).toBe('terminal')
    expect(identityByName('ckrv-1', 'x', none).role).toBe('other')
    expect(identityByName('x', 'x', labels).role).toBe('batch')
  })
})

it(
  '[SAFE-5] [SAFE-4.13] costs time that grows with what it is asked of, whatever that holds',
  { timeout: 60_000 },
  () => {
    for (const text of ['/.chakravarti/worktrees/batch-', '-123456_1', '/.specs/', 'MISSION: ', "'", '&amp;', '\\']) {
      const growth = growthOf(size => {
        const long = text.repeat(size)
        const mounts = [...at(long), { source: long, destination: long }]
        return () => identify({ name: long, mounts, ...said(`MISSION: ${long}`) })
      }, 1_000)
      expect(growth.isLinear, `${text}: ${growth.text}`).toBe(true)
    }
  },
)

it('[SAFE-5.1] no id, name or repository in it is without a bound', () => {
  const long = 'x'.repeat(3_000)
  const { marks } = identify({
    mounts: at(`/${long}/.chakravarti/worktrees/batch-${long.slice(0, 900)}-123456_1`),
    ...said(`MISSION: ${long}`),
  })
  expect(JSON.stringify(marks).length).toBeLessThan(5_000)
  expect(marks.tree?.batchId).toHaveLength(256)
  expect(marks.mission).toHaveLength(256)
})
