import Link from 'next/link'
import { useState } from 'react'
import type { Finding, RunFields } from '../../../lib/run/model'
import { isOver } from '../../../lib/run/is-over'
import { shortId } from '../../../lib/run/evidence/container-words'
import { classNames } from '../../class-names'
import { runPath } from '../../paths'
import { StopContainerStep } from '../containers/stop-container-step'
import { RunLink } from '../run-link'
import { NoteDialog } from '../run/notes/note-dialog'
import { StopDialog } from '../run/stop-dialog'
import { useIsOperator } from '../visitor'
import controls from '../controls.module.css'
import styles from '../finding-line.module.css'

const STEP = classNames(controls.button, styles.step)

/** After a failure: read why, and start the spec again. */
export function FailureSteps({ run, onStart }: { run: RunFields; onStart: (spec: string) => void }) {
  const isOperator = useIsOperator()
  const { spec } = run
  const [isNoting, setNoting] = useState(false)
  return (
    <>
      <RunLink className={STEP} run={run}>
        Open run
      </RunLink>
      {isOperator && (
        <button className={STEP} type="button" onClick={() => setNoting(true)}>
          Settle…
        </button>
      )}
      {isNoting && <NoteDialog run={run} settling onClose={() => setNoting(false)} />}
      {isOperator && spec !== null && (
        <button className={STEP} type="button" onClick={() => onStart(spec)}>
          Start again…
        </button>
      )}
    </>
  )
}

interface Props {
  finding: Finding
  run: RunFields | null
  /** The backend may be away, or this page has lost its server, so nothing is asked. */
  isOld: boolean
}

/** The step that the sentence of a finding names. */
export function FindingSteps({ finding, run, isOld }: Props) {
  const isOperator = useIsOperator()
  const { kind, batchId, containerId } = finding
  if (run === null) return containerId !== null && <ContainerLink id={containerId} />
  if (kind === 'long') return <AtWork run={run} />
  const canStopRun = isOperator && !isOld && kind === 'ghost' && !isOver(run.status) && run.basis === 'stream'
  if (kind === 'orphan' && containerId !== null) {
    return (
      <>
        <Look run={run} batchId={batchId} text="Read log" />
        {isOperator && isOver(run.status) ? (
          <StopContainerStep id={containerId} run={run} batchId={batchId} isOld={isOld || run.link.docker !== 'live'} />
        ) : (
          <ContainerLink id={containerId} />
        )}
      </>
    )
  }
  return (
    <>
      <Look run={run} batchId={batchId} text={batchId === null ? 'Open run' : 'Open batch'} />
      {canStopRun && !run.stopping && <StopRun run={run} />}
    </>
  )
}

function Look({ run, batchId, text }: { run: RunFields; batchId: string | null; text: string }) {
  return (
    <RunLink className={STEP} run={run} batchId={batchId}>
      {text}
    </RunLink>
  )
}

/** The batches at work alone: what the run waits for is among them. */
function AtWork({ run }: { run: RunFields }) {
  return (
    <Link className={STEP} href={`${runPath(run)}?state=running`} prefetch={false}>
      See what is at work
    </Link>
  )
}

function ContainerLink({ id }: { id: string }) {
  return (
    <Link className={STEP} href={`/containers#c-${shortId(id)}`}>
      Open container
    </Link>
  )
}

function StopRun({ run }: { run: RunFields }) {
  const [isAsking, setAsking] = useState(false)
  return (
    <>
      <button className={STEP} type="button" onClick={() => setAsking(true)}>
        Stop run…
      </button>
      {isAsking && <StopDialog run={run} onClose={() => setAsking(false)} />}
    </>
  )
}
