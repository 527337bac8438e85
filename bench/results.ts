/** What one row of the table says. */
export type Row = Measured | NotMeasured

interface Measured {
  kind: 'measured'
  what: string
  /** With its unit. */
  value: string
  /** The same of what could not be cheaper; a dash where there is none. */
  floor: string
  /** Value by floor; null without a floor. */
  ratio: number | null
  /** The mark in words; a dash where there is none. */
  mark: string
  /** The value by the mark: at most 1 if the mark is met. Null without a mark. */
  share: number | null
  /** The same by that mark alone which depends on a floor of the same run: a slower machine does not change it. */
  relativeShare: number | null
  /** How many values, windows or rounds it was measured with. */
  n: string
}

interface NotMeasured {
  kind: 'not measured'
  what: string
  reason: string
}

/** The value of a row, and what it is compared with. All figures of a row have the same unit. */
export interface Figures {
  what: string
  unit: string
  value: number
  /** The value as shown, if it is more than one figure. */
  shown?: string
  floor?: { value: number; shown?: string }
  mark?: Mark
  n: string
}

/** The largest value that is good enough; of two marks both must be met. */
export interface Mark {
  words: string
  /** As a figure that does not depend on the machine. */
  most?: number
  /** By a floor that was measured in the same run. */
  mostByFloor?: number
}

export function measured({ what, unit, value, shown, floor, mark, n }: Figures): Row {
  const text = (figure: number, as: string | undefined) => `${as ?? figureText(figure)} ${unit}`.trim()
  return {
    kind: 'measured',
    what,
    value: text(value, shown),
    floor: floor ? text(floor.value, floor.shown) : '–',
    ratio: floor && floor.value > 0 ? value / floor.value : null,
    mark: mark?.words ?? '–',
    share: mark ? value / Math.min(mark.most ?? Infinity, mark.mostByFloor ?? Infinity) : null,
    relativeShare: mark?.mostByFloor === undefined ? null : value / mark.mostByFloor,
    n,
  }
}

/** Three digits, as far as the figure has so many. */
export function figureText(figure: number): string {
  if (!Number.isFinite(figure)) return 'none'
  const digits = Math.abs(figure) >= 100 ? 0 : Math.abs(figure) >= 10 ? 1 : 2
  return figure.toLocaleString('en', { maximumFractionDigits: digits })
}

/** Runs one measurement. If it fails, its row says so: the others are still worth having. */
export async function rowsOf(what: string, measure: () => Promise<Row[]> | Row[]): Promise<Row[]> {
  const began = performance.now()
  const rows = await Promise.resolve()
    .then(measure)
    .catch((error: unknown): Row[] => {
      console.error(error)
      return [{ kind: 'not measured', what, reason: error instanceof Error ? error.message : String(error) }]
    })
  console.log(`${what}: ${Math.round((performance.now() - began) / 1_000)} s`)
  for (const row of rows) console.log(`  ${lineOf(row)}`)
  return rows
}

function lineOf(row: Row): string {
  if (row.kind === 'not measured') return `${row.what}: NOT MEASURED: ${row.reason}`
  const floor = row.ratio === null ? '' : `, floor ${row.floor}, ratio ${row.ratio.toFixed(2)}`
  const mark = row.share === null ? '' : `, mark ${row.mark}: ${row.share <= 1 ? 'met' : 'MISSED'}`
  return `${row.what}: ${row.value}${floor}${mark} (${row.n})`
}

/** The rows as a Markdown table. */
export function tableOf(rows: readonly Row[]): string {
  const cells = rows.map(row => {
    if (row.kind === 'not measured') return [row.what, `**not measured:** ${row.reason}`, '', '', '', '', '']
    const { what, value, floor, ratio, mark, share, n } = row
    const met = share === null ? '–' : share <= 1 ? 'yes' : '**no**'
    return [what, value, floor, ratio === null ? '–' : ratio.toFixed(2), mark, met, n]
  })
  const head = ['what', 'value', 'floor', 'ratio', 'mark', 'met', 'measured by']
  const lines = [head, head.map(() => '---'), ...cells]
  return lines
    .map(line => `| ${line.map(cell => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`)
    .join('\n')
}
