import { pino, type Logger } from 'pino'
import { shownProse } from '../run/text/display-text'
import { masked } from '../run/text/secrets'
import type { Config } from './config'

export type Log = Logger

/** Where finished lines go: `process.stderr`, or a list in a test. */
export interface Sink {
  write(text: string): unknown
  isTTY?: boolean
}

/**
 * The server's structured log: one JSON object per line, or short lines on a terminal. Every line loses its credentials in URLs,
 * and its secrets are masked, no matter who logged it [SAFE-2], [SAFE-4]. No text in it can control a terminal [SAFE-4.7].
 */
export function createLog(level: Config['logLevel'], sink: Sink): Log {
  const format = sink.isTTY === true ? forPeople : (line: string) => line
  return pino({ level, base: null }, { write: line => void sink.write(format(withoutSecrets(line))) })
}

/** Masks each text by itself, so that a mask can't break the JSON of the line. */
function withoutSecrets(line: string): string {
  const clean = (_: string, value: unknown) =>
    typeof value === 'string' ? masked(value.replace(/(\w:\/\/)[^\s/@"]*@/g, '$1')) : value
  return `${JSON.stringify(JSON.parse(line, clean)).replace(CONTROLS, escaped)}\n`
}

/** Control and invisible characters that JSON does not escape by itself. */
const CONTROLS = /[\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g
const escaped = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`

/**
 * Formats a line as `12:03:04 INFO  message {"detail":1}`. Later lines of the text are indented, so that no text looks like a line
 * of the log.
 */
function forPeople(line: string): string {
  const { level, time, msg, err, ...details } = JSON.parse(line) as Record<string, unknown>
  const clock = new Date(Number(time)).toTimeString().slice(0, 8)
  const name = (pino.levels.labels[Number(level)] ?? '').toUpperCase().padEnd(5)
  const rest = Object.keys(details).length > 0 ? ` ${JSON.stringify(details)}` : ''
  const stack = typeof err === 'object' && err !== null && 'stack' in err ? `\n${String(err.stack)}` : ''
  const text = shownProse(`${typeof msg === 'string' ? msg : ''}${rest}${stack}`)
  return `${clock} ${name} ${text.replaceAll('\n', '\n    ')}\n`
}
