import type { Generation } from './generation'
import type { Script } from './agents/script'

/** The options of a reference backend, fixed at its start. */
export interface Options {
  /** The project's folder; runs rewrite its plan.yaml, tasks.yaml and runs.yaml. */
  project: string
  generation: Generation
  /** With 0, the default, the system picks a port. */
  port?: number
  /** The factor by which everything goes faster than scripted; `Infinity` waits for nothing. */
  speed?: number
  /** The actions of the agents; default `believable`. */
  script?: Script
  host?: '127.0.0.1'
  /**
   * Whether agents run in containers, as the real ones do, or are simulated. `off`, the default: simulated. `auto`: in containers
   * if an Engine answers and has an image for them, otherwise simulated. `on`: in containers; rejects if that is impossible.
   */
  docker?: 'off' | 'auto' | 'on'
  /** The Engine: `unix://…`; default DOCKER_HOST, otherwise the default socket. */
  dockerHost?: string
  /** The image of the containers; if it is missing, it is made from the machine's busybox. Default `AGENT_IMAGE`. */
  image?: string
  /** Whether containers have the labels `ckrv.run_id` and `ckrv.batch_id`. The default is no, as with the real backend. */
  labels?: boolean
}
