import { memo, type ReactNode } from 'react'
import { useBatchLog, useLog, type Live, type LogView, type RunRef } from '../../../lib/client/live'
import { shownName } from '../../../lib/run/display-text'
import type { Batch, LinkState } from '../../../lib/run/model'
import { Name } from '../outside'
import { Log } from './log'

interface Props {
  /** The very same object for as long as it is the same run. */
  run: RunRef
  /** The batch whose own log is at hand. */
  batch: Batch | undefined
  /** Whether that log is shown, not the run's. */
  ofBatch: boolean
  onOfBatch: (ofBatch: boolean) => void
  docker: LinkState
  /** The server has let go of the run. */
  gone: boolean
}

/** What the backend says of the run, or what the agents of a batch print themselves. */
export const RunLog = memo(function RunLog({ run, batch, ofBatch, onOfBatch, docker, gone }: Props) {
  const tabs = batch && (
    <div className="toggles one" role="group" aria-label="Whose log">
      <button type="button" aria-pressed={!ofBatch} onClick={() => onOfBatch(false)}>
        Run
      </button>
      <button type="button" aria-pressed={ofBatch} onClick={() => onOfBatch(true)} title={shownName(batch.name)}>
        <span className="tab-name">
          <Name text={batch.name} />
        </span>
      </button>
    </div>
  )
  if (!batch || !ofBatch) return <BackendLog key={gone ? 'gone' : 'kept'} run={run} tabs={tabs} />
  const of = { run, batchId: batch.id, tabs }
  const isImport = run.importId !== null
  if (batch.container === null) {
    const empty = isImport ? 'No container of this batch was recorded.' : withoutContainer(docker)
    return <Log key={batch.id} live={noLines} {...of} empty={empty} />
  }
  return <AgentLog key={batch.id} {...of} empty={isImport ? NONE_RECORDED : withoutLines(docker)} />
})

interface LogProps {
  run: RunRef
  tabs: ReactNode
}

function BackendLog(props: LogProps) {
  const isImport = props.run.importId !== null
  const empty = isImport ? NONE_RECORDED : 'No line yet. What the backend says of this run appears here.'
  return <Log live={useLog(props.run)} batchId={null} {...props} empty={empty} />
}

function AgentLog(props: LogProps & { batchId: string; empty: string }) {
  return <Log live={useBatchLog(props.run, props.batchId)} {...props} />
}

const NONE_RECORDED = 'No line of it was recorded.'

const noLines: Live<LogView> = { state: { lines: [], dropped: 0 }, sync: 'live', checkedAt: null, gone: false }

const withoutContainer = (docker: LinkState) =>
  docker === 'off'
    ? 'Docker is not watched, so a batch has no log of its own. What the backend passes on is in the run’s log.'
    : 'No container of this batch was seen. What one prints appears here as soon as it starts.'

const withoutLines = (docker: LinkState) =>
  docker === 'live'
    ? 'No line yet. What the container prints appears here.'
    : 'No line was read, and Docker can’t be reached now.'
