import { visibleText } from '../run/text/terminal-text'
import type { Log, Sink } from './log'

/** The output streams of a process that `capture` takes over. */
type Streams = Record<'stdout' | 'stderr', Pick<NodeJS.WriteStream, 'write'>>

/** Where log lines go, and the messages for the person who starts the process: that it is ready, or why it can't start. */
export interface Output {
  log: Sink
  say: (words: string) => void
  complain: (words: string) => void
}

/** The process's own output; it still works after `capture`. */
export function ownOutput(process: NodeJS.Process): Output {
  const [out, error] = [process.stdout.write.bind(process.stdout), process.stderr.write.bind(process.stderr)]
  return {
    log: { isTTY: process.stderr.isTTY, write: text => error(text) },
    say: words => void out(`${words}\n`),
    complain: words => void error(`${words}\n`),
  }
}

/**
 * Turns everything that the framework or a library prints from now on into log lines, one for each piece that is written at once.
 * So text that they repeat can't forge a log line [SAFE-4.71].
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
