import { setImmediate as nextTurn } from 'node:timers/promises'

export interface Line {
  stream: 'stdout' | 'stderr'
  text: string
}

/** A batch as its agent receives it. */
export interface Assignment {
  runId: string
  id: string
  name: string
  reasoning: string
  /** The absolute path of the work tree; each attempt at a batch has its own. */
  worktree: string
  tasks: readonly { id: string; title: string; description: string; file: string }[]
}

export interface Announcement {
  level: 'info' | 'warning'
  text: string
}

/** The reason why an agent cannot work, in the backend's words. */
export class NoAgent extends Error {}

/** Works on batches. `run` settles with the exit code; it rejects once `signal` aborts, or with `NoAgent` if no agent can work. */
export interface Agent {
  /** Sent in the stream before each batch: the kind of agent that begins. */
  readonly announcements: readonly Announcement[]
  run(assignment: Assignment, io: { signal: AbortSignal; line: (line: Line) => void }): Promise<number>
}

/** Lines of a burst that are sent in one turn of the event loop: more than a reader can handle, as with the real backend. */
const SLICE = 128

/** Today's backend forwards nothing until the agent has ended: then all of stdout, then all of stderr, in a burst. */
export function heardAtTheEnd(agent: Agent): Agent {
  return {
    announcements: agent.announcements,
    async run(assignment, { signal, line }) {
      const heard: Line[] = []
      const exitCode = await agent.run(assignment, { signal, line: said => void heard.push(said) })
      const ordered = ['stdout', 'stderr'].flatMap(stream => heard.filter(said => said.stream === stream))
      for (const [index, said] of ordered.entries()) {
        if (index > 0 && index % SLICE === 0) await nextTurn()
        line(said)
      }
      return exitCode
    },
  }
}

/** The oldest backend runs `ckrv task` around the agent; it names the batch on stderr and reports on stdout. */
export function insideTask(agent: Agent): Agent {
  return {
    announcements: agent.announcements,
    async run(assignment, { signal, line }) {
      const began = performance.now()
      const out = (text: string) => line({ stream: 'stdout', text })
      const err = (text: string) => line({ stream: 'stderr', text })
      err("Starting task with workflow 'swe' (4 steps)")
      err(`Task ID: ${assignment.id}-run`)
      err(`Using existing worktree at ${assignment.worktree}`)
      const exitCode = await agent.run(assignment, { signal, line }).catch((error: unknown) => {
        if (!(error instanceof NoAgent)) throw error
        err(`Error: ${error.message}`)
        return 1
      })
      if (exitCode === 0) {
        err(`Results at: .ckrv/tasks/${assignment.id}-run/`)
        out('▌ ✔ Task Complete ')
        out(`▌ Completed successfully in ${Math.round(performance.now() - began)}ms`)
      } else out('▌ ✖ Task Failed ')
      return exitCode
    },
  }
}
