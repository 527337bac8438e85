import { spawn, type ChildProcessByStdio } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { expect, vi } from 'vitest'
import { z } from 'zod'
import { logLine, snapshot as snapshotSchema, type Snapshot } from '../../run/model'
import { bundleProgram } from '../support/bundle'

const PROGRAM = await bundleProgram('lib/testing/hub/hub-program.ts')

const printed = z.object({
  seen: z.optional(snapshotSchema),
  rebuilt: z.optional(snapshotSchema),
  looked: z.optional(snapshotSchema),
  ready: z.boolean().optional(),
  live: z.boolean().optional(),
  fleet: z.object({ findings: z.array(z.object({ kind: z.string() })) }).optional(),
  log: z.object({ lines: z.array(logLine), dropped: z.number() }).optional(),
})

/** A hub in its own process. */
export class Killable {
  readonly child: ChildProcessByStdio<Writable, Readable, Readable>
  seen: Snapshot | null = null
  rebuilt: Snapshot | null = null
  looked: Snapshot | null = null
  ready = false
  /** How many messages were recognised as live. */
  live = 0
  log: z.infer<typeof printed>['log']
  fleet: z.infer<typeof printed>['fleet']
  errors = ''
  readonly #read: Promise<unknown>

  /** @param clockSet by how much the clock of its machine is set, ms */
  constructor(backend: string, folder: string, clockSet = 0) {
    this.child = spawn(process.execPath, [PROGRAM, backend, folder, String(clockSet)], {
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    this.child.stderr.setEncoding('utf8').on('data', (text: string) => (this.errors += text))
    const lines = createInterface(this.child.stdout)
    lines.on('line', line => this.#take(line))
    this.#read = once(lines, 'close')
  }

  async started(): Promise<this> {
    await vi.waitFor(() => expect(this.ready, this.errors).toBe(true), { timeout: 30_000, interval: 10 })
    return this
  }

  /** Kills the process without a shutdown; everything that it had printed by then is read. */
  async kill(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return
    this.child.kill('SIGKILL')
    await this.#read
  }

  #take(line: string): void {
    // The last line may be incomplete.
    if (!line.endsWith('}')) return
    const { seen, rebuilt, looked, ready, live, fleet, log } = printed.parse(JSON.parse(line))
    this.seen = seen ?? this.seen
    this.rebuilt = rebuilt ?? this.rebuilt
    this.looked = looked ?? this.looked
    if (live) this.live += 1
    this.ready ||= ready ?? false
    this.log = log ?? this.log
    this.fleet = fleet ?? this.fleet
  }
}
