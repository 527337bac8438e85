import type { SpecCell, SpecColumn, SpecRun } from '../../../lib/run/spec-runs'

/** How many cells the first HTML has at most, beside the newest run, and how many runs a press adds. */
const FIRST_CELLS = 1_500
/** How many more columns have room for a glyph alone. */
const WIDE = 20

/** The cell of each batch in each run, by the place of its column. */
export function cellsOf(columns: readonly SpecColumn[], run: SpecRun): (SpecCell | null)[] {
  const cells = new Map(run.batches.map(cell => [cell.id, cell]))
  return columns.map(({ id }) => cells.get(id) ?? null)
}

/** How many of the newest runs are shown at first: many batches take much room [SPEC-4.3]. */
export const firstRuns = (columns: number): number => Math.max(1, Math.floor(FIRST_CELLS / Math.max(1, columns)))

/** Whether a cell has no room for its duration in text. */
export const isDense = (columns: number): boolean => columns > WIDE

/** The longest certain duration of each batch, ms; 0 without one. */
export function longestOf(columns: readonly SpecColumn[], runs: readonly SpecRun[]): number[] {
  const longest = new Map<string, number>()
  for (const { batches } of runs)
    for (const { id, ms } of batches) if (ms !== null) longest.set(id, Math.max(longest.get(id) ?? 0, ms))
  return columns.map(({ id }) => longest.get(id) ?? 0)
}

/** A place in the grid: row 0 is the head, column 0 the runs. */
export interface GridPlace {
  row: number
  column: number
}

/**
 * Where an arrow key, Home or End leads in the grid: over places without a cell to the next one; null if the key leads nowhere.
 * @param has whether there is a cell
 */
export function movedInGrid(
  key: string,
  from: GridPlace,
  size: { rows: number; columns: number },
  has: (place: GridPlace) => boolean,
): GridPlace | null {
  const first = (places: Iterable<GridPlace>) => {
    for (const place of places) if (has(place)) return place
    return null
  }
  switch (key) {
    case 'ArrowLeft':
      return first(line(from, 0, -1, size))
    case 'ArrowRight':
      return first(line(from, 0, 1, size))
    case 'ArrowUp':
      return first(line(from, -1, 0, size))
    case 'ArrowDown':
      return first(line(from, 1, 0, size))
    case 'Home':
      return first(line({ ...from, column: -1 }, 0, 1, size))
    case 'End':
      return first(line({ ...from, column: size.columns }, 0, -1, size))
    default:
      return null
  }
}

function* line(from: GridPlace, down: number, right: number, size: { rows: number; columns: number }) {
  let { row, column } = from
  for (;;) {
    row += down
    column += right
    if (row < 0 || column < 0 || row >= size.rows || column >= size.columns) return
    yield { row, column }
  }
}
