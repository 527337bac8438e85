import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { z } from 'zod'
import type { Defer } from './cleanup'

const answer = z.object({ id: z.number(), result: z.unknown().optional(), error: z.string().optional() })
const question = z.object({ id: z.number(), command: z.unknown() })

/** How long a program may take to answer a command, ms: some commands wait for 500 pages. */
const PATIENCE = 120_000

/** A part of a measurement in a process of its own, so that its processor time is not that of another part. */
export class Program {
  readonly #child: ChildProcess
  readonly #waiting = new Map<number, { resolve: (result: unknown) => void; reject: (error: Error) => void }>()
  #asked = 0

  /** Starts a script of this folder. */
  constructor(script: string, defer: Defer) {
    this.#child = fork(join(import.meta.dirname, script), { execArgv: ['--import', 'tsx'] })
    defer(() => this.#stop())
    this.#child.on('message', message => {
      const { id, result, error } = answer.parse(message)
      const waiting = this.#waiting.get(id)
      this.#waiting.delete(id)
      if (error === undefined) waiting?.resolve(result)
      else waiting?.reject(new Error(`${script}: ${error}`))
    })
    this.#child.on('exit', code => {
      for (const { reject } of this.#waiting.values()) reject(new Error(`${script} ended with code ${code}.`))
      this.#waiting.clear()
    })
  }

  get pid(): number {
    return this.#child.pid ?? 0
  }

  /** Sends a command; settles with what its handler returns. */
  async ask<T>(command: object, result: z.ZodType<T>): Promise<T> {
    const id = ++this.#asked
    const told = new Promise<unknown>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject })
      setTimeout(() => reject(new Error(`No answer to ${JSON.stringify(command)}.`)), PATIENCE).unref()
    })
    this.#child.send({ id, command })
    return result.parse(await told)
  }

  /** Sends a command that has no result. */
  async tell(command: object): Promise<void> {
    await this.ask(command, z.unknown())
  }

  async #stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const ended = once(this.#child, 'exit')
    this.#child.kill('SIGKILL')
    await ended
  }
}

/** In the started script: answers each command. The script ends with the program that started it. */
export function answerCommands<T>(command: z.ZodType<T>, handle: (command: T) => unknown): void {
  process.on('disconnect', () => process.exit())
  process.on('message', message => {
    const { id, command: asked } = question.parse(message)
    const reply = (rest: object) => process.send?.({ id, ...rest })
    void (async () => {
      try {
        reply({ result: (await handle(command.parse(asked))) ?? null })
      } catch (error) {
        reply({ error: error instanceof Error ? error.message : String(error) })
      }
    })()
  })
}
