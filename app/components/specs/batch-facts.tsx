import Link from 'next/link'
import { shownName } from '../../../lib/run/text/display-text'
import type { SpecColumn, SpecRun } from '../../../lib/run/spec-runs'
import type { BatchStats } from '../../../lib/run/spec-stats'
import { runPath, importPath } from '../../paths'
import { useRunAt } from '../at-site'
import { Glyph, StatusMark } from '../icons'
import { Name } from '../outside'
import { useZone } from '../zone'
import { cellWord, failedText, runTags, shortTook, spreadText, whenText } from './spec-words'
import controls from '../controls.module.css'
import styles from './batch-facts.module.css'

/** How many of the last runs are named. */
const MOST = 10

interface Props {
  column: SpecColumn
  columns: readonly SpecColumn[]
  runs: readonly SpecRun[]
  stats: BatchStats
  now: string
  onClose: () => void
}

/** What the runs tell of one batch [SPEC-4.4]. */
export function BatchFacts({ column, columns, runs, stats, now, onClose }: Props) {
  const zone = useZone()
  const at = useRunAt()
  const names = new Map(columns.map(({ id, name }) => [id, name]))
  const own = runs.flatMap(run => {
    const cell = run.batches.find(({ id }) => id === column.id)
    return cell ? [{ run, cell }] : []
  })
  return (
    <aside
      className={styles.facts}
      aria-label={`Batch ${shownName(column.name)}`}
      data-testid="spec-batch"
      data-batch-id={column.id}
      onKeyDown={event => {
        if (event.key === 'Escape') onClose()
      }}
    >
      <header className={styles.head}>
        <h3>
          <Name text={column.name} />
        </h3>
        <button className={controls.iconButton} type="button" aria-label="Close the batch" onClick={onClose}>
          <Glyph id="i-close" />
        </button>
      </header>
      {column.id !== column.name && (
        <p className="id">
          <Name text={column.id} />
        </p>
      )}
      <p>
        {stats.ended === 0
          ? 'No counted run has brought it to an end yet.'
          : [failedText(stats), ...(stats.spread ? [spreadText(stats.spread)] : [])].map(capital).join('. ') + '.'}
      </p>
      <p>
        {column.dependsOn.length === 0 ? (
          'It needs no other batch.'
        ) : (
          <>
            Needs{' '}
            {column.dependsOn.map((id, index) => (
              <span key={id}>
                {index > 0 && ', '}
                <Name text={names.get(id) ?? id} />
              </span>
            ))}
            .
          </>
        )}
      </p>
      <ol className={styles.runs} aria-label="Its last runs">
        {own.slice(0, MOST).map(({ run, cell }) => (
          <li key={run.runId}>
            <StatusMark status={cell.status}>{cellWord(cell, run)}</StatusMark>{' '}
            <Link
              href={run.importId === null ? runPath(at(run.runId), cell.id) : importPath(run.importId, cell.id)}
              prefetch={false}
            >
              {whenText(run, now, zone)}
            </Link>{' '}
            {cell.ms !== null && <span className="num">{shortTook(cell.ms)}</span>}{' '}
            <span className="dim">{runTags(run).join(', ')}</span>
          </li>
        ))}
      </ol>
    </aside>
  )
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1)
