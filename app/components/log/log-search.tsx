import { LONGEST_SOUGHT } from '../../../lib/run/text/text-matcher'
import { Glyph } from '../icons'
import { Refusal } from '../use-request'
import { coverText, matchText } from './log-words'
import { placeOf } from './search-state'
import type { LogSearchOnPage, Query } from './use-log-search'
import controls from '../controls.module.css'
import styles from './log-bar.module.css'

interface Props {
  query: Query
  onQuery: (query: Query) => void
  search: LogSearchOnPage
  /** Only lines that tell of an error are shown: without a text, they are what is found. */
  isErrors: boolean
  /** The line of the match that is shown. */
  current: number | null
  onStep: (step: 1 | -1) => void
}

/** Searches the whole log. */
export function LogSearch({ query, onQuery, search, isErrors, current, onStep }: Props) {
  const { matcher, found, error, isSearching } = search
  const { text, isPattern } = query
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
          value={text}
          onChange={event => onQuery({ text: event.target.value, isPattern })}
          onKeyDown={event => {
            if (event.key === 'Enter') onStep(event.shiftKey ? -1 : 1)
            else if (event.key === 'Escape') {
              // Only what was typed goes: a dialog or panel around it stays open. Then the keys of the page are near again.
              event.stopPropagation()
              event.preventDefault()
              if (text === '') document.querySelector<HTMLElement>('#log [role="log"]')?.focus()
              else onQuery({ text: '', isPattern })
            }
          }}
        />
        <span className={styles.found} aria-live="polite">
          {isSearching && '…'}
          {(matcher || isErrors) && found && (
            <>
              <span data-testid="log-matches">{matchText(placeOf(found, current), found.count)}</span>{' '}
              <span className={styles.cover}>{coverText(found)}</span>
            </>
          )}
        </span>
        <button
          className={styles.pattern}
          type="button"
          aria-label="Pattern"
          title="Search by a pattern, such as error.*timeout"
          aria-pressed={isPattern}
          onClick={() => onQuery({ text, isPattern: !isPattern })}
        >
          .*
        </button>
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
      {error !== null && (
        <Refusal what="Not searched" inline>
          {error}
        </Refusal>
      )}
    </>
  )
}
