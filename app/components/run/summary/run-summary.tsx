import { useMemo, useState } from 'react'
import { useIsPast } from '../../../../lib/client/live'
import type { Batch, LogLine, Snapshot } from '../../../../lib/run/model'
import type { Usual } from '../../../../lib/run/usual'
import { plural } from '../../../labels'
import { resumableOf } from '../../../resume-words'
import { Command } from '../../command'
import { CopyButton } from '../../copy-button'
import { Glyph } from '../../icons'
import { Name, Prose } from '../../outside'
import { Duration } from '../../time'
import { useUsual } from '../eta/use-usual'
import { isError } from '../../../../lib/run/text/log-level'
import { usePrinting } from '../../printing'
import { shownAt } from '../views/view-names'
import { BatchLink } from './batch-link'
import { lineText, shortened, useBatchLines } from './batch-lines'
import { comparedText, differenceText } from './usual-text'
import { branchesOf, failureOf, slowestOf } from './run-end'
import { SummaryBlock } from './summary-block'
import { mergeCommand, unmergedOf } from './unmerged'
import { useIsOperator } from '../../visitor'
import controls from '../../controls.module.css'
import styles from './run-summary.module.css'

interface Props {
  run: Snapshot
  onShow: (batchId: string) => void
  onRead: (batchId: string) => void
}

/** How a run ended, with what is not in the first HTML: earlier runs, its last error, its branches [PAGE-12]. */
export function RunSummary(props: Props) {
  // What was usual later tells nothing of an earlier moment, and an import has no earlier runs here.
  return useIsPast() ? <Told {...props} usual={null} /> : <Compared {...props} />
}

const Compared = (props: Props) => <Told {...props} usual={useUsual(props.run)} />

function Told({ run, usual, onShow, onRead }: Props & { usual: Usual | null }) {
  const failed = run.status === 'failed' ? failureOf(run)?.batch : undefined
  const at = shownAt(run, useIsPast())
  return (
    <SummaryBlock
      run={run}
      at={at}
      lastError={failed !== undefined && failed.container !== null && <LastError run={run} batch={failed} />}
      merge={run.imported === null && <Unmerged run={run} />}
      compared={usual !== null && <span data-testid="run-compared">{comparedText(run, usual)}</span>}
      slowest={<Slowest run={run} at={at} usual={usual} onShow={onShow} />}
      branches={<Branches run={run} />}
      again={<NextSteps run={run} />}
      onShow={onShow}
      onRead={onRead}
    />
  )
}

/** The branch that the run could not merge, and the command for it [PAGE-12.10]. */
function Unmerged({ run }: { run: Snapshot }) {
  const batch = unmergedOf(run)
  if (batch === null) return null
  const command = mergeCommand(batch.branch)
  return (
    <p data-testid="unmerged">
      The branch of <Name text={batch.name} /> was not merged.{' '}
      {command === null ? (
        <>
          It is <Name text={batch.branch} />.
        </>
      ) : (
        <>
          In the project, by hand: <Command text={command} />
        </>
      )}
    </p>
  )
}

/** What the failed batch printed last of an error. */
function LastError({ run, batch }: { run: Snapshot; batch: Batch }) {
  const line = useBatchLines(run, batch.id)?.lines.findLast(isError)
  return line !== undefined && <ErrorLine line={line} />
}

export function ErrorLine({ line }: { line: LogLine }) {
  const [first = ''] = lineText(line).trim().split('\n')
  return (
    <span data-testid="last-error">
      Last error line: <Prose text={shortened(first, LONGEST)} />
    </span>
  )
}

/** The rest of a longer line is in the log, characters. */
const LONGEST = 160

function Slowest({
  run,
  at,
  usual,
  onShow,
}: Pick<Props, 'run' | 'onShow'> & { at: string | null; usual: Usual | null }) {
  const times = useMemo(() => new Map(usual?.batches.map(({ id, ms }) => [id, ms])), [usual])
  const slowest = slowestOf(run)
  if (slowest.length === 0) return null
  return (
    <p data-testid="slowest">
      {run.status === 'completed' ? 'Slowest' : 'Slowest of the completed'}:{' '}
      {slowest.map(({ batch, ms }, index) => {
        const before = times.get(batch.id)
        return (
          <span key={batch.id}>
            {index > 0 && ', '}
            <BatchLink batch={batch} at={at} onShow={onShow} /> <Duration short seconds={ms / 1_000} />
            {before !== undefined && (
              <span title="Beside what it took in earlier runs"> ({differenceText(ms - before)})</span>
            )}
          </span>
        )
      })}
      .
    </p>
  )
}

/**
 * Opens the dialog that starts the spec of the run, and says what is completed already [PAGE-12.13]; or the one that resumes the run
 * where it has an entry in the backend's history [START-4].
 */
function NextSteps({ run }: { run: Snapshot }) {
  const isOperator = useIsOperator()
  const isPast = useIsPast()
  const { spec, status, imported } = run
  if (!isOperator || isPast || imported !== null || spec === null) return null
  return (
    <>
      {status !== 'completed' && (
        <button className={controls.button} type="button" data-opens="start">
          <Glyph id="i-play" />
          Start again…
        </button>
      )}
      {resumableOf(run) !== null && (
        <button className={controls.button} type="button" data-opens="resume">
          <Glyph id="i-play" />
          Resume this run…
        </button>
      )}
    </>
  )
}

/** More branches than these are only counted: the table has them all. */
const MOST_BRANCHES = 200

/** The branches of the run, each to be copied. They have elements only while they are shown. */
function Branches({ run }: { run: Snapshot }) {
  const [isOpen, setOpen] = useState(false)
  const isPrinting = usePrinting()
  const batches = branchesOf(run)
  return (
    <details className={styles.branches} onToggle={event => setOpen(event.currentTarget.open)}>
      <summary>{plural(batches.length, 'branch')}</summary>
      {(isOpen || isPrinting) && (
        <ul>
          {batches.slice(0, MOST_BRANCHES).map(({ id, branch }) => (
            <li key={id}>
              <span className="id">
                <Name text={branch ?? ''} />
              </span>
              <CopyButton text={branch ?? ''} what="branch" />
            </li>
          ))}
          {batches.length > MOST_BRANCHES && <li>and {batches.length - MOST_BRANCHES} more, in the table</li>}
        </ul>
      )}
    </details>
  )
}
