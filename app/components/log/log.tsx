import { memo, type ReactNode } from 'react'
import type { LogView, RunRef } from '../../../lib/client/live'
import type { RunFields } from '../../../lib/run/model'
import { MERGED, type LogId } from '../../log-id'
import { linesText, type Known, type Place } from '../../nothing'
import { lateComponent } from '../late-component'
import { Nothing } from '../nothing'
import { useZone } from '../zone'
import { LogFrame } from './log-frame'
import styles from './log.module.css'

/** The same object as long as the names are the same. */
export type BatchNames = ReadonlyMap<string, string>

/** When a run began, and how its clocks differ. */
export type Start = Pick<RunFields, 'startedAt' | 'clockOffset'> & {
  /** A clock was set during the run. */
  wasClockSet: boolean
}

export interface LogProps {
  log: LogView
  /** How well it is known that these are all its lines. */
  known: Known
  run: RunRef
  /** Which log this is. */
  logId: LogId
  /** The ids of the containers that printed it, if there are several. */
  sources?: readonly string[]
  /** The names of the batches, by their ids. */
  names?: BatchNames
  /** The tabs that switch to another log. */
  tabs: ReactNode
  /** Selects the text shown while there is no line. */
  place: Place
  /** More lines may come, so the log can be followed. */
  grows: boolean
  /** The same object as long as it is the same. */
  start: Start
}

/** The attributes of the area of the lines. */
export const areaOf = (logId: LogId) =>
  ({
    className: styles.lines,
    role: 'log',
    'aria-live': 'off',
    'aria-label': logId === null ? 'The run’s log' : logId === MERGED ? 'The whole run’s log' : 'The batch’s log',
    tabIndex: 0,
    'data-testid': 'log-lines',
  }) as const

/** Lines and controls come late: no line can come before the page has a connection. */
export const Log = memo(lateComponent<LogProps>(async () => (await import('./whole-log-view')).WholeLogView, Frame))

function Frame({ log, known, logId, tabs, place, grows }: LogProps) {
  const note = `${linesText(log.lines.length, known)}, ${useZone() === 'utc' ? 'UTC' : 'local time'}`
  return (
    <LogFrame {...{ tabs, note, grows }}>
      <div {...areaOf(logId)}>
        <Nothing in={place} known={known} />
      </div>
    </LogFrame>
  )
}
