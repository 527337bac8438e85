import type { ReactNode } from 'react'
import type { Finding, RunFields } from '../../../lib/run/model'
import { isOver } from '../../../lib/run/is-over'
import { classNames } from '../../class-names'
import { loudestFirst, verdictOf } from '../../evidence'
import { plural, sentence } from '../../labels'
import { ContainerSteps } from '../container-steps'
import { FindingLine } from '../finding-line'
import { StatusMark } from '../icons'
import { Prose, RunName } from '../outside'
import { RunLink } from '../run-link'
import { DatedAge } from '../time'
import controls from '../controls.module.css'
import styles from '../finding-line.module.css'

/** How many lines stay open, in total and for each run; the others are folded. */
const MOST = 5
const MOST_OF_RUN = 2

interface Props {
  /** The runs that need attention, newest first. */
  runs: RunFields[]
  /** The findings that belong to no run. */
  findings: Finding[]
}

/** Everything that needs attention: containers that belong to no known run, failed runs, and findings of live runs. */
export function NeedsYou({ runs, findings }: Props) {
  const lines = [
    ...loudestFirst(findings).map((finding, index) => <Stray key={`stray ${index}`} finding={finding} />),
    ...runs.flatMap(linesOf),
  ]
  if (lines.length === 0) return null
  return (
    <section aria-labelledby="h-need">
      <h2 className="sr" id="h-need">
        Needs you: {lines.length}
      </h2>
      <ul>{lines.slice(0, MOST)}</ul>
      {lines.length > MOST && (
        <details className={styles.more}>
          <summary>{plural(lines.length - MOST, 'more line')}</summary>
          <ul>{lines.slice(MOST)}</ul>
        </details>
      )}
    </section>
  )
}

function linesOf(run: RunFields): ReactNode[] {
  const found = loudestFirst(run.findings)
  const hidden = found.length - MOST_OF_RUN
  const lines: ReactNode[] = found
    .slice(0, MOST_OF_RUN)
    .map((finding, index) => (
      <Found
        key={`${run.runId} ${index}`}
        run={run}
        finding={finding}
        more={index === MOST_OF_RUN - 1 && hidden > 0 ? hidden : 0}
      />
    ))
  return run.status === 'failed' ? [<Failed key={run.runId} run={run} />, ...lines] : lines
}

function Failed({ run }: { run: RunFields }) {
  return (
    <li className={styles.act} data-kind="failed">
      <StatusMark status={run.status} chip />
      <p className={styles.text}>
        <RunLink runId={run.runId}>
          <RunName run={run} />.
        </RunLink>{' '}
        <Prose text={sentence(run.error ?? 'The backend gave no reason')} /> Open the run, then start its spec again.
      </p>
      <span className={styles.age}>{run.endedAt !== null && <DatedAge since={run.endedAt} />}</span>
      <span className={styles.steps}>
        <RunLink className={classNames(controls.button, styles.step)} runId={run.runId}>
          Open run
        </RunLink>
      </span>
    </li>
  )
}

function Found({ run, finding, more }: { run: RunFields; finding: Finding; more: number }) {
  const { batchId, containerId } = finding
  const step = batchId === null ? 'Open run' : containerId === null ? 'Show batch' : 'Read its log'
  return (
    <FindingLine
      finding={finding}
      subject={
        <>
          <RunLink runId={run.runId}>
            <RunName run={run} />
            {isOver(run.status) && `, ${run.status}`}.
          </RunLink>{' '}
        </>
      }
    >
      {more > 0 && <span className="dim">and {plural(more, 'more finding')}</span>}
      <ContainerSteps containerId={containerId} page={verdictOf(finding) === 'orphan'} />
      <RunLink className={classNames(controls.button, styles.step)} runId={run.runId} batchId={batchId}>
        {step}
      </RunLink>
    </FindingLine>
  )
}

function Stray({ finding }: { finding: Finding }) {
  return (
    <FindingLine finding={finding}>
      <ContainerSteps containerId={finding.containerId} page={finding.containerId !== null} />
    </FindingLine>
  )
}
