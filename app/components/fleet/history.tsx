import { useCallback, useMemo } from 'react'
import type { RunFields } from '../../../lib/run/model'
import { plural } from '../../labels'
import { lateComponent } from '../late-component'
import { Prose } from '../outside'
import { useZone, ZoneNote } from '../zone'
import { keyOfRun } from './fleet-parts'
import { FilterBar } from './filter-bar'
import { filterText, matching, noFilters, outcomes, resumedRuns, type Filters } from './history-filters'
import { HistoryRow, type RowPlace } from './history-row'
import { useFilters } from './use-filters'
import type { VirtualTableRowsProps } from './virtual-table-rows'
import controls from '../controls.module.css'
import nothing from '../nothing.module.css'
import table from '../table.module.css'
import styles from './run-table.module.css'
import section from './section-head.module.css'

/** Above this number of rows the table has only those near the view [FLEET-4.4]. */
const MOST_ROWS = 100
/** How many rows the first HTML has of more. */
const FIRST_ROWS = 50

/** Until the code of the virtual rows is loaded, and where scripts are off. */
function FirstTableRows({ runs, row }: VirtualTableRowsProps) {
  return <tbody>{runs.slice(0, FIRST_ROWS).map((_, index) => row(index))}</tbody>
}

const VirtualTableRows = lateComponent(
  async () => (await import('./virtual-table-rows')).VirtualTableRows,
  FirstTableRows,
)

interface Props {
  /** The runs that are over, newest first. */
  runs: RunFields[]
  /** The runs that are not over, which may resume one of them. */
  live: RunFields[]
  /** The filters of the address that the page was rendered for. */
  initial: Filters
}

/** The ended runs, newest first, filtered by outcome, spec, time and text [FLEET-4]. */
export function History({ runs, live, initial }: Props) {
  const [filters, setFilters] = useFilters(initial)
  const zone = useZone()
  const ofAnyOutcome = useMemo(() => matching(runs, { ...filters, status: '' }, zone), [runs, filters, zone])
  const found = useMemo(() => matching(ofAnyOutcome, filters, zone), [ofAnyOutcome, filters, zone])
  const resumed = useMemo(() => resumedRuns([...runs, ...live]), [runs, live])
  const specs = useMemo(() => [...new Set(runs.flatMap(({ spec }) => (spec === null ? [] : [spec])))].sort(), [runs])
  const sites = useMemo(() => [...new Set(runs.flatMap(({ site }) => site ?? []))].sort(), [runs])
  const people = useMemo(() => [...new Set(runs.flatMap(({ startedBy }) => startedBy ?? []))].sort(), [runs])
  const counts = useMemo(
    () => outcomes.map(outcome => ofAnyOutcome.filter(({ status }) => status === outcome).length),
    [ofAnyOutcome],
  )
  const row = useCallback(
    (index: number, place?: RowPlace) => {
      const run = found[index]
      return run && <HistoryRow key={keyOfRun(run)} run={run} isResumed={resumed.has(keyOfRun(run))} place={place} />
    },
    [found, resumed],
  )
  const isLong = found.length > MOST_ROWS

  return (
    <section className={styles.runs} id="history" aria-labelledby="h-history">
      <header className={section.head}>
        <h2 id="h-history">History</h2>
        <FilterBar
          filters={filters}
          total={ofAnyOutcome.length}
          counts={counts}
          specs={specs}
          people={people}
          sites={sites}
          onChange={setFilters}
        />
      </header>
      <p className="sr" role="status">
        {found.length === runs.length ? '' : `${found.length} of ${plural(runs.length, 'run')} match.`}
      </p>
      {found.length === 0 ? (
        <p className={nothing.none} data-testid="no-match">
          No run matches <Prose text={filterText(filters)} />.{' '}
          <button className={controls.linkButton} type="button" onClick={() => setFilters(noFilters)}>
            Clear the filters
          </button>
        </p>
      ) : (
        <div className={table.scroller} tabIndex={0} role="region" aria-label="History table">
          <table className={table.table} aria-rowcount={isLong ? found.length + 1 : undefined}>
            <thead>
              <tr aria-rowindex={isLong ? 1 : undefined}>
                <th scope="col">Outcome</th>
                <th scope="col">Spec</th>
                <th scope="col" className={table.right}>
                  Batches
                </th>
                <th scope="col" className={table.right}>
                  Took
                </th>
                <th scope="col">
                  Ended
                  <ZoneNote />
                </th>
                <th scope="col" className={styles.id}>
                  Run
                </th>
                <th scope="col" className={styles.why}>
                  Why
                </th>
              </tr>
            </thead>
            {isLong ? (
              <VirtualTableRows runs={found} row={row} />
            ) : (
              <tbody>{found.map((_, index) => row(index))}</tbody>
            )}
          </table>
        </div>
      )}
      {isLong && (
        <noscript>
          <p>
            These are the first {FIRST_ROWS} of {found.length} runs; filters in the address show others:
            ?status=failed&amp;spec=…&amp;since=2026-01-31
          </p>
        </noscript>
      )}
    </section>
  )
}
