import { execFileSync } from 'node:child_process'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { someBatch } from '../../../../lib/testing/run/documents'
import { mergeCommand, unmergedOf } from './unmerged'

describe('[PAGE-12.10] the branch that was not merged', () => {
  const failed = someBatch('b', 'failed', { branch: 'worktree/main/ckrv-batch-b-1a2b3c', error: 'Merge failed' })
  const merged = someBatch('a', 'completed', { branch: 'worktree/main/ckrv-batch-a-1a2b3c' })

  it('is that of the batch that failed by its merge', () => {
    expect(unmergedOf({ status: 'failed', batches: [merged, failed] })?.branch).toBe(failed.branch)
    const unresolved = { ...failed, error: 'AI could not resolve all conflicts' }
    expect(unmergedOf({ status: 'failed', batches: [unresolved] })?.id).toBe('b')
  })

  it('is not known of a run that ended otherwise, or of a batch that failed by something else', () => {
    expect(unmergedOf({ status: 'completed', batches: [failed] })).toBeNull()
    expect(unmergedOf({ status: 'failed', batches: [{ ...failed, error: 'exit code 1' }] })).toBeNull()
    expect(unmergedOf({ status: 'failed', batches: [{ ...failed, branch: null }] })).toBeNull()
    expect(unmergedOf({ status: 'failed', batches: [merged] })).toBeNull()
  })
})

describe('[PAGE-12.10] the command that merges it', () => {
  it('names a usual branch as it is, and quotes any other', () => {
    expect(mergeCommand('worktree/main/ckrv-batch-ui-1a2b3c')).toBe('git merge worktree/main/ckrv-batch-ui-1a2b3c')
    expect(mergeCommand("it's;rm")).toBe(String.raw`git merge 'it'\''s;rm'`)
  })

  it('is none for a name that a terminal may not take as text, or git as an option', () => {
    for (const name of ['', '-X', 'a\nb', 'a\u001b[A', 'a b', 'a\u202eb', 'a\u200bb'])
      expect(mergeCommand(name)).toBeNull()
  })

  it('is none for a name with characters that can’t be seen', () => {
    for (const name of ['main\u3164', 'x\u2800', 'a\u034f', 'a\u00a0b', 'a\u2028', 'a\u{e0041}', 'a\ud800'])
      expect(mergeCommand(name)).toBeNull()
    // A joined emoji is one character to its reader.
    expect(mergeCommand('👩\u200d💻')).toBe("git merge '👩\u200d💻'")
  })

  it('gives a shell the very name, whatever it is', () => {
    const name = fc.string({
      unit: fc.constantFrom(...Array.from(`ab'"$\`;&|<>()*?!#~{}[]\\=%ü-/.`)),
      minLength: 1,
      maxLength: 12,
    })
    const commands = fc.sample(name, 200).flatMap(branch => {
      const command = mergeCommand(branch)
      return command === null ? [] : [{ branch, command }]
    })
    const script = commands.map(({ command }) => command.replace('git merge', "printf '%s\\n'")).join('\n')
    const heard = execFileSync('sh', ['-c', script], { encoding: 'utf8' })
    expect(heard.trimEnd().split('\n')).toEqual(commands.map(({ branch }) => branch))
  })
})
