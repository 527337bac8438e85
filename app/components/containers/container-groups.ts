import { isAtWork } from '../../../lib/run/evidence/container'
import type { AgentContainer } from '../../../lib/run/model'

/** How many containers there are of each kind; each counts once. */
export interface ContainerCounts {
  /** They outlive their run. */
  left: number
  atWork: number
  /** They have ended, or never began. */
  ended: number
}

type Counted = Pick<AgentContainer, 'state' | 'stoppable'>

const isRunning = ({ state }: Counted) => isAtWork({ state, removed: false })

export function countsOf(containers: readonly Counted[]): ContainerCounts {
  const left = containers.filter(({ stoppable }) => stoppable).length
  const atWork = containers.filter(container => !container.stoppable && isRunning(container)).length
  return { left, atWork, ended: containers.length - left - atWork }
}

/** Fewer rows than these are not folded. */
const LEAST_FOLDED = 8

/** Containers that ended with exit code 0, as the backend says, tell nothing new, so many of them are one line. */
export function foldedOf(containers: readonly AgentContainer[]): { shown: AgentContainer[]; folded: AgentContainer[] } {
  const folded = containers.filter(
    container =>
      container.verdict === 'agrees' && container.exitCode === 0 && !isRunning(container) && !container.error,
  )
  if (folded.length < LEAST_FOLDED) return { shown: [...containers], folded: [] }
  const isFolded = new Set(folded)
  return { shown: containers.filter(container => !isFolded.has(container)), folded }
}
