import { useMemo } from 'react'
import { shownName } from '../../../lib/run/text/display-text'
import type { SpecColumn, SpecRun } from '../../../lib/run/spec-runs'
import { isCounted, mostFailing, mostVarying, namelessFailures, type BatchStats } from '../../../lib/run/spec-stats'
import { plural } from '../../labels'
import { Glyph } from '../icons'
import { Name } from '../outside'
import { failedText, spreadText } from './spec-words'
import controls from '../controls.module.css'
import styles from './stands-out.module.css'

/** At most so many of each. */
const MOST = 5

interface Props {
  columns: readonly SpecColumn[]
  runs: readonly SpecRun[]
  stats: (id: string) => BatchStats
  onPick: (batchId: string) => void
}

/** The batches that fail or vary most: where a reader looks first [SPEC-4.6]. */
export function StandsOut({ columns, runs, stats, onPick }: Props) {
  const names = useMemo(() => new Map(columns.map(({ id, name }) => [id, name])), [columns])
  const ids = useMemo(() => columns.map(({ id }) => id), [columns])
  const failing = useMemo(() => mostFailing(ids, stats, MOST), [ids, stats])
  const varying = useMemo(() => mostVarying(ids, stats, MOST), [ids, stats])
  const counted = runs.filter(isCounted).length
  const nameless = namelessFailures(runs)
  const entry = (id: string, text: string) => (
    <li key={id} data-testid="stands-out" data-batch-id={id}>
      <button className={controls.linkButton} type="button" title={shownName(id)} onClick={() => onPick(id)}>
        <Name text={names.get(id) ?? id} />
      </button>{' '}
      <span className={styles.why}>{text}</span>
    </li>
  )
  return (
    <div className={styles.lists}>
      <section aria-labelledby="h-fail">
        <h3 id="h-fail">
          {failing.length > 0 && (
            <span data-status="failed" className={styles.mark}>
              <Glyph id="s-failed" />
            </span>
          )}
          Fail most
        </h3>
        {failing.length === 0 ? (
          <p className={styles.none}>None is known to have failed in {plural(counted, 'counted run')}.</p>
        ) : (
          <ol>{failing.map(id => entry(id, failedText(stats(id))))}</ol>
        )}
        {nameless > 0 && (
          <p className={styles.none}>{plural(nameless, 'run')} failed without a batch that is known to have failed.</p>
        )}
      </section>
      <section aria-labelledby="h-vary">
        <h3 id="h-vary">Vary most</h3>
        {varying.length === 0 ? (
          <p className={styles.none}>None by a second or more, of batches with three certain durations.</p>
        ) : (
          <ol>
            {varying.map(id => {
              const { spread } = stats(id)
              return spread && entry(id, spreadText(spread))
            })}
          </ol>
        )}
      </section>
    </div>
  )
}
