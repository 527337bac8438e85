import { memo, type ReactNode } from 'react'
import { useBatchLog, useLog, type Live, type LogView } from '../../../lib/client/live'
import type { Batch, LinkState } from '../../../lib/run/model'
import { Log } from './log'

interface Props {
  runId: string
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
export const RunLog = memo(function RunLog({ runId, batch, ofBatch, onOfBatch, docker, gone }: Props) {
  const tabs = batch && (
    <div className="toggles one" role="group" aria-label="Whose log">
      <button type="button" aria-pressed={!ofBatch} onClick={() => onOfBatch(false)}>
        Run
      </button>
      <button type="button" aria-pressed={ofBatch} onClick={() => onOfBatch(true)} title={batch.name}>
        <span className="tab-name">{batch.name}</span>
      </button>
    </div>
  )
  if (!batch || !ofBatch) return <BackendLog key={gone ? 'gone' : 'kept'} runId={runId} tabs={tabs} />
  const of = { runId, batchId: batch.id, tabs }
  if (batch.container === null) return <Log key={batch.id} live={noLines} {...of} empty={withoutContainer(docker)} />
  return <AgentLog key={batch.id} {...of} empty={withoutLines(docker)} />
})

interface LogProps {
  runId: string
  tabs: ReactNode
}

function BackendLog(props: LogProps) {
  const empty = 'No line yet. What the backend says of this run appears here.'
  return <Log live={useLog(props.runId)} batchId={null} {...props} empty={empty} />
}

function AgentLog(props: LogProps & { batchId: string; empty: string }) {
  return <Log live={useBatchLog(props.runId, props.batchId)} {...props} />
}

const noLines: Live<LogView> = { state: { lines: [], dropped: 0 }, sync: 'live', checkedAt: null, gone: false }

const withoutContainer = (docker: LinkState) =>
  docker === 'off'
    ? 'Docker is not watched, so a batch has no log of its own. What the backend passes on is in the run’s log.'
    : 'No container of this batch was seen. What one prints appears here as soon as it starts.'

const withoutLines = (docker: LinkState) =>
  docker === 'live'
    ? 'No line yet. What the container prints appears here.'
    : 'No line was read, and Docker can’t be reached now.'
