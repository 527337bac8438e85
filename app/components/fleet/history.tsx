import { memo, useState } from 'react'
import { countsToShow } from '../../../lib/run/counts'
import type { RunFields } from '../../../lib/run/model'
import { classNames } from '../../class-names'
import { timerSeconds } from '../../freshness'
import { completedText, plural } from '../../labels'
import { Glyph, StatusMark, Tag } from '../icons'
import { Name, Prose, RunName } from '../outside'
import { RunLink } from '../run-link'
import { ClockTime, Duration } from '../time'
import { ZoneNote } from '../zone'
import controls from '../controls.module.css'
import nothing from '../nothing.module.css'
import table from '../table.module.css'
import styles from './run-table.module.css'
import section from './section-head.module.css'

const outcomes = ['all', 'completed', 'failed', 'aborted'] as const
const PAGE = 50

/** The ended runs, newest first, filtered by outcome and by text. */
export function History({ runs }: { runs: RunFields[] }) {
  const [outcome, setOutcome] = useState<(typeof outcomes)[number]>('all')
  const [text, setText] = useState('')
  const [shown, setShown] = useState(PAGE)
  const needle = text.trim().toLowerCase()
  const found = runs.filter(
    run =>
      (outcome === 'all' || run.status === outcome) &&
      [run.spec, run.runId, run.historyId, run.error].some(field => field?.toLowerCase().includes(needle)),
  )
  const clear = () => {
    setOutcome('all')
    setText('')
  }

  return (
    <section className={styles.runs} id="history" aria-labelledby="h-history">
      <header className={section.head}>
        <h2 id="h-history">History</h2>
        <div className={controls.choice} role="group" aria-label="Outcome">
          {outcomes.map(name => (
            <button key={name} type="button" aria-pressed={outcome === name} onClick={() => setOutcome(name)}>
              {name}{' '}
              <span className="dim">{name === 'all' ? runs.length : runs.filter(r => r.status === name).length}</span>
            </button>
          ))}
        </div>
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
            value={text}
            onChange={event => setText(event.target.value)}
          />
        </div>
      </header>
      {found.length === 0 ? (
        <p className={nothing.none}>
          Of the {plural(runs.length, 'run')} here none matches{' '}
          <Prose text={[outcome === 'all' ? '' : outcome, text.trim()].filter(part => part !== '').join(', ')} />.{' '}
          <button className={controls.linkButton} type="button" onClick={clear}>
            Clear the filters
          </button>
        </p>
      ) : (
        <div className={table.scroller} tabIndex={0} role="region" aria-label="History table">
          <table className={table.table}>
            <thead>
              <tr>
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
            <tbody>
              {found.slice(0, shown).map(run => (
                <HistoryRow key={run.runId} run={run} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {found.length > shown && (
        <p className={styles.more}>
          <button className={controls.smallButton} type="button" onClick={() => setShown(shown + PAGE)}>
            Show {Math.min(PAGE, found.length - shown)} more
          </button>{' '}
          <span className="dim">
            {shown} of {found.length}
          </span>
        </p>
      )}
    </section>
  )
}

const HistoryRow = memo(function HistoryRow({ run }: { run: RunFields }) {
  // An ended run needs no clock: its time no longer changes.
  const seconds = timerSeconds(run, 0)
  return (
    <tr data-testid="run-row" data-run-id={run.runId}>
      <td className={styles.status}>
        <StatusMark status={run.status} dense="on phones" testid="run-status" />
      </td>
      <th scope="row">
        <RunLink runId={run.runId}>
          <RunName run={run} />
        </RunLink>
        {run.dryRun && <Tag>dry run</Tag>}
        {run.inferred && <Tag>inferred</Tag>}
      </th>
      <td className={classNames('num', table.right, styles.count)} data-testid="batches-completed">
        {completedText(countsToShow(run))}
      </td>
      <td className={classNames('num', table.right, styles.took)} data-testid="run-elapsed" data-seconds={seconds}>
        <Duration seconds={seconds} uncertain={run.durationUncertain} />
      </td>
      <td className={classNames('num', styles.at)}>{run.endedAt !== null && <ClockTime at={run.endedAt} bare />}</td>
      <td className={classNames('id', styles.id)}>
        <Name text={run.runId} />
      </td>
      <td className={styles.why}>
        {run.error !== null && (
          <span data-whole="run">
            <Prose text={run.error} />
          </span>
        )}
      </td>
    </tr>
  )
})
