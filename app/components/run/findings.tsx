import { memo } from 'react'
import type { Batch, Finding } from '../../../lib/run/model'
import { classNames } from '../../class-names'
import { loudestFirst, verdictOf } from '../../evidence'
import { plural } from '../../labels'
import { ContainerSteps } from '../container-steps'
import type { RunAt } from '../../../lib/client/live'
import type { StopContainerStepProps } from '../containers/stop-container-step'
import { Name } from '../outside'
import { FindingLine } from '../finding-line'
import { lateComponent } from '../late-component'
import { runParts } from './run-parts'
import controls from '../controls.module.css'
import styles from '../finding-line.module.css'

const MOST = 3

const LateStopContainer = lateComponent<StopContainerStepProps>(async () => (await runParts()).StopContainerStep)

interface Props {
  findings: Finding[]
  batches: Batch[]
  /** The reader can stop the run on this page. */
  stoppable: boolean
  /** The run, if its containers can be stopped: it is over, and the reader an operator [PAGE-12.14]. */
  ended: RunAt | null
  /** Docker may show something else by now. */
  isOld: boolean
  onShow: (batchId: string) => void
  onRead: (batchId: string) => void
}

/** The findings of a run: those that need action stay open, the others are folded. */
export const Findings = memo(function Findings({ findings, batches, ...steps }: Props) {
  if (findings.length === 0) return null
  const sorted = loudestFirst(findings)
  const [first, rest] = [sorted.slice(0, MOST), sorted.slice(MOST)]
  const named = new Set(findings.map(({ batchId }) => batchId))
  const batchOf = new Map(batches.filter(({ id }) => named.has(id)).map(batch => [batch.id, batch]))
  return (
    <section aria-labelledby="h-findings" data-testid="findings">
      <h2 className="sr" id="h-findings">
        Findings: {findings.length}
      </h2>
      <ul>
        {first.map((finding, index) => (
          <Line key={keyOf(finding, index)} finding={finding} batch={batchOf.get(finding.batchId ?? '')} {...steps} />
        ))}
      </ul>
      {rest.length > 0 && (
        <details className={styles.more}>
          <summary>{plural(rest.length, 'more finding')}</summary>
          <ul>
            {rest.map((finding, index) => (
              <Line
                key={keyOf(finding, index + MOST)}
                finding={finding}
                batch={batchOf.get(finding.batchId ?? '')}
                {...steps}
              />
            ))}
          </ul>
        </details>
      )}
    </section>
  )
})

/** A batch has one finding of each kind; findings without a batch are distinguished by their position. */
const keyOf = ({ kind, batchId }: Finding, index: number) =>
  batchId === null ? `${index}` : JSON.stringify([kind, batchId])

type LineProps = { finding: Finding; batch: Batch | undefined } & Omit<Props, 'findings' | 'batches'>

/** A finding and its next steps: look at the batch, stop the run, stop the container, ask Docker. */
const Line = memo(function Line({ finding, batch, stoppable, ended, isOld, onShow, onRead }: LineProps) {
  const { containerId, batchId } = finding
  const verdict = verdictOf(finding)
  const prefix = `${batch?.name ?? ''}: `
  const named = batch !== undefined && finding.text.startsWith(prefix)
  const bare = named ? { ...finding, text: finding.text.slice(prefix.length) } : finding
  const subject = named && (
    <button className={classNames(controls.linkButton, styles.subject)} type="button" onClick={() => onShow(batch.id)}>
      <Name text={batch.name} />.
    </button>
  )
  return (
    <FindingLine finding={bare} subject={subject}>
      <ContainerSteps containerId={containerId} page={verdict === 'orphan' && ended === null} />
      {verdict === 'orphan' && ended !== null && containerId !== null && (
        <LateStopContainer id={containerId} run={ended} batchId={batchId} isOld={isOld} />
      )}
      {verdict === 'ghost' && stoppable && (
        <button className={classNames(controls.button, styles.step)} type="button" data-opens="stop">
          Stop the run…
        </button>
      )}
      {batch && (
        <button
          className={classNames(controls.button, styles.step)}
          type="button"
          onClick={() => (batch.container === null ? onShow(batch.id) : onRead(batch.id))}
        >
          {batch.container === null ? 'Show batch' : 'Read its log'}
        </button>
      )}
    </FindingLine>
  )
})
