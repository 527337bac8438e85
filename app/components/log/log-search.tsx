import { LONGEST_SOUGHT } from '../../../lib/run/text/text-matcher'
import { Glyph } from '../icons'
import { Refusal } from '../use-request'
import { coverText, matchText } from './log-words'
import { placeOf } from './search-state'
import type { LogSearchOnPage } from './use-log-search'
import controls from '../controls.module.css'
import styles from './log-bar.module.css'

interface Props {
  query: string
  onQuery: (query: string) => void
  search: LogSearchOnPage
  /** The line of the match that is shown. */
  current: number | null
  onStep: (step: 1 | -1) => void
}

/** Searches the whole log. */
export function LogSearch({ query, onQuery, search: { matcher, found, error }, current, onStep }: Props) {
  const isSearching = matcher !== null && found === null && error === null
  return (
    <>
      <div className={controls.find} role="search">
        <label className="sr" htmlFor="find-line">
          Search the log
        </label>
        <Glyph id="i-search" />
        <input
          id="find-line"
          type="search"
          placeholder="Search, press /"
          autoComplete="off"
          spellCheck={false}
          maxLength={LONGEST_SOUGHT}
          value={query}
          onChange={event => onQuery(event.target.value)}
          onKeyDown={event => {
            if (event.key === 'Enter') onStep(event.shiftKey ? -1 : 1)
            else if (event.key === 'Escape') {
              // Only what was typed goes: a dialog or panel around it stays open. Then the keys of the page are near again.
              event.stopPropagation()
              event.preventDefault()
              if (query === '') document.querySelector<HTMLElement>('#log [role="log"]')?.focus()
              else onQuery('')
            }
          }}
        />
        <span className={styles.found} aria-live="polite">
          {isSearching && '…'}
          {matcher && found && (
            <>
              <span data-testid="log-matches">{matchText(placeOf(found, current), found.count)}</span>{' '}
              <span className={styles.cover}>{coverText(found.from, found.to)}</span>
            </>
          )}
        </span>
        <button
          className={controls.smallIconButton}
          type="button"
          aria-label="Previous match"
          onClick={() => onStep(-1)}
        >
          <Glyph id="i-up" />
        </button>
        <button className={controls.smallIconButton} type="button" aria-label="Next match" onClick={() => onStep(1)}>
          <Glyph id="i-down" />
        </button>
      </div>
      {matcher && error !== null && (
        <Refusal what="Not searched" inline>
          {error}
        </Refusal>
      )}
    </>
  )
}
