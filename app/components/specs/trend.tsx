import { useMemo } from 'react'
import { isOver } from '../../../lib/run/is-over'
import type { SpecRun } from '../../../lib/run/spec-runs'
import { usualRun } from '../../../lib/run/spec-stats'
import { durationWords } from '../../format'
import { plural } from '../../labels'
import { useZone } from '../zone'
import { notCounted, shortTook, whenText } from './spec-words'
import { CHART, heightOf, trendOf, type TrendBar } from './trend-bars'
import styles from './trend.module.css'

/** How long the runs of a spec took, the oldest first, and the median of those that can be compared [SPEC-4.5]. */
export function RunTrend({ runs, now }: { runs: readonly SpecRun[]; now: string }) {
  const over = useMemo(() => runs.filter(({ status }) => isOver(status)), [runs])
  const { bars, width, longest } = useMemo(() => trendOf(over), [over])
  const usual = usualRun(over)
  if (over.length === 0) return <p className={styles.none}>None of them has ended yet.</p>
  const bottom = CHART.height + 1
  const median = usual === null ? null : bottom - heightOf(usual.ms, longest)
  return (
    <>
      <p className={styles.summary} data-testid="spec-usual" data-ms={usual?.ms}>
        {usual === null ? (
          'What a run usually takes is not known: that takes two completed runs that left no batch out.'
        ) : (
          <>
            Usually <b title={durationWords(usual.ms / 1_000)}>{shortTook(usual.ms)}</b>, the median of{' '}
            {plural(usual.runs, 'completed run')}.
          </>
        )}
      </p>
      <div className={styles.scroller} role="region" aria-label="Durations of runs, scrolls" tabIndex={0}>
        <ol className={styles.chart} aria-label="Durations of runs, the oldest first">
          {bars.map(bar => (
            <TrendRun key={bar.run.runId} bar={bar} now={now} />
          ))}
        </ol>
        {median !== null && (
          <svg className={styles.median} width={width} height={bottom} aria-hidden="true">
            <path d={`M0 ${median}H${width}`} />
          </svg>
        )}
      </div>
      <p className={styles.legend}>
        {longest > 0 && <>The longest took {shortTook(longest)}. </>}
        Filled bars count. Outlined ones do not: runs that failed, were stopped, were dry or imported, or left batches
        out.
      </p>
    </>
  )
}

/** One run: a bar if its duration is certain, and the glyph of how it ended. */
function TrendRun({ bar: { run, height, isMeasure }, now }: { bar: TrendBar; now: string }) {
  const zone = useZone()
  const why = notCounted(run)
  const took = run.ms === null ? 'duration not certain' : shortTook(run.ms)
  const text = `${whenText(run, now, zone)}, ${run.status}, ${took}${why === null ? '' : `, not counted: ${why}`}`
  return (
    <li data-testid="trend-run" data-run-id={run.runId} data-status={run.status} data-counted={isMeasure} title={text}>
      <span className="sr">{text}</span>
      <svg width={CHART.step} height={CHART.height + CHART.mark} aria-hidden="true">
        {height > 0 && (
          <rect
            className={isMeasure ? styles.counted : styles.other}
            x={(CHART.step - CHART.bar) / 2 + 0.5}
            y={CHART.height - height + 0.5}
            width={CHART.bar - 1}
            height={height}
          />
        )}
        <use href={`#s-${run.status}`} x={(CHART.step - 12) / 2} y={CHART.height + 5} width={12} height={12} />
      </svg>
    </li>
  )
}
