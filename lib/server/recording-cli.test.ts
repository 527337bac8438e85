import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { bundleProgram } from '../testing/support/bundle'
import { FakeHub, IMPORT, serve } from '../testing/server/fake-hub'
import { Team } from '../testing/server/team'

const program = await bundleProgram('lib/server/recording-cli.ts')

let folder: string
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'groundtruth-'))))
afterEach(() => rmSync(folder, { recursive: true }))

async function run(args: string[], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, [program, ...args], { env: { ...process.env, ...env } })
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
  return { status: child.exitCode, stdout, stderr }
}

describe('npm run recording', () => {
  it('[IMP-1] brings a run’s recording to standard output or a file, and a file to a dashboard', async () => {
    const server = await serve()
    const url = ['--url', `http://127.0.0.1:${server.port}`]
    try {
      server.hub.add('a b')
      expect(await run(['export', 'a b', ...url])).toEqual({ status: 0, stdout: '{"groundtruth":1}\n', stderr: '' })
      const path = join(folder, 'run.jsonl')
      expect(await run(['export', 'a b', '--to', path, ...url])).toMatchObject({ status: 0, stdout: '' })
      expect(readFileSync(path, 'utf8')).toBe('{"groundtruth":1}\n')
      const { status, stdout } = await run(['import', path, ...url])
      expect([status, stdout.trim()]).toEqual([0, `http://127.0.0.1:${server.port}/imports/${IMPORT}`])
      expect(server.hub.asked.at(-1)).toEqual(['import', '{"groundtruth":1}\n'])
    } finally {
      await server.close()
    }
  })

  it('[SITE-5.1] [SITE-5.3] exports the run of the site that is named, where several have one of the id', async () => {
    const hubs = ['ann', 'bob'].map(site => new FakeHub(site))
    for (const hub of hubs) hub.add('r1')
    const server = await serve({ hubs })
    const url = ['--url', `http://127.0.0.1:${server.port}`]
    try {
      const refused = await run(['export', 'r1', ...url])
      expect([refused.status, refused.stderr]).toEqual([1, expect.stringMatching(/Several sites .*: ann, bob\./)])
      expect(await run(['export', 'r1', '--site', 'bob', ...url])).toMatchObject({ status: 0, stderr: '' })
      expect(hubs.map(({ asked }) => asked)).toEqual([[], [['exportRun', 'r1']]])
      expect((await run(['export', 'r1', '--site', 'a&b=c', ...url])).stderr).toContain('no such site')
    } finally {
      await server.close()
    }
  })

  it('[SAFE-3] shows its token where people sign in', async () => {
    const team = new Team()
    const server = await serve({ team })
    const url = ['--url', `http://127.0.0.1:${server.port}`]
    const path = join(folder, 'run.jsonl')
    writeFileSync(path, '{"groundtruth":1}\n')
    const token = (name: 'ann' | 'vic') => ({ GROUNDTRUTH_TOKEN: team.bearer(name).authorization.slice(7) })
    try {
      const nobody = await run(['import', path, ...url])
      expect([nobody.status, nobody.stderr]).toEqual([1, expect.stringContaining('Sign in')])
      const viewer = await run(['import', path, ...url], token('vic'))
      expect([viewer.status, viewer.stderr]).toEqual([1, expect.stringContaining('Requires the role operator')])
      expect(await run(['import', path, ...url], token('ann'))).toMatchObject({ status: 0 })
    } finally {
      await server.close()
    }
  })

  it('[IMP-1.8] says what is wrong: no such run, no dashboard, no file, no verb', async () => {
    const server = await serve()
    const url = ['--url', `http://127.0.0.1:${server.port}`]
    try {
      expect((await run(['export', 'nobody', ...url])).stderr).toContain('There is no such recording')
      expect((await run(['import', join(folder, 'none.jsonl'), ...url])).status).toBe(1)
      expect((await run(['show', 'r1', ...url])).stderr).toContain('npm run recording -- export <run id>')
    } finally {
      await server.close()
    }
    expect((await run(['export', 'r1', ...url])).stderr).toContain('No dashboard answers at')
  })
})
