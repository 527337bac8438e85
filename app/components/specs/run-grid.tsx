import { useRouter } from 'next/navigation'
import { useMemo, useRef, useState, type FocusEvent, type KeyboardEvent, type MouseEvent } from 'react'
import { shownName } from '../../../lib/run/text/display-text'
import type { SpecRuns } from '../../../lib/run/spec-pages'
import { plural } from '../../labels'
import { Name } from '../outside'
import { ZoneNote } from '../zone'
import { GridRow } from './grid-row'
import { firstRuns, isDense, longestOf, movedInGrid, type GridPlace } from './grid-rows'
import controls from '../controls.module.css'
import styles from './run-grid.module.css'

interface Props {
  spec: SpecRuns
  /** Live runs are only last known. */
  isOld: boolean
  picked: string | null
  onPick: (batchId: string) => void
}

/** The runs of a spec, newest first, and the batches of each [SPEC-4.2]. */
export function RunGrid({ spec, isOld, picked, onPick }: Props) {
  const { columns, runs, now } = spec
  const [more, setMore] = useState(0)
  const shown = useMemo(() => runs.slice(0, firstRuns(columns.length) + more), [runs, columns.length, more])
  const longest = useMemo(() => longestOf(columns, shown), [columns, shown])
  const [current, setCurrent] = useState<GridPlace>({ row: 1, column: 0 })
  const router = useRouter()
  const table = useRef<HTMLTableElement>(null)
  const dense = isDense(columns.length)
  // Without a plan it is not known which batches it no longer has.
  const unplannedFrom = spec.plan.state === 'read' ? columns.findIndex(({ planned }) => !planned) : -1

  const elementAt = ({ row, column }: GridPlace) =>
    table.current?.rows.item(row)?.cells.item(column)?.querySelector<HTMLElement>('a, button') ?? null
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return
    const size = { rows: shown.length + 1, columns: columns.length + 1 }
    const next = movedInGrid(event.key, current, size, place => elementAt(place) !== null)
    if (next === null) return
    event.preventDefault()
    elementAt(next)?.focus()
  }
  const onFocus = ({ target }: FocusEvent) => {
    const place = placeOf(target)
    if (place) setCurrent(place)
  }
  const onClick = (event: MouseEvent<HTMLElement>) => {
    const link = linkIn(event)
    // With these keys the browser opens the link elsewhere.
    if (link === null || event.defaultPrevented || event.button !== 0) return
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
    event.preventDefault()
    router.push(link.getAttribute('href') ?? '')
  }
  // The rows may have become fewer.
  const row = Math.min(current.row, shown.length)

  return (
    <>
      <div className={styles.scroller} role="region" aria-label="Runs by batch, scrolls" tabIndex={-1}>
        <table
          ref={table}
          className={styles.table}
          aria-label="Runs by batch"
          aria-rowcount={runs.length + 1}
          data-dense={dense || undefined}
          onKeyDown={onKeyDown}
          onFocus={onFocus}
          onClick={onClick}
          onMouseOver={nameInTitle}
        >
          <thead>
            <tr>
              <th scope="col" className={styles.corner}>
                Run, began
                <ZoneNote />
              </th>
              {columns.map(({ id, name, planned }, index) => (
                <th
                  key={id}
                  scope="col"
                  className={styles.column}
                  data-first-unplanned={index === unplannedFrom || undefined}
                  data-picked={id === picked || undefined}
                >
                  <button
                    type="button"
                    className={styles.name}
                    title={shownName(name)}
                    data-whole="panel"
                    tabIndex={row === 0 && current.column === index + 1 ? 0 : -1}
                    aria-pressed={id === picked}
                    onClick={() => onPick(id)}
                  >
                    <Name text={name} />
                    {unplannedFrom >= 0 && !planned && <span className="sr">, no longer planned</span>}
                  </button>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {shown.map((run, index) => (
              <GridRow
                key={run.runId}
                run={run}
                columns={columns}
                longest={longest}
                dense={dense}
                unplannedFrom={unplannedFrom}
                now={now}
                isOld={isOld}
                current={row === index + 1 ? current.column : null}
              />
            ))}
          </tbody>
        </table>
      </div>
      <GridNotes spec={spec} dense={dense} hasUnplanned={unplannedFrom >= 0} />
      {shown.length < runs.length && (
        <p className={styles.more}>
          <button className={controls.button} type="button" onClick={() => setMore(more + 10)}>
            Show {Math.min(10, runs.length - shown.length)} more of {plural(runs.length - shown.length, 'older run')}
          </button>
        </p>
      )}
    </>
  )
}

/** The place of what is in a cell. */
function placeOf(element: Element): GridPlace | null {
  const cell = element.closest('td, th')
  const row = cell?.closest('tr')
  return cell instanceof HTMLTableCellElement && row ? { row: row.rowIndex, column: cell.cellIndex } : null
}

/** The link of a cell in which something happens; the row's own link is one of the site already. */
function linkIn({ target }: MouseEvent): HTMLElement | null {
  return target instanceof Element ? target.closest<HTMLElement>('td a') : null
}

/** A cell gets its tooltip only where the pointer is: it is as long as its name. */
function nameInTitle(event: MouseEvent): void {
  const link = linkIn(event)
  if (link !== null) link.title = link.getAttribute('aria-label') ?? ''
}

/** What the grid can't say by itself. */
function GridNotes({ spec, dense, hasUnplanned }: { spec: SpecRuns; dense: boolean; hasUnplanned: boolean }) {
  const { runsLeftOut, columnsLeftOut } = spec
  const notes = [
    ...(dense ? ['The bar of a cell is its duration beside the longest one of that batch.'] : []),
    ...(hasUnplanned ? ['Batches right of the dashed line are no longer planned.'] : []),
    ...(runsLeftOut > 0 ? [`${plural(runsLeftOut, 'older run')} not shown: the fleet page lists all.`] : []),
    ...(columnsLeftOut > 0 ? [`${plural(columnsLeftOut, 'more batch')} of older runs not shown.`] : []),
  ]
  return notes.length > 0 && <p className={styles.notes}>{notes.join(' ')}</p>
}
