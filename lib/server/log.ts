import { pino, type Logger } from 'pino'
import { masked } from '../run/secrets'
import type { Config } from './config'

export type Log = Logger

/** Where finished lines go: `process.stderr`, or a list in a test. */
export interface Sink {
  write(text: string): unknown
  isTTY?: boolean
}

/**
 * The server's structured log: a JSON object per line, or short lines where a person watches. Credentials in URLs are
 * cut from every line, and secrets masked, whoever logged them [SAFE-2], [SAFE-4].
 */
export function createLog(level: Config['logLevel'], sink: Sink): Log {
  const format = sink.isTTY === true ? forPeople : (line: string) => line
  return pino({ level, base: null }, { write: line => void sink.write(format(withoutSecrets(line))) })
}

/** Text by text, so that what is masked can't break the line's JSON. */
function withoutSecrets(line: string): string {
  const clean = (_: string, value: unknown) =>
    typeof value === 'string' ? masked(value.replace(/(\w:\/\/)[^\s/@"]*@/g, '$1')) : value
  return `${JSON.stringify(JSON.parse(line, clean))}\n`
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
