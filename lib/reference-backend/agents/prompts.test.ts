import { readFileSync } from 'node:fs'
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { Assignment } from './agent'
import { batchCommand, mergeHelpCommand, STEPS, stepCommand } from './prompts'

const line = z.object({
  event: z.object({ Action: z.string() }),
  inspect: z.object({ Config: z.object({ Cmd: z.array(z.string()) }) }).optional(),
})

/** Commands of the created containers, as Docker reported them. */
function recorded(path: string): string[] {
  const file = fileURLToPath(new URL(`../../../e2e/recordings/${path}/docker.jsonl`, import.meta.url))
  const lines = readFileSync(file, 'utf8').trim().split('\n')
  return lines
    .map(text => line.parse(JSON.parse(text)))
    .filter(({ event }) => event.Action === 'create')
    .map(({ inspect }) => inspect?.Config.Cmd[2] ?? '')
}

/** The real backend's command: ours without the function that replaces the agent. */
const real = ([, , text = '']: string[]): string => text.slice(text.indexOf('\n') + 1)

/** The batch that a recorded command was for. */
function assignmentOf(command: string): Assignment {
  const unescaped = command.replaceAll('&#x27;', "'").replaceAll('&#x3D;', '=').replaceAll('&amp;', '&')
  const [, name = '', task = '', title = '', description = ''] =
    /MISSION: (.*)\nREASONING: needed\n\nTASKS:\n- \[(T\d+)\]: (.*) \((@@.*@@)\)\n/.exec(unescaped) ?? []
  const tasks = [{ id: task, title, description, file: '' }]
  return { runId: 'r1', id: 'x', name, reasoning: 'needed', worktree: '/w', tasks }
}

describe('commands', () => {
  it('[DOCK-4] B: are those of the recorded containers', () => {
    const commands = recorded('newest/success')
    expect(commands).toHaveLength(14)
    for (const command of commands) expect(real(batchCommand(assignmentOf(command), 'true'))).toBe(command)
  })

  it('[DOCK-7] A: are those of the recorded containers, step by step', () => {
    // A step's statement about the step before it differs, so it is left out.
    const same = (command: string) =>
      command.replace(/Implementation Summary: [\s\S]*?\n\n\n/, 'Implementation Summary: same\n\n\n')
    const commands = recorded('oldest/container-killed')
    expect(commands).toHaveLength(STEPS.length)
    for (const [index, step] of STEPS.entries()) {
      const command = commands[index] ?? ''
      expect(real(stepCommand(step, assignmentOf(command), 'true').command)).toBe(same(command))
    }
  })

  it('[DOCK-7] of help with a merge are those of the recorded one', () => {
    const command = recorded('newest/merge-resolved').find(text => text.includes('merge conflicts')) ?? ''
    const spec = /Spec: ([\s\S]*?)\n\n\n/.exec(command)?.[1] ?? ''
    expect(real(mergeHelpCommand(spec, 'true'))).toBe(command)
  })

  it('[SAFE-4] give the shell nothing of a text to run', () => {
    const hostile = fc.string({ unit: fc.constantFrom('$(', '`', '"', "'", '\\', '\n', ')', '!', '=', ' ', 'x', ';') })
    fc.assert(
      fc.property(hostile, hostile, (name, description) => {
        const assignment: Assignment = {
          ...{ runId: 'r1', id: 'x', name, reasoning: '', worktree: '/w' },
          tasks: [{ id: 'T1', title: '', description, file: '' }],
        }
        const says = 'printf %s "$3"'
        const [shell = '', ...rest] = batchCommand(assignment, says)
        expect(execFileSync(shell, rest, { encoding: 'utf8' })).toContain(
          `MISSION: ${name}\nREASONING: \n\nTASKS:\n- [T1]:  (${description})`,
        )
        for (const step of STEPS) {
          const [shell = '', ...rest] = stepCommand(step, assignment, 'printf "%s" "$#"').command
          expect(execFileSync(shell, rest, { encoding: 'utf8' })).toBe('5')
        }
      }),
      { numRuns: 30 },
    )
  })
})
