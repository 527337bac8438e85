import type { LinkState } from '../../../lib/run/model'

/** How far a first step is: `left`: whoever runs the server decided against it; `unknown`: this page has lost its server. */
export type StepState = 'done' | 'left' | 'next' | 'later' | 'unknown'

export interface FirstSteps {
  backend: StepState
  docker: StepState
  start: StepState
}

/** How far the first steps are [FLEET-5.2]. Only the first that is neither done nor left is `next`. */
export function firstSteps(links: { backend: LinkState; docker: LinkState }, stale: boolean): FirstSteps {
  if (stale) return { backend: 'unknown', docker: 'unknown', start: 'unknown' }
  const backend = links.backend === 'live' ? 'done' : 'next'
  const open = backend === 'done' ? 'next' : 'later'
  const docker = links.docker === 'live' ? 'done' : links.docker === 'off' ? 'left' : open
  return { backend, docker, start: docker === 'next' ? 'later' : open }
}

/** The word beside a step; empty where there is nothing to say. */
export const stepWords: Record<StepState, string> = {
  done: 'done',
  left: 'left out',
  next: 'next',
  later: '',
  unknown: 'not known now',
}
