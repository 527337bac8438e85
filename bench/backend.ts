import { z } from 'zod'
import type { Defer } from './cleanup'
import type { Load, Sent } from './load'
import { Program } from './program'

const address = z.object({ port: z.number() })
const begun = z.array(z.object({ id: z.string(), spec: z.string() }))
const times = z.array(z.tuple([z.number(), z.number()]))
const sent = z.object({ changes: times, lines: times })

/** A run of the scripted backend. */
export interface BackendRun {
  id: string
  spec: string
}

/** The scripted backend, as the measurements use it. */
export class Backend {
  readonly url: string
  readonly #program: Program

  private constructor(program: Program, port: number) {
    this.#program = program
    this.url = `http://127.0.0.1:${port}`
  }

  static async start(defer: Defer): Promise<Backend> {
    const program = new Program('scripted-backend.ts', defer)
    const { port } = await program.ask({ kind: 'listen' }, address)
    return new Backend(program, port)
  }

  /** Begins runs that never end, each of a spec of its own. */
  begin(runs: number, batches: number): Promise<BackendRun[]> {
    return this.#program.ask({ kind: 'begin', runs, batches }, begun)
  }

  /** Begins one run that never ends. */
  async beginOne(batches: number): Promise<BackendRun> {
    const [run] = await this.begin(1, batches)
    if (!run) throw new Error('The backend has begun no run.')
    return run
  }

  /** Sends messages to these runs in turns, until `rest`. */
  load(runs: readonly BackendRun[], load: Load): Promise<void> {
    return this.#program.tell({ kind: 'load', runs: runs.map(({ id }) => id), ...load })
  }

  /** Ends the load. Returns which message was sent when. */
  rest(): Promise<Sent> {
    return this.#program.ask({ kind: 'rest' }, sent)
  }

  /** How much a new reader of the run gets, bytes. */
  replayBytes({ id }: BackendRun): Promise<number> {
    return this.#program.ask({ kind: 'replay', run: id }, z.number())
  }
}
