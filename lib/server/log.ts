import { pino, type Logger } from 'pino'
import { shownProse } from '../run/display-text'
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
 * cut from every line, and secrets masked, whoever logged them [SAFE-2], [SAFE-4]. No text in it steers a terminal [SAFE-4.7].
 */
export function createLog(level: Config['logLevel'], sink: Sink): Log {
  const format = sink.isTTY === true ? forPeople : (line: string) => line
  return pino({ level, base: null }, { write: line => void sink.write(format(withoutSecrets(line))) })
}

/** Text by text, so that what is masked can't break the line's JSON. */
function withoutSecrets(line: string): string {
  const clean = (_: string, value: unknown) =>
    typeof value === 'string' ? masked(value.replace(/(\w:\/\/)[^\s/@"]*@/g, '$1')) : value
  return `${JSON.stringify(JSON.parse(line, clean)).replace(CONTROLS, escaped)}\n`
}

/** Of these JSON escapes none by itself. */
const CONTROLS = /[\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g
const escaped = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`

/** `12:03:04 INFO  message {"detail":1}`. Every line of it but the first is indented, so that no text can pass for a line of the log. */
function forPeople(line: string): string {
  const { level, time, msg, err, ...details } = JSON.parse(line) as Record<string, unknown>
  const clock = new Date(Number(time)).toTimeString().slice(0, 8)
  const name = (pino.levels.labels[Number(level)] ?? '').toUpperCase().padEnd(5)
  const rest = Object.keys(details).length > 0 ? ` ${JSON.stringify(details)}` : ''
  const stack = typeof err === 'object' && err !== null && 'stack' in err ? `\n${String(err.stack)}` : ''
  const text = shownProse(`${typeof msg === 'string' ? msg : ''}${rest}${stack}`)
  return `${clock} ${name} ${text.replaceAll('\n', '\n    ')}\n`
}
