import { visibleText } from '../run/terminal-text'
import type { Log, Sink } from './log'

/** The ways out of a process, as far as they are taken over. */
type Streams = Record<'stdout' | 'stderr', Pick<NodeJS.WriteStream, 'write'>>

/** Where lines of the log go, and words for whoever starts the process: that it is ready, or why it can't be. */
export interface Output {
  log: Sink
  say: (words: string) => void
  complain: (words: string) => void
}

/** The ways out before `capture`, which they outlive. */
export function ownOutput(process: NodeJS.Process): Output {
  const [out, error] = [process.stdout.write.bind(process.stdout), process.stderr.write.bind(process.stderr)]
  return {
    log: { isTTY: process.stderr.isTTY, write: text => error(text) },
    say: words => void out(`${words}\n`),
    complain: words => void error(`${words}\n`),
  }
}

/**
 * From now on whatever the framework or a library prints is a line of the log, so that nobody forges one by a text that they
 * repeat [SAFE-4.71]: one for each piece that is written at once.
 */
export function capture(streams: Streams, log: Log): void {
  for (const [stream, level] of [
    [streams.stdout, 'info'],
    [streams.stderr, 'error'],
  ] as const) {
    stream.write = (chunk: string | Uint8Array, encoding?: unknown, written?: unknown) => {
      const text = typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8')
      const { text: words } = visibleText(text.replace(/\n$/, ''))
      if (words !== '') log[level](words)
      const done = [encoding, written].find(isCallback)
      if (done) setImmediate(done)
      return true
    }
  }
}

const isCallback = (value: unknown): value is () => void => typeof value === 'function'
