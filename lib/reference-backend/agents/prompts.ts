import type { Assignment } from './agent'

/** The command of a backend's container: the real one, with a shell function that replaces the agent. */
const command = (does: string, text: string): string[] => ['sh', '-c', `claude() { ${does}; }\n${text}`]

const quoted = (text: string): string => `"${text.replaceAll(/["$`\\]/g, '\\$&')}"`

/** The longest text of one task in a command: the system limits an argument to 128 KiB. */
const LONGEST = 1000

const mission = ({ name, reasoning, tasks }: Assignment): string => {
  const listed = tasks.map(({ id, title, description }) => `- [${id}]: ${title} (${description.slice(0, LONGEST)})`)
  return `MISSION: ${name}\nREASONING: ${reasoning}\n\nTASKS:\n${listed.join('\n')}\n`
}

/** Today's command of a batch's only container; `does` is the shell code that replaces its agent. */
export function batchCommand(assignment: Assignment, does: string): string[] {
  const prompt = `You are implementing code changes in a project. Follow these instructions exactly:

${mission(assignment)}

Make all changes to the files in /workspace. Do not ask questions - implement the code directly.`
  return command(does, `claude --print --dangerously-skip-permissions ${quoted(prompt)}`)
}

/** One of the containers that the oldest generation runs for a batch, one after the other. */
export interface Step {
  id: 'analyze' | 'plan' | 'implement' | 'review'
  /** The only text it prints, unless it is the step that does the work. */
  says: string
  prompt: (mission: string) => string
}

export const STEPS: readonly Step[] = [
  {
    id: 'analyze',
    says: 'Looking around.',
    prompt: mission => `You are a software engineer analyzing a codebase.

Task: ${mission}

Analyze the codebase and identify:
1. Relevant files and their purposes
2. Dependencies between components
3. Potential impact areas

Output your analysis to \`context.md\`.
`,
  },
  {
    id: 'plan',
    says: 'Planning.',
    prompt: mission => `You are a software engineer creating an implementation plan.

Task: ${mission}

Based on context: same


Create a detailed plan in \`plan.md\` that includes:
1. Understanding of the task
2. Files to modify or create
3. Step-by-step implementation approach
4. Testing strategy
`,
  },
  {
    id: 'implement',
    says: '',
    prompt: mission => `You are a software engineer implementing code changes.

Original Task: ${mission}

Plan: same


Implement all changes as described in the plan.
Follow best practices for the codebase.
Write clean, documented code.
`,
  },
  {
    id: 'review',
    says: 'Nothing to do.',
    prompt: mission => `You are a senior software engineer reviewing code changes.

Original Task: ${mission}
Plan: same

Implementation Summary: same


Review the implementation:
1. Check for correctness
2. Verify style consistency
3. Identify potential issues
4. Suggest improvements if needed

Fix any issues found. Output your review to \`review.md\`.
`,
  },
]

const ENTITIES = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
  ["'", '&#x27;'],
  ['`', '&#x60;'],
  ['=', '&#x3D;'],
])

/** The oldest generation escapes the task's text as for HTML. */
const escaped = (text: string): string => text.replaceAll(/[&<>"'`=]/g, char => ENTITIES.get(char) ?? char)

/** The command of one step, and how long its prompt is. */
export function stepCommand(step: Step, assignment: Assignment, does: string): { command: string[]; length: number } {
  const prompt = step.prompt(escaped(mission(assignment)))
  const text = `claude -p '${prompt}' --dangerously-skip-permissions --output-format text`
  return { command: command(does, text), length: prompt.length }
}

/** The command of help with a merge; it runs in the project's own folder. */
export const mergeHelpCommand = (spec: string, does: string): string[] =>
  command(
    `cat >/dev/null; ${does}`,
    `echo 'You are resolving Git merge conflicts for files: ["app.txt"].
Spec: ${escaped(spec)}


Resolve markers <<<<<<< ======= >>>>>>> and stage files.' | claude -p - --dangerously-skip-permissions`,
  )

/** The command that makes a plan; it runs in a spec's folder. */
export const planningCommand = (does: string): string[] =>
  command(does, `claude --print --dangerously-skip-permissions ${quoted('Break the tasks of this spec into batches.')}`)
