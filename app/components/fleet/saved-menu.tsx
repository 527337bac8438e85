'use client'

import { useMemo, useState, useSyncExternalStore, type SubmitEvent } from 'react'
import { shownName } from '../../../lib/run/text/display-text'
import { classNames } from '../../class-names'
import { say, type Notice } from '../../notice'
import { Glyph } from '../icons'
import { Name } from '../outside'
import { isFiltered, queryOf, type Filters } from './history-filters'
import {
  onSavedChange,
  parseSaved,
  renamed,
  restored,
  store,
  storedText,
  withoutSaved,
  withSaved,
  type SavedFilters,
} from './saved-filters'
import controls from '../controls.module.css'
import styles from './filter-bar.module.css'

const none = () => null

interface Props {
  filters: Filters
  onChoose: (filters: Filters) => void
}

/** The filters that this browser keeps under names: choose, save, rename, delete [FLEET-4.6]. */
export function SavedMenu({ filters, onChoose }: Props) {
  const text = useSyncExternalStore(onSavedChange, storedText, none)
  const saved = useMemo(() => parseSaved(text), [text])
  const [name, setName] = useState('')
  const [editing, setEditing] = useState<string | null>(null)
  const [isRefused, setRefused] = useState(false)
  const keep = (next: Parameters<typeof store>[0]) => setRefused(!store(next))
  const query = queryOf(filters)
  const remove = (each: SavedFilters, place: number) => {
    const isKept = store(withoutSaved(saved, each.name))
    setRefused(!isKept)
    const undo = (): Notice => {
      const now = parseSaved(storedText())
      const next = restored(now, each, place)
      if (next === null) return { text: `“${shownName(each.name)}” is not back: other filters have its name by now.` }
      if (!store(next)) return { text: 'This browser keeps nothing for this site any more.' }
      const dropped = now.find(other => !next.includes(other))
      const instead = dropped ? `, instead of “${shownName(dropped.name)}”: no more are kept` : ''
      return { text: `“${shownName(each.name)}” is back${instead}.` }
    }
    if (isKept) say({ text: `“${shownName(each.name)}” was deleted.`, undo })
  }

  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    const given = name.trim()
    if (given === '') return
    keep(editing === null ? withSaved(saved, given, filters) : renamed(saved, editing, given))
    setName('')
    setEditing(null)
  }
  if (saved.length === 0 && !isFiltered(filters)) return null
  return (
    <details className={styles.menu}>
      <summary>Saved filters{saved.length > 0 && ` (${saved.length})`}</summary>
      <div className={styles.list}>
        {saved.length > 0 && (
          <ul>
            {saved.map((each, place) => (
              <li key={each.name}>
                <button
                  className={classNames(controls.linkButton, styles.choose)}
                  type="button"
                  aria-pressed={queryOf(each.filters) === query}
                  onClick={() => onChoose(each.filters)}
                >
                  <Name text={each.name} />
                </button>
                <button
                  className={controls.smallButton}
                  type="button"
                  aria-label={`Rename ${shownName(each.name)}`}
                  onClick={() => {
                    setEditing(each.name)
                    setName(each.name)
                  }}
                >
                  Rename
                </button>
                <button
                  className={controls.smallIconButton}
                  type="button"
                  aria-label={`Delete ${shownName(each.name)}`}
                  onClick={() => remove(each, place)}
                >
                  <Glyph id="i-close" />
                </button>
              </li>
            ))}
          </ul>
        )}
        {(isFiltered(filters) || editing !== null) && (
          <form onSubmit={submit}>
            <input
              className={controls.input}
              aria-label={editing === null ? 'Name for these filters' : `New name of ${shownName(editing)}`}
              placeholder="Name for these filters"
              maxLength={60}
              autoComplete="off"
              value={name}
              onChange={event => setName(event.target.value)}
            />
            <button className={controls.button} type="submit" disabled={name.trim() === ''}>
              {editing === null ? 'Save' : 'Rename'}
            </button>
          </form>
        )}
        {isRefused && <p role="alert">This browser keeps nothing for this site, so the name was not saved.</p>}
      </div>
    </details>
  )
}
