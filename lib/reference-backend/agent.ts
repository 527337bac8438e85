import { setImmediate as nextTurn } from 'node:timers/promises'

export interface Line {
  stream: 'stdout' | 'stderr'
  text: string
}

/** A batch as its agent gets it. */
export interface Assignment {
  runId: string
  id: string
  name: string
  reasoning: string
  /** Where it works, absolute; tells attempts at one batch apart. */
  worktree: string
  tasks: readonly { id: string; title: string; description: string; file: string }[]
}

export interface Announcement {
  level: 'info' | 'warning'
  text: string
}

/** What keeps an agent from working, in the backend's words. */
export class NoAgent extends Error {}

/**
 * Whoever works on a batch. `run` settles with the exit code, and rejects once `signal` aborts, or with `NoAgent` where
 * nobody can work.
 */
export interface Agent {
  /** Said in the stream before each batch: what kind of agent begins. */
  readonly announcements: readonly Announcement[]
  run(assignment: Assignment, io: { signal: AbortSignal; line: (line: Line) => void }): Promise<number>
}

/** Lines of a burst that come in one turn of the event loop: more than a reader gets through, as with the real one. */
const SLICE = 128

/** Today's backend hears nothing until the agent has ended: then all of stdout, then all of stderr, in a burst. */
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

/** The oldest backend runs `ckrv task` around the agent, which names the batch on stderr and reports on stdout. */
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
