import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { growthOf } from '../testing/support/growth'
import { readSentence } from './sentence'

const ESC = '\u001b'
const started = (name: string) => ({ kind: 'batch-start', tier: 3, name })
const completed = (ref: string, branch: string) => ({
  ...{ kind: 'batch-complete', tier: 3, sentence: 'completed', by: 'id' },
  ref,
  branch,
})
const by = (sentence: 'mission' | 'merged' | 'skipped') => (ref: string) => ({
  ...{ kind: 'batch-complete', tier: 3, sentence, by: 'name' },
  ref,
  branch: null,
})
const [mission, merged, skipped] = [by('mission'), by('merged'), by('skipped')]

describe('a sentence', () => {
  it.each([
    ['Spawning batch: Project Setup', started('Project Setup')],
    ['[Orchestrator] Spawning batch: Project Setup', started('Project Setup')],
    ['[Simulated] Spawning batch: Project Setup', started('Project Setup')],
    [
      'Batch setup completed on branch worktree/main/ckrv-batch-setup-1a2b3c',
      completed('setup', 'worktree/main/ckrv-batch-setup-1a2b3c'),
    ],
    ['Batch my setup completed on branch dry-run-branch', completed('my setup', 'dry-run-branch')],
    ['Batch a completed on branch x completed on branch y', completed('a completed on branch x', 'y')],
    ['[Batch] Mission completed: Project Setup', mission('Project Setup')],
    ['[Simulated] Mission completed: Project Setup', mission('Project Setup')],
    ["[Orchestrator] Successfully merged batch 'Project Setup'.", merged('Project Setup')],
    ["   ✅ Successfully merged batch 'Project Setup'", merged('Project Setup')],
    ["   ✅ Batch 'Project Setup' already completed, skipping", skipped('Project Setup')],
    ["   ✅ Conflicts resolved, batch 'Project Setup' completed", merged('Project Setup')],
  ])('[RUN-3.1] %j is read', (text, says) => {
    expect(readSentence(text, 3)).toEqual(says)
  })

  it.each([
    ["an apostrophe, in quotes: Successfully merged batch 'Worker's Queue'.", merged("Worker's Queue")],
    ["an apostrophe: Mission completed: Worker's Queue", mission("Worker's Queue")],
    ["a full stop, in quotes: ✅ Successfully merged batch 'Search. Index.'", merged('Search. Index.')],
    ['a full stop: Mission completed: Search. Index', mission('Search. Index')],
    ['a colon: Spawning batch: End to end: tests', started('End to end: tests')],
    ['quotes of its own: Spawning batch: "Setup"', started('"Setup"')],
    [`double quotes: Successfully merged batch "Setup"`, merged('Setup')],
    ['curly quotes: Successfully merged batch ‘Setup’.', merged('Setup')],
    ['backticks: Batch `Setup` already completed, skipping.', skipped('Setup')],
    ['an emoji: Spawning batch: 🚀 Launch', started('🚀 Launch')],
    ['brackets: Spawning batch: [core] Setup', started('[core] Setup')],
  ])('[RUN-3.1] keeps a name whole that has %s', (text, says) => {
    expect(readSentence(text.slice(text.indexOf(': ') + 2), 3)).toEqual(says)
  })

  it.each([
    `${ESC}[1mSpawning batch: Setup${ESC}[0m`,
    `${ESC}[2m[Orchestrator]${ESC}[0m ${ESC}[32mSpawning batch: Setup${ESC}[39m`,
    `${ESC}[38;5;82m✅ ${ESC}]8;;https://example.org${ESC}\\Spawning batch: Setup${ESC}]8;;\u0007`,
    '🚀 Spawning batch: Setup',
    '⚙️  Spawning batch: Setup',
    '👩‍💻 Spawning batch: Setup',
    '👍🏽 Spawning batch: Setup',
    '[2026-01-05] [Orchestrator] 🚀 Spawning batch: Setup',
    '\tSpawning batch: Setup \r\n',
  ])('[RUN-3.1] is read after tags, emoji and ANSI codes: %j', text => {
    expect(readSentence(text, 3)).toEqual(started('Setup'))
  })

  it('[RUN-3] says how good its sender’s word is', () => {
    expect(readSentence('Spawning batch: Setup', 2)).toMatchObject({ tier: 2 })
    expect(readSentence('Mission completed: Setup', 3)).toMatchObject({ tier: 3 })
  })

  it('[RUN-3] keeps any name whole', { timeout: 60_000 }, () => {
    const name = fc
      .string({ unit: 'grapheme', minLength: 1 })
      .filter(text => text === text.trim() && !/[\n\r\u2028\u2029\u001b]/.test(text))
    fc.assert(
      fc.property(name, text => {
        expect(readSentence(`[Orchestrator] Spawning batch: ${text}`, 3)).toEqual(started(text))
        expect(readSentence(`[Batch] Mission completed: ${text}`, 3)).toEqual(mission(text))
        expect(readSentence(`[Orchestrator] Successfully merged batch '${text}'.`, 3)).toEqual(merged(text))
        expect(readSentence(`   ✅ Batch '${text}' already completed, skipping`, 3)).toEqual(skipped(text))
        expect(readSentence(`   ✅ Conflicts resolved, batch '${text}' completed`, 3)).toEqual(merged(text))
        expect(readSentence(`Batch ${text} completed on branch b`, 3)).toEqual(completed(text, 'b'))
      }),
    )
  })
})

