import { pino, type Logger } from 'pino'
import type { Config } from './config'

export type Log = Logger

/** Where finished lines go: `process.stderr`, or a list in a test. */
export interface Sink {
  write(text: string): unknown
  isTTY?: boolean
}

/**
 * The server's structured log: a JSON object per line, or short lines where a person watches. Credentials in URLs are
 * cut from every line, whoever logged them [SAFE-2].
 */
export function createLog(level: Config['logLevel'], sink: Sink): Log {
  const format = sink.isTTY === true ? forPeople : (line: string) => line
  return pino({ level, base: null }, { write: line => void sink.write(format(withoutCredentials(line))) })
}

function withoutCredentials(line: string): string {
  return line.replace(/(\w:\/\/)[^\s/@"]*@/g, '$1')
}

/** `12:03:04 INFO  message {"detail":1}`. */
function forPeople(line: string): string {
  const { level, time, msg, err, ...details } = JSON.parse(line) as Record<string, unknown>
  const clock = new Date(Number(time)).toTimeString().slice(0, 8)
  const name = (pino.levels.labels[Number(level)] ?? '').toUpperCase().padEnd(5)
  const rest = Object.keys(details).length > 0 ? ` ${JSON.stringify(details)}` : ''
  const stack = typeof err === 'object' && err !== null && 'stack' in err ? `\n${String(err.stack)}` : ''
  return `${clock} ${name} ${typeof msg === 'string' ? msg : ''}${rest}${stack}\n`
}
