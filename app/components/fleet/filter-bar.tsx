import { shownName } from '../../../lib/run/text/display-text'
import { isDay, isoDay } from '../../format'
import type { Zone } from '../../zone'
import { Glyph } from '../icons'
import { useZone } from '../zone'
import { isFiltered, noFilters, outcomes, type Filters } from './history-filters'
import { SavedMenu } from './saved-menu'
import controls from '../controls.module.css'
import styles from './filter-bar.module.css'

interface Props {
  filters: Filters
  /** How many runs match all other filters: of any outcome, and of each. */
  total: number
  counts: number[]
  /** The specs to choose from. */
  specs: string[]
  /** Those who started one of the runs from a dashboard. */
  people: string[]
  /** The sites of the runs; empty if sites have no names. */
  sites: string[]
  onChange: (filters: Filters) => void
}

/** The filters of the history [FLEET-4.1]. */
export function FilterBar({ filters, total, counts, specs, people, sites, onChange }: Props) {
  const set = (changes: Partial<Filters>) => onChange({ ...filters, ...changes })
  const zone = useZone()
  return (
    <div className={styles.bar}>
      <div className={controls.choice} role="group" aria-label="Outcome">
        <button type="button" aria-pressed={filters.status === ''} onClick={() => set({ status: '' })}>
          all <span className="dim">{total}</span>
        </button>
        {outcomes.map((outcome, index) => (
          <button
            key={outcome}
            type="button"
            aria-pressed={filters.status === outcome}
            onClick={() => set({ status: outcome })}
          >
            {outcome} <span className="dim">{counts[index]}</span>
          </button>
        ))}
      </div>
      <Choice label="Spec" all="All specs" value={filters.spec} names={specs} onChange={spec => set({ spec })} />
      {(sites.length > 0 || filters.site !== '') && (
        <Choice label="Site" all="All sites" value={filters.site} names={sites} onChange={site => set({ site })} />
      )}
      {(people.length > 0 || filters.by !== '') && (
        <Choice label="Started by" all="By anyone" value={filters.by} names={people} onChange={by => set({ by })} />
      )}
      <Day label="Since" value={filters.since} zone={zone} onChange={since => set({ since })} />
      <Day label="Until" value={filters.until} zone={zone} onChange={until => set({ until })} />
      <SavedMenu filters={filters} onChoose={onChange} />
      {isFiltered(filters) && (
        <button className={controls.smallButton} type="button" onClick={() => onChange(noFilters)}>
          Clear
        </button>
      )}
      <div className={controls.find} role="search">
        <label className="sr" htmlFor="find-run">
          Find in history
        </label>
        <Glyph id="i-search" />
        <input
          id="find-run"
          type="search"
          placeholder="Spec, run id, error"
          autoComplete="off"
          maxLength={500}
          value={filters.q}
          onChange={event => set({ q: event.target.value })}
        />
      </div>
    </div>
  )
}

interface ChoiceProps {
  label: string
  /** The choice of all. */
  all: string
  value: string
  names: string[]
  onChange: (name: string) => void
}

function Choice({ label, all, value, names, onChange }: ChoiceProps) {
  // A filter of an address may hold a name that no run here has.
  const listed = value === '' || names.includes(value) ? names : [value, ...names]
  return (
    <span className={styles.field}>
      <select aria-label={label} value={value} onChange={event => onChange(event.target.value)}>
        <option value="">{all}</option>
        {listed.map(name => (
          <option key={name} value={name}>
            {shownName(name)}
          </option>
        ))}
      </select>
    </span>
  )
}

interface DayProps {
  label: string
  /** A day, an instant, or empty. */
  value: string
  zone: Zone
  onChange: (day: string) => void
}

function Day({ label, value, zone, onChange }: DayProps) {
  const day = value === '' || isDay(value) ? value : isoDay(Date.parse(value), zone)
  return (
    <label className={styles.field}>
      <span aria-hidden="true">{label}</span>
      <input
        type="date"
        aria-label={label}
        max="9999-12-31"
        value={day}
        onChange={event => onChange(event.target.value)}
      />
    </label>
  )
}
