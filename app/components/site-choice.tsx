import { useState } from 'react'
import { classNames } from '../class-names'
import { useSite } from './at-site'
import { useSites } from './sites'
import controls from './controls.module.css'
import styles from './site-choice.module.css'

/** The site that a dialog is about. `isMissing`: the reader has to choose one first. */
export interface ChosenSite {
  site: string | undefined
  isMissing: boolean
  choose: (site: string) => void
}

/** @param first the site that is chosen at first; undefined: the one of the surrounding part, or the only one */
export function useChosenSite(first?: string): ChosenSite {
  const names = useSites()
  const here = useSite()
  const [chosen, setChosen] = useState(first ?? here ?? (names.length === 1 ? names[0] : undefined))
  return { site: chosen, isMissing: chosen === undefined && names.length > 0, choose: setChosen }
}

/** The choice of a site; nothing while there is none to make. */
export function SiteChoice({ site, choose, isFixed = false }: ChosenSite & { isFixed?: boolean }) {
  const names = useSites()
  if (names.length < 2) return null
  return (
    <label className={classNames(controls.field, styles.choice)}>
      <span>Site</span>
      <select
        className={controls.input}
        value={site ?? ''}
        disabled={isFixed}
        data-testid="site-choice"
        onChange={event => choose(event.target.value)}
      >
        {site === undefined && <option value="">Choose a site…</option>}
        {names.map(name => (
          <option key={name}>{name}</option>
        ))}
      </select>
    </label>
  )
}
