import { memo, type ReactNode } from 'react'
import type { LogView, RunRef } from '../../../lib/client/live'
import { linesText, type Known, type Place } from '../../nothing'
import { lateComponent } from '../late-component'
import { Nothing } from '../nothing'
import { useZone } from '../zone'
import { LogFrame } from './log-frame'
import styles from './log.module.css'

export interface LogProps {
  log: LogView
  /** How well it is known that these are all its lines. */
  known: Known
  run: RunRef
  /** The batch whose containers printed the lines; null for the backend's log. */
  batchId: string | null
  /** The ids of those containers, if there are several. */
  sources?: readonly string[]
  /** The tabs that switch to another log. */
  tabs: ReactNode
  /** Which log this is: selects the text shown while there is no line. */
  place: Place
  /** More lines may come, so the log can be followed. */
  grows: boolean
}

/** The attributes of the area of the lines. */
export const areaOf = (batchId: string | null) =>
  ({
    className: styles.lines,
    role: 'log',
    'aria-live': 'off',
    'aria-label': batchId === null ? 'The run’s log' : 'The batch’s log',
    tabIndex: 0,
    'data-testid': 'log-lines',
  }) as const

/** Lines and controls come late: no line can come before the page has a connection. */
export const Log = memo(lateComponent<LogProps>(async () => (await import('./whole-log-view')).WholeLogView, Frame))

function Frame({ log, known, batchId, tabs, place, grows }: LogProps) {
  const note = `${linesText(log.lines.length, known)}, ${useZone() === 'utc' ? 'UTC' : 'local time'}`
  return (
    <LogFrame {...{ tabs, note, grows }}>
      <div {...areaOf(batchId)}>
        <Nothing in={place} known={known} />
      </div>
    </LogFrame>
  )
}
