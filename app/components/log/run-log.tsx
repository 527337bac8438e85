import { memo, useEffect, useMemo, useState, type ReactNode } from 'react'
import { isAtWork } from '../../../lib/run/evidence/container'
import { useBatchLog, useLog, useMergedLog, type Live, type LogView, type RunRef } from '../../../lib/client/live'
import { shownName } from '../../../lib/run/text/display-text'
import type { Batch, LinkState, RunFields } from '../../../lib/run/model'
import { MERGED } from '../../log-id'
import { knownOf, type Place } from '../../nothing'
import type { ShownLog } from '../run/use-picked'
import { Name } from '../outside'
import { useStale } from '../use-stale'
import { logNamedIn } from './line-mark'
import { Log, type BatchNames, type Start } from './log'
import { logUntil } from './log-until'
import controls from '../controls.module.css'
import styles from './run-log.module.css'

interface Props {
  start: Start
  /** The same object as long as the run is the same. */
  run: RunRef
  /** The batch whose own log can be shown. */
  batch: Batch | undefined
  names: BatchNames
  /** A container of a batch is known, so the run's own log does not have all there is. */
  hasAgents: boolean
  shown: ShownLog
  onShown: (shown: ShownLog) => void
  basis: RunFields['basis']
  over: boolean
  backend: LinkState
  docker: LinkState
  /** The server no longer keeps the run. */
  gone: boolean
  /** The moment of the past that is shown, ms on the server's clock; null: now. */
  moment: number | null
}

/** The names of the batches: the same object as long as they are the same. */
export function useBatchNames(batches: readonly Batch[]): BatchNames {
  const now = new Map(batches.map(({ id, name }) => [id, name]))
  const [names, setNames] = useState(now)
  const isSame = now.size === names.size && [...now].every(([id, name]) => names.get(id) === name)
  if (!isSame) setNames(now)
  return names
}

/** The backend's log of the run, the output that a batch's agents print themselves, or both. */
export const RunLog = memo(function RunLog({ batch, hasAgents, shown, onShown, gone, ...props }: Props) {
  // A link to a line of the run's log, on a page that also has a batch open.
  useEffect(() => {
    const named = logNamedIn(new URLSearchParams(window.location.search))
    if (named) onShown(named)
  }, [onShown])
  const tab = shown === 'batch' ? (batch ? 'batch' : 'run') : shown === 'all' && hasAgents ? 'all' : 'run'
  const tabs = (batch || hasAgents) && (
    <div className={controls.choice} role="group" aria-label="Whose log">
      {hasAgents && (
        <button type="button" aria-pressed={tab === 'all'} onClick={() => onShown('all')}>
          All
        </button>
      )}
      <button type="button" aria-pressed={tab === 'run'} onClick={() => onShown('run')}>
        Run
      </button>
      {batch && (
        <button
          type="button"
          aria-pressed={tab === 'batch'}
          onClick={() => onShown('batch')}
          title={shownName(batch.name)}
        >
          <span className={styles.batch} data-whole="panel">
            <Name text={batch.name} />
          </span>
        </button>
      )}
    </div>
  )
  const { run, over, docker, moment, start } = props
  // Another moment is another log.
  const key = moment === null ? (gone ? 'gone' : 'kept') : String(moment)
  if (tab === 'all') return <AllLog key={`all ${key}`} {...props} tabs={tabs} />
  if (!batch || tab === 'run') return <BackendLog key={key} {...props} tabs={tabs} />
  const isImport = run.importId !== null
  const mayBegin = !isImport && !gone && !over && docker !== 'off'
  const grows = mayBegin || (!isImport && !gone && batch.containers.some(isAtWork))
  const of = { run, logId: batch.id, tabs, docker, grows: grows && moment === null, moment, start }
  if (batch.container === null) return <NoAgentLog key={batch.id} {...of} />
  return (
    <AgentLog key={`${batch.id} ${key}`} {...of} containers={batch.containers} place={agentPlace(isImport, grows)} />
  )
})

