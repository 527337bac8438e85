import { useIsPast } from '../../../lib/client/live'
import { shownName } from '../../../lib/run/text/display-text'
import type { Batch } from '../../../lib/run/model'
import { hasEnded } from '../../../lib/run/evidence/container'
import { shortId } from '../../../lib/run/evidence/container-words'
import { classNames } from '../../class-names'
import { containerText, dockerCommand } from '../../evidence'
import { CopyButton } from '../copy-button'
import { SeenMark } from '../icons'
import { Name } from '../outside'
import { DatedAge } from '../time'
import styles from './batch-evidence.module.css'

/** Docker's evidence for a batch, in a line: its latest container, the container's state, and how many came before. */
export function BatchEvidence({ batch }: { batch: Batch }) {
  const { container, containers } = batch
  const isPast = useIsPast()
  if (container === null) return <span className="dim">{batch.startedAt === null ? '' : 'no container seen'}</span>
  const { id, finishedAt } = container
  const command = dockerCommand(container)
  const ended = hasEnded(container)
  // The age matters only while the reader still waits for the batch.
  const isAwaited = batch.status === 'running'
  return (
    <>
      <SeenMark ended={ended} />
      <span className={styles.text} title={containerText(container)} data-whole="panel">
        {containerText(container)}
        {ended && isAwaited && finishedAt !== null && (
          <span className="dim">
            , <DatedAge since={finishedAt} /> ago
          </span>
        )}
      </span>
      {containers.length > 1 && (
        <span className={classNames('dim', styles.more)} data-whole="panel">
          {containers.length} containers
        </span>
      )}
      <span className={classNames('id', styles.containerId)} data-whole="panel">
        <Name text={shortId(id)} />
      </span>
      {command === null ? (
        <span className="dim">removed</span>
      ) : (
        !isPast && <CopyButton text={command} what={`command: ${shownName(command)}`} />
      )}
    </>
  )
}
