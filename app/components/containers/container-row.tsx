import { memo } from 'react'
import { shownName } from '../../../lib/run/text/display-text'
import { hasEnded } from '../../../lib/run/evidence/container'
import type { AgentContainer } from '../../../lib/run/model'
import { shortId } from '../../../lib/run/evidence/container-words'
import { classNames } from '../../class-names'
import { dockerStatus, roleWords, statusNote } from '../../evidence'
import { CopyButton } from '../copy-button'
import { Glyph, SeenMark, VerdictMark } from '../icons'
import { Name } from '../outside'
import { Reason, ReasonSince } from '../reason'
import { useRunAt } from '../at-site'
import { RunLink } from '../run-link'
import { DatedAge } from '../time'
import { Whole } from '../tip'
import { useIsOperator } from '../visitor'
import { ContainerError } from '../container-error'
import controls from '../controls.module.css'
import styles from './container-row.module.css'
import table from '../table.module.css'

interface Props {
  container: AgentContainer
  /** The spec of its run; null if that is not known. */
  spec: string | null
  /** The row may be outdated, so it offers no stop. */
  old: boolean
  onStop: (container: AgentContainer) => void
}

/** One container, the run and batch that it belongs to, and what the backend and Docker say of it. */
export const ContainerRow = memo(function ContainerRow({ container, spec, old, onStop }: Props) {
  const { id, name, image, verdict, reason, reasonSince, stoppable } = container
  const { error } = container
  const isOperator = useIsOperator()
  const inspect = `docker inspect ${shortId(id)}`
  const ended = hasEnded({ ...container, removed: false })
  const note = statusNote(container)
  return (
    <tr
      id={`c-${shortId(id)}`}
      className={styles.row}
      data-testid="container-row"
      data-container-id={id}
      data-verdict={verdict}
      data-old={old || undefined}
    >
      <td className={styles.verdict}>
        {reason !== null && <VerdictMark verdict={verdict} chip className={styles.verdictMark} />}
      </td>
      <th scope="row" className={styles.purpose}>
        <Purpose container={container} spec={spec} />
      </th>
      <td className={styles.state}>
        <SeenMark ended={ended} className={styles.seen} />
        {dockerStatus(container)}
        {note !== null && <span className={styles.sub}>{note}</span>}
      </td>
      <td className={styles.reason}>
        {reason !== null && (
          <>
            <Reason text={reason} since={reasonSince} /> <ReasonSince text={reason} since={reasonSince} />
          </>
        )}
        {error ? <ContainerError text={error} /> : null}
      </td>
      <td className={styles.name}>
        <span className={classNames('id', styles.containerName)}>
          <Name text={name} />
        </span>
        <span className={styles.sub}>
          <Whole className="id" text={shownName(id)}>
            <Name text={shortId(id)} />
          </Whole>
          <CopyButton text={inspect} what={shownName(inspect)} />
          <span className={styles.image}>
            <Name text={image} />
          </span>
        </span>
      </td>
      <td className={classNames('num', table.right, styles.age)}>
        <Since container={container} ended={ended} />
      </td>
      <td className={styles.stop}>
        {stoppable && isOperator && (
          <button
            className={controls.smallButton}
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

/** The batch, by its name and its id, and the run that the container works on, otherwise its role. */
function Purpose({ container: { runId, batchId, batchName, role }, spec }: Pick<Props, 'container' | 'spec'>) {
  const at = useRunAt()
  if (runId === null) return role === 'batch' ? 'no run that is known' : roleWords(role)
  return (
    <>
      <RunLink run={at(runId)} batchId={batchId}>
        {batchId === null ? roleWords(role) : <Name text={batchName ?? batchId} />}
      </RunLink>
      <span className={classNames(spec === null && 'id', styles.sub)} title={shownName(runId)}>
        <Name text={spec ?? runId} />
      </span>
      {batchName !== undefined && batchId !== null && (
        <span className={classNames('id', styles.sub)} data-testid="container-batch-id">
          <Name text={batchId} />
        </span>
      )}
    </>
  )
}

/** Since when it is as it is: one age a row. Its tooltip has the moment. */
function Since({
  container: { createdAt, startedAt, finishedAt },
  ended,
}: {
  container: AgentContainer
  ended: boolean
}) {
  const [what, since] =
    ended && finishedAt ? ['ended', finishedAt] : startedAt ? ['started', startedAt] : ['created', createdAt]
  if (since === null) return null
  return (
    <>
      <span className={styles.ageOf}>{what} </span>
      <DatedAge since={since} />
    </>
  )
}
