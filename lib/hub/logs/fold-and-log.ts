import { fold, type Change } from '../../run/fold'
import type { Observation } from '../../run/observation'
import type { Run } from '../../run/run'
import { iso } from '../../run/time/time'
import type { LogBuffer } from './log-buffer'

/**
 * Folds an observation into a run, and keeps the run's log: a new execution begins with an empty one [RUN-14], and a
 * message adds its line.
 * @param fresh the message was not received before, so its line is not in the log yet
 * @returns what has changed in the run, and whether by a new execution
 */
export function foldAndLog(
  run: Run,
  log: LogBuffer,
  observation: Observation,
  fresh: boolean,
): { change: Change | null; isNewExecution: boolean } {
  const { incarnation } = run
  const change = fold(run, observation)
  const isNewExecution = run.incarnation !== incarnation
  if (isNewExecution) log.clear()
  if (observation.kind === 'message' && fresh)
    appendLine(log, observation.time.ms, observation.stream, observation.text)
  return { change, isNewExecution }
}

/** Appends a line of a run's own log. @param at ms */
export function appendLine(log: LogBuffer, at: number, stream: 'stdout' | 'stderr' | 'system', text: string): void {
  log.append({ at: iso(at), source: 'backend', stream, text })
}