type LogProps = Pick<Props, 'run' | 'names' | 'basis' | 'over' | 'backend' | 'moment'> & {
  tabs: ReactNode
  start: Start
}
type AllLogProps = Omit<LogProps, 'basis'> & Pick<Props, 'docker'>

/** The log as it was at a moment, or as it is, with a word that says so. */
function useLogAt(
  view: LogView,
  moment: number | null,
  tabs: ReactNode,
  clockOffset = 0,
): { log: LogView; tabs: ReactNode } {
  const then = useMemo(
    () => (moment === null ? view : logUntil(view, moment, clockOffset)),
    [view, moment, clockOffset],
  )
  if (then !== null) return { log: then, tabs }
  const words = (
    <>
      {tabs}
      <span className={styles.now}>as of now: it is too long to be cut at that moment</span>
    </>
  )
  return { log: view, tabs: words }
}

/** A line of any source may come as long as the run is at work. */
function AllLog({ run, over, backend, docker, names, tabs, moment, start }: AllLogProps) {
  const live = useMergedLog(run)
  const of = useLogAt(live.state, moment, tabs, start.clockOffset)
  const isImport = run.importId !== null
  const known = knownOf(live, useStale(live), over || isImport ? null : backend === 'live' ? docker : backend)
  const grows = !isImport && !live.gone && !over && moment === null
  const place = isImport ? 'imported log' : over ? 'log of a run that is over' : 'run log'
  return <Log logId={MERGED} {...{ known, run, place, grows, names, start }} {...of} />
}

function BackendLog({ run, names, basis, over, backend, tabs, moment, start }: LogProps) {
  const live = useLog(run)
  const of = useLogAt(live.state, moment, tabs, start.clockOffset)
  const isImport = run.importId !== null
  const known = knownOf(live, useStale(live), over ? null : backend)
  const grows = !isImport && !live.gone && !over && basis === 'stream' && moment === null
  const place = backendPlace(isImport, basis, over)
  return <Log logId={null} {...{ known, run, place, grows, names, start }} {...of} />
}

interface AgentLogProps {
  run: RunRef
  logId: string
  tabs: ReactNode
  docker: LinkState
  grows: boolean
  moment: number | null
  start: Start
}

function AgentLog({
  docker,
  containers,
  moment,
  tabs,
  ...props
}: AgentLogProps & { place: Place } & Pick<Batch, 'containers'>) {
  const sources = useMemo(() => containers.map(({ id }) => id), [containers])
  const live = useBatchLog(props.run, props.logId)
  const of = useLogAt(live.state, moment, tabs)
  const known = knownOf(live, useStale(live), props.run.importId === null ? docker : null)
  return <Log known={known} sources={sources} {...props} {...of} />
}

/** Without a container there is no log to read; the run's own state says how well that is known. */
function NoAgentLog({ docker, moment: _, ...props }: AgentLogProps) {
  const isImport = props.run.importId !== null
  const place = isImport
    ? 'imported batch without container'
    : docker === 'off'
      ? 'batch without Docker'
      : 'batch without container'
  const known = knownOf(noLines, false, isImport ? null : docker)
  return <Log log={noLines.state} known={known} place={place} {...props} />
}

const noLines: Live<LogView> = {
  ...{ state: { lines: [], dropped: 0, epoch: null }, read: true },
  ...{ sync: 'live', checkedAt: null, gone: false },
}

const agentPlace = (isImport: boolean, grows: boolean): Place =>
  isImport ? 'imported log' : grows ? 'batch log' : 'log of a container that ended'

const backendPlace = (isImport: boolean, basis: RunFields['basis'], over: boolean): Place =>
  isImport
    ? 'imported log'
    : basis === 'history'
      ? 'log of a run from history'
      : over
        ? 'log of a run that is over'
        : 'run log'
