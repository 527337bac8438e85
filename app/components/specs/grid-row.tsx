import Link from 'next/link'
import { memo } from 'react'
import { isOver } from '../../../lib/run/is-over'
import type { SpecCell, SpecColumn, SpecRun } from '../../../lib/run/spec-runs'
import { importPath, runPath } from '../../paths'
import type { RunAt } from '../../../lib/client/live'
import { useRunAt } from '../at-site'
import { durationWords, momentText } from '../../format'
import { classNames } from '../../class-names'
import { Glyph, StatusMark, Tag } from '../icons'
import { useZone } from '../zone'
import { cellsOf } from './grid-rows'
import { cellName, runTags, shortTook, whenText } from './spec-words'
import styles from './run-grid.module.css'

interface Props {
  run: SpecRun
  columns: readonly SpecColumn[]
  longest: readonly number[]
  dense: boolean
  /** The first column that the plan does not have; -1: none is known to be. */
  unplannedFrom: number
  now: string
  /** What is known of live runs is only last known. */
  isOld: boolean
  /** The column that the tab key reaches; null: none of this row. */
  current: number | null
}

/** One run in the grid. */
export const GridRow = memo(function GridRow(props: Props) {
  const { run, columns, longest, now, current } = props
  const zone = useZone()
  const when = whenText(run, now, zone)
  const at = useRunAt()
  const old = props.isOld && !isOver(run.status) && run.importId === null
  return (
    <tr data-testid="spec-run" data-run-id={run.runId} data-status={run.status} data-old={old || undefined}>
      <th scope="row" className={styles.run}>
        <span className={styles.runFacts}>
          <StatusMark status={run.status} old={old} dense>
            {old ? `was ${run.status}` : run.status}
          </StatusMark>
          <Link href={pathOf(run, at)} prefetch={false} className={styles.when} tabIndex={current === 0 ? 0 : -1}>
            <RunTime run={run} text={when} />
          </Link>
          {run.ms !== null && (
            <span className={classNames('num', styles.took)} title={durationWords(run.ms / 1_000)}>
              {shortTook(run.ms)}
            </span>
          )}
        </span>
        {runTags(run).map(tag => (
          <Tag key={tag}>{tag}</Tag>
        ))}
      </th>
      {cellsOf(columns, run).map((cell, index) => {
        const column = columns[index]
        if (column === undefined) return null
        const isFirst = index === props.unplannedFrom || undefined
        if (cell === null) {
          return (
            <td key={column.id} data-first-unplanned={isFirst}>
              <span className="sr">not in this run</span>
            </td>
          )
        }
        return (
          <td key={column.id} data-status={cell.status} data-first-unplanned={isFirst}>
            {/* The grid follows it as a link of the site: thousands of `Link`s would take long. */}
            <a
              href={pathOf(run, at, cell.id)}
              className={styles.cell}
              aria-label={cellName(column, cell, run, when, old)}
              data-testid="spec-cell"
              data-batch-id={cell.id}
              data-before={cell.before}
              tabIndex={current === index + 1 ? 0 : -1}
            >
              <Glyph id={`s-${cell.status}`} />
              <CellDuration cell={cell} longest={longest[index] ?? 0} dense={props.dense} />
            </a>
          </td>
        )
      })}
    </tr>
  )
})

/** When the run began. A press opens the run, so the moment in full is only its title. */
function RunTime({ run, text }: { run: SpecRun; text: string }) {
  const zone = useZone()
  const at = run.startedAt ?? run.endedAt
  if (at === null) return text
  return (
    <time dateTime={at} title={momentText(Date.parse(at), zone)}>
      {text}
    </time>
  )
}

/** How long the batch took: in text, or as a bar beside the longest of its runs. Nothing where that is not certain. */
function CellDuration({ cell, longest, dense }: { cell: SpecCell; longest: number; dense: boolean }) {
  if (cell.ms === null) return null
  if (!dense) return <span className={styles.cellTook}>{shortTook(cell.ms)}</span>
  const share = longest === 0 ? 0 : cell.ms / longest
  return (
    <svg className={styles.bar} viewBox="0 0 20 4" width={20} height={4} aria-hidden="true">
      <rect className={styles.barWhole} width={20} height={4} />
      <rect className={styles.barShare} width={Math.max(1, Math.round(20 * share))} height={4} />
    </svg>
  )
}

/** The page of a run or an import; with `batchId`, that batch is open there. */
const pathOf = ({ runId, importId }: SpecRun, at: (runId: string) => RunAt, batchId: string | null = null) =>
  importId === null ? runPath(at(runId), batchId) : importPath(importId, batchId)
