import type { Generation } from './generation'
import type { Script } from './script'

/** What a reference backend is, from its start on. */
export interface Options {
  /** The project's folder; its plan.yaml, tasks.yaml and runs.yaml are rewritten by runs. */
  project: string
  generation: Generation
  /** 0, the default, lets the system pick. */
  port?: number
  /** How many times faster than told everything goes; `Infinity` waits for nothing. */
  speed?: number
  /** What the agents do; default `believable`. */
  script?: Script
  host?: '127.0.0.1'
  /**
   * Whether agents run in containers, as the real ones do, or are simulated. `off`, the default: simulated. `auto`: in
   * containers where an Engine answers and has an image for them, else simulated. `on`: in containers, or reject.
   */
  docker?: 'off' | 'auto' | 'on'
  /** The Engine: `unix://…`; default DOCKER_HOST, else the default socket. */
  dockerHost?: string
  /** What the containers are made of; made of the machine's busybox where it is missing. Default `AGENT_IMAGE`. */
  image?: string
  /** Whether containers bear `ckrv.run_id` and `ckrv.batch_id`. The real ones do not, and that is the default. */
  labels?: boolean
}