describe('no sentence', () => {
  it.each([
    '',
    'I am now Spawning batch: Setup',
    'spawning batch: Setup',
    'Spawning batch:Setup',
    'Spawning batch: ',
    'Spawning batch: Setup\nand then some more',
    'Now: Batch setup completed on branch main',
    'Batch setup completed on branch main, as planned',
    'Batch setup completed',
    'The Mission completed: Setup',
    'Mission completed',
    'Successfully merged batch Setup',
    "Successfully merged batch 'Setup' into main",
    "Successfully merged batch 'Setup' and went home.",
    "Successfully merged batch 'Setup",
    'Successfully merged batch \'Setup"',
    "Successfully merged batches 'a' and 'b'",
    "Conflicts resolved, batch 'Setup' completed, all good",
    "Conflicts resolved, batch 'Setup completed",
    "Batch 'Setup' already completed, skipping it for now",
    'Batch Setup already completed, skipping',
    '[Batch: Setup] EXECUTING MISSION in worktree: /repo',
    '[Batch: Setup] WOULD execute mission in worktree: /repo',
    '[Batch: Setup] Failed to create worktree: exists',
    "[Orchestrator] Committing changes for batch 'Setup'...",
    "[Orchestrator] Merging batch 'Setup' (worktree/main/b) into main branch...",
    "   ⚠️  Could not auto-merge batch 'Setup': conflict",
    "   ⚠️  Batch 'Setup' merge failed, will retry",
    "Error: Batch 'Setup' failed: Batch mission Setup failed",
    'Error: Scheduler deadlock: none can run',
    'Error: Failed to merge batch branch b',
    '✅ Implementation complete!',
    'Merging branch worktree/main/ckrv-batch-setup-1a2b3c',
    '▌ ✔ Task Complete ',
    '▌ Completed successfully in 12ms',
    'Task ID: setup-run',
    '2026-01-05T10:00:00Z  INFO ckrv_core::runner: Executing step with prompt length: 495 step_id=analyze',
  ])('[RUN-3.1] is %j', text => {
    expect(readSentence(text, 3)).toBeNull()
  })

  it('[SAFE-4] is any text longer than 2,000 characters', () => {
    expect(readSentence(`Spawning batch: ${'x'.repeat(2_000)}`, 3)).toBeNull()
  })

  it.each([
    ['', '['],
    ['Batch ', ' completed on branch'],
    ['', `${ESC}]`],
    ['', '[a]'],
  ])('[SAFE-4.13] is found in time that grows with the text: %j and many of %j', (begin, part) => {
    const textOf = (size: number) => begin + part.repeat((size - begin.length) / part.length)
    expect(readSentence(textOf(1_984), 3)).toBeNull()
    const growth = growthOf(size => {
      const text = textOf(size)
      return () => readSentence(text, 3)
    }, 248)
    expect(growth.isLinear, growth.text).toBe(true)
  })
})
