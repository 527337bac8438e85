import { shownName } from '../../../lib/run/text/display-text'
import type { AgentContainer } from '../../../lib/run/model'
import { shortId } from '../../../lib/run/evidence/container-words'
import { stopContainer } from '../../late-api'
import { classNames } from '../../class-names'
import { Name } from '../outside'
import { ConfirmStopDialog } from '../confirm-stop-dialog'
import dialog from '../dialog.module.css'
import facts from '../facts.module.css'
import styles from './stop-container-dialog.module.css'

/** Asks for a confirmation before a container is stopped: names it, its batch, and the consequence. */
export function StopContainerDialog({
  container,
  site,
  onClose,
}: {
  /** Its name is null where it is not known. */
  container: Pick<AgentContainer, 'id' | 'runId' | 'batchId' | 'batchName'> & { name: string | null }
  /** The site whose Engine has it. */
  site: string | undefined
  onClose: () => void
}) {
  const { id, name, runId, batchId, batchName } = container
  return (
    <ConfirmStopDialog
      title={`Stop container ${shownName(shortId(id))}?`}
      action="Stop the container"
      asking="Stopping…"
      stop={() => stopContainer(id, site)}
      done={`Container ${shownName(shortId(id))} was stopped.`}
      onClose={onClose}
    >
      <dl className={classNames(facts.facts, styles.facts)}>
        {name !== null && (
          <div>
            <dt>Name</dt>
            <dd className="id">
              <Name text={name} />
            </dd>
          </div>
        )}
        <div>
          <dt>Run</dt>
          <dd className="id">{runId === null ? 'none that is known' : <Name text={runId} />}</dd>
        </div>
        <div>
          <dt>Batch</dt>
          <dd>
            {batchName !== undefined && (
              <>
                <Name text={batchName} />,{' '}
              </>
            )}
            <span className="id">{batchId === null ? 'none that is known' : <Name text={batchId} />}</span>
          </dd>
        </div>
      </dl>
      <p className={dialog.text}>
        Its run is over, so nobody waits for its work. Docker asks the agent to end, and kills it where it does not.
        What it has not committed stays in its worktree, unmerged; what it printed stays in the batch’s log.
      </p>
    </ConfirmStopDialog>
  )
}
