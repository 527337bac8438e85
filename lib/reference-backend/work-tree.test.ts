import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import type { Line } from './agents/agent'
import { RUNS_SCRIPT, WorkTree } from './work-tree'

/** Runs the script without a container, in a shell of this machine. */
function staged(lines: Line[] = [], gap = 0) {
  const folder = mkdtempSync(join(tmpdir(), 'work-tree-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const tree = new WorkTree(join(folder, 'tree'))
  tree.prepare(lines, gap)
  const run = () => {
    const shell = spawn('sh', ['-c', RUNS_SCRIPT], { cwd: tree.path, stdio: ['ignore', 'pipe', 'pipe'] })
    onTestFinished(() => void shell.kill('SIGKILL'))
    const ended = Promise.all([once(shell, 'exit'), text(shell.stdout), text(shell.stderr)])
    return { shell, ended: ended.then(([[code], stdout, stderr]) => ({ code: Number(code), stdout, stderr })) }
  }
  const isSaid = () => vi.waitFor(() => expect(existsSync(join(tree.path, '.agent/said/000000001.stdout'))).toBe(false))
  return { tree, run, isSaid }
}

const out = (text: string): Line => ({ stream: 'stdout', text })
const err = (text: string): Line => ({ stream: 'stderr', text })

describe("an agent's script", () => {
  it('prints its lines as they are, each on its stream, and exits with 0', async () => {
    const texts = ['plain', '', ' leading', '$HOME `id` %s \\n "', 'stderr first', 'two\nlines']
    const { run } = staged([...texts.map(out), err('warning')])
    expect(await run().ended).toEqual({ code: 0, stdout: `${texts.join('\n')}\n`, stderr: 'warning\n' })
  })

  it('takes its time', async () => {
    const { run } = staged([out('one'), out('two')], 230)
    const began = performance.now()
    await run().ended
    expect(performance.now() - began).toBeGreaterThan(3 * 230 - 50)
  })

  it('exits with what it is told to, also while it is held', async () => {
    const { tree, run, isSaid } = staged()
    tree.hold()
    tree.say([out('held')])
    const { ended } = run()
    await isSaid()
    tree.exitWith(3)
    tree.release()
    expect(await ended).toMatchObject({ code: 3, stdout: 'held\n' })
  })

  it('says what it is told before it begins and while it works, in order, each on its stream', async () => {
    const { tree, run, isSaid } = staged()
    tree.hold()
    tree.say([out('1'), out('2'), err('a'), out('3')])
    tree.say([err('b')])
    const { ended } = run()
    await isSaid()
    tree.say([out('4'), out('x'.repeat(1_000_000))])
    tree.release()
    const { stdout, stderr } = await ended
    expect(stdout).toBe(`1\n2\n3\n4\n${'x'.repeat(1_000_000)}\n`)
    expect(stderr).toBe('a\nb\n')
  })

  it('ends like one that was killed when it is asked to end', async () => {
    const { tree, run, isSaid } = staged()
    tree.hold()
    tree.say([out('held')])
    const { shell, ended } = run()
    await isSaid()
    shell.kill('SIGTERM')
    expect(await ended).toMatchObject({ code: 137 })
  })
})
