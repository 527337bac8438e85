import type { RunFields } from '../../../lib/run/model'
import { dayNumber, isDay } from '../../format'
import { isInstant } from '../../instant'
import type { Zone } from '../../zone'
import { keyOfRun } from './fleet-parts'

/** The statuses of runs that are over, in the order of their buttons. */
export const outcomes = ['completed', 'failed', 'aborted'] as const
export type Outcome = (typeof outcomes)[number]

/** The filters of the history; an empty text is none. The address holds the same names [FLEET-4.1]. */
export interface Filters {
  status: Outcome | ''
  spec: string
  site: string
  /** The name of the person who started it from a dashboard. */
  by: string
  /** Part of a spec, a run id or an error. */
  q: string
  /** A day, `2026-11-23`, or an instant, ISO 8601. */
  since: string
  until: string
}

export const noFilters: Filters = { status: '', spec: '', site: '', by: '', q: '', since: '', until: '' }
const names = ['status', 'spec', 'site', 'by', 'q', 'since', 'until'] as const
/** No name in the product is longer than this. */
const LONGEST = 500

/** The filters in an address; a value that can't be understood is left out. */
export function filtersOf(values: Readonly<Record<string, string | string[] | undefined>>): Filters {
  const text = (name: string) => {
    const value = values[name]
    return typeof value === 'string' && value.length <= LONGEST ? value : ''
  }
  const time = (name: string) => {
    const value = text(name)
    const isDate = isDay(value) && Number.isFinite(Date.parse(value))
    return isDate || isInstant(value) ? value : ''
  }
  return {
    status: outcomes.find(outcome => outcome === text('status')) ?? '',
    ...{
      spec: text('spec'),
      site: text('site'),
      by: text('by'),
      q: text('q'),
      since: time('since'),
      until: time('until'),
    },
  }
}

/** The filters in the query of an address, as `?status=failed`. */
export const filtersIn = (query: string): Filters => filtersOf(Object.fromEntries(new URLSearchParams(query)))

/** The query of an address with these filters; what else it holds is kept. */
export function queryOf(filters: Filters, query = ''): string {
  const params = new URLSearchParams(query)
  for (const name of names) {
    if (filters[name] === '') params.delete(name)
    else params.set(name, filters[name].toWellFormed())
  }
  const text = params.toString()
  return text === '' ? '' : `?${text}`
}

export const isFiltered = (filters: Filters): boolean => names.some(name => filters[name] !== '')

type Sought = Pick<
  RunFields,
  'startedBy' | 'status' | 'spec' | 'site' | 'runId' | 'historyId' | 'error' | 'endedAt' | 'startedAt'
>

/** The runs as the history shows them: those that ended last first, by the start where no end is known [FLEET-4.7]. */
export const newestFirst = <R extends Pick<RunFields, 'endedAt' | 'startedAt'>>(runs: readonly R[]): R[] =>
  runs.toSorted((a, b) => (b.endedAt ?? b.startedAt ?? '').localeCompare(a.endedAt ?? a.startedAt ?? ''))

/** The runs that match. @param zone the reader's, in which a day begins and ends */
export function matching<R extends Sought>(runs: readonly R[], filters: Filters, zone: Zone): R[] {
  const { status, spec, site, by, since, until } = filters
  const needle = filters.q.trim().toLowerCase()
  return runs.filter(run => {
    if (status !== '' && run.status !== status) return false
    if (spec !== '' && run.spec !== spec) return false
    if (site !== '' && run.site !== site) return false
    if (by !== '' && run.startedBy !== by) return false
    if (!isWithin(run.endedAt ?? run.startedAt, since, until, zone)) return false
    return needle === '' || fieldsOf(run).some(field => field?.toLowerCase().includes(needle))
  })
}

const fieldsOf = ({ spec, runId, historyId, error }: Sought) => [spec, runId, historyId, error]

function isWithin(at: string | null, since: string, until: string, zone: Zone): boolean {
  if (since === '' && until === '') return true
  if (at === null) return false
  const ms = Date.parse(at)
  const compared = (bound: string) =>
    isDay(bound) ? dayNumber(ms, zone) - dayNumber(Date.parse(bound), 'utc') : ms - Date.parse(bound)
  return (since === '' || compared(since) >= 0) && (until === '' || compared(until) <= 0)
}

/** The filters in words, for example `failed, 012-search-relevance, since 2026-11-17`. */
export function filterText({ status, spec, site, by, q, since, until }: Filters): string {
  return [
    status,
    spec,
    site === '' ? '' : `at ${site}`,
    by === '' ? '' : `started by ${by}`,
    q.trim() === '' ? '' : `“${q.trim()}”`,
    since === '' ? '' : `since ${since}`,
    until === '' ? '' : `until ${until}`,
  ]
    .filter(part => part !== '')
    .join(', ')
}

/** The keys of the runs that continue the history entry of an earlier run of their site [RUN-13]. */
export function resumedRuns(runs: readonly Entry[]): Set<string> {
  const first = new Map<string, string>()
  for (const { historyId, startedAt, site } of runs) {
    if (historyId === null || startedAt === null) continue
    const entry = keyOfRun({ runId: historyId, ...(site !== undefined && { site }) })
    const known = first.get(entry)
    if (known === undefined || startedAt < known) first.set(entry, startedAt)
  }
  return new Set(
    runs.flatMap(run => {
      const { historyId, startedAt } = run
      const begun = historyId === null ? undefined : first.get(keyOfRun({ ...run, runId: historyId }))
      return begun !== undefined && startedAt !== null && startedAt > begun ? [keyOfRun(run)] : []
    }),
  )
}

type Entry = Pick<RunFields, 'runId' | 'historyId' | 'startedAt' | 'site'>
