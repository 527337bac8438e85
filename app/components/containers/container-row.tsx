import { memo } from 'react'
import { shownName } from '../../../lib/run/display-text'
import { hasEnded } from '../../../lib/run/container'
import type { AgentContainer } from '../../../lib/run/model'
import { shortId } from '../../../lib/run/container-words'
import { dockerStatus, roleWords, statusNote } from '../../evidence'
import { CopyButton } from '../copy-button'
import { Glyph, VerdictMark } from '../icons'
import { Name, Prose } from '../outside'
import { Reason, ReasonSince } from '../reason'
import { RunLink } from '../run-link'
import { DatedAge } from '../time'
import { Whole } from '../tip'
import { useIsOperator } from '../visitor'

interface Props {
  container: AgentContainer
  /** The row may be outdated, so it offers no stop. */
  old: boolean
  onStop: (container: AgentContainer) => void
}

/** One container, the run and batch that it belongs to, and what the backend and Docker say of it. */
export const ContainerRow = memo(function ContainerRow({ container, old, onStop }: Props) {
  const { id, name, image, verdict, reason, reasonSince, createdAt, startedAt, finishedAt, stoppable } = container
  const { error } = container
  const isOperator = useIsOperator()
  const inspect = `docker inspect ${shortId(id)}`
  const ended = hasEnded({ ...container, removed: false })
  const note = statusNote(container)
  return (
    <tr id={`c-${shortId(id)}`} data-testid="container-row" data-container-id={id} data-verdict={verdict}>
      <td className="cell-verdict">{reason !== null && <VerdictMark verdict={verdict} chip />}</td>
      <th scope="row" className="cell-name">
        <span className="id">
          <Name text={name} />
        </span>
        <span className="sub">
          <Whole className="id" text={shownName(id)}>
            <Name text={shortId(id)} />
          </Whole>
          <CopyButton text={inspect} what={shownName(inspect)} />
          <span className="image">
            <Name text={image} />
          </span>
        </span>
      </th>
      <td className="cell-state">
        <span className={ended ? 'seen ended' : 'seen'} aria-hidden="true" />
        {dockerStatus(container)}
        {note !== null && <span className="sub">{note}</span>}
        {ended && finishedAt !== null && (
          <span className="sub">
            <DatedAge since={finishedAt} /> ago
          </span>
        )}
      </td>
      <td className="cell-for">
        <Purpose container={container} />
      </td>
      <td className="cell-reason">
        {reason !== null && (
          <>
            <Reason text={reason} since={reasonSince} /> <ReasonSince text={reason} since={reasonSince} />
          </>
        )}
        {error ? (
          <span className="container-error">
            Docker’s error: <Prose text={error} />
          </span>
        ) : null}
      </td>
      <td className="num r cell-age cell-created">{createdAt !== null && <Ago since={createdAt} what="created" />}</td>
      <td className="num r cell-age cell-started">{startedAt !== null && <Ago since={startedAt} what="started" />}</td>
      <td className="cell-act">
        {stoppable && isOperator && (
          <button
            className="button small"
            type="button"
            disabled={old}
            title={old ? 'Docker can’t be asked now' : undefined}
            onClick={() => onStop(container)}
          >
            <Glyph id="i-stop" />
            Stop…
          </button>
        )}
      </td>
    </tr>
  )
})

/** The run and batch that the container works on, otherwise its role. */
function Purpose({ container: { runId, batchId, role } }: { container: AgentContainer }) {
  if (runId === null) return role === 'batch' ? 'no run that is known' : roleWords(role)
  return (
    <>
      <RunLink runId={runId} batchId={batchId}>
        {batchId === null ? roleWords(role) : <Name text={batchId} />}
      </RunLink>
      <span className="sub id">
        <Name text={runId} />
      </span>
    </>
  )
}

function Ago({ since, what }: { since: string; what: string }) {
  return (
    <>
      <span className="cell-word">{what} </span>
      <DatedAge since={since} />
    </>
  )
}
