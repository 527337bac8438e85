import { useRef, useState, type ChangeEvent, type KeyboardEvent } from 'react'
import type { RunAt } from '../../../../lib/client/live'
import type { Snapshot } from '../../../../lib/run/model'
import { clockText, momentText } from '../../../format'
import { Glyph } from '../../icons'
import { Prose } from '../../outside'
import { Moment } from '../../time'
import { useZone } from '../../zone'
import { stepFrom, stepOf, type Span, type Step } from './moments'
import { usePast } from './use-past'
import controls from '../../controls.module.css'
import styles from './moment-bar.module.css'

export interface MomentBarProps {
  run: RunAt
  /** What the page shows instead of the present. */
  past: Snapshot | null
  onPast: (past: Snapshot | null) => void
}

/** The steps of the slider; its end is the present. */
const STEPS = 10_000

/** A slider over all that is recorded of a run: the page shows what was known at the moment where it stands [PAGE-10]. */
export function MomentBar({ run, past, onPast }: MomentBarProps) {
  const [first] = useState(() => (past === null ? null : Date.parse(past.now)))
  const { at, span, refusal, prepare, go, leave } = usePast(run, first, onPast)
  const zone = useZone()
  const slider = useRef<HTMLInputElement>(null)
  const step = (name: Step) => (name === 'live' ? leave() : go((known, from) => stepFrom(from, name, known)))
  const press = (event: KeyboardEvent) => {
    const name = event.ctrlKey || event.metaKey || event.altKey ? null : stepOf(event.key)
    // At the present Escape is somebody else's.
    if (name === null || (name === 'live' && at === null)) return
    event.preventDefault()
    event.stopPropagation()
    step(name)
  }
  const slide = ({ target: { valueAsNumber: value } }: ChangeEvent<HTMLInputElement>) =>
    go(({ from, to }) => (value >= STEPS ? 'live' : from + Math.round((value / STEPS) * (to - from))))
  const meet = () => void prepare()
  const backToNow = () => {
    leave()
    // The button goes away, and the focus with it.
    slider.current?.focus()
  }
  return (
    <section className={styles.bar} aria-label="Look back" data-past={at !== null || undefined}>
      <button
        className={controls.plain}
        type="button"
        aria-label="The change before"
        aria-disabled={span !== null && at !== null && at <= span.from}
        onFocus={meet}
        onPointerEnter={meet}
        onClick={() => step('previous')}
      >
        <span aria-hidden="true">◂</span>
      </button>
      <span className={styles.track}>
        <input
          ref={slider}
          type="range"
          aria-label="Moment"
          aria-valuetext={at === null ? 'now' : momentText(at, zone)}
          min={0}
          max={STEPS}
          value={at === null ? STEPS : span === null ? STEPS / 2 : Math.round(STEPS * shareOf(at, span))}
          onFocus={meet}
          onPointerEnter={meet}
          onKeyDown={press}
          onChange={slide}
        />
        <svg className={styles.changes} viewBox="0 0 1000 1" preserveAspectRatio="none" aria-hidden="true">
          <path d={span === null ? '' : marks(span)} />
        </svg>
      </span>
      <button
        className={controls.plain}
        type="button"
        aria-label="The change after"
        aria-disabled={at === null}
        onClick={() => step('next')}
      >
        <span aria-hidden="true">▸</span>
      </button>
      {refusal !== null && (
        <p className={styles.words} role="alert">
          <Prose text={refusal} />
        </p>
      )}
      {past === null ? (
        <p className={styles.words}>Now</p>
      ) : (
        <p className={styles.words} role="status" data-testid="past">
          <Glyph id="l-stale" />
          <span>
            <b>The past.</b> What was known at{' '}
            <Moment at={past.now}>
              {clockText(Date.parse(past.now), zone)}
              {zone === 'utc' && ' UTC'}
            </Moment>
            .
          </span>
        </p>
      )}
      {at !== null && (
        <button className={controls.button} type="button" onClick={backToNow}>
          Back to now
        </button>
      )}
    </section>
  )
}

/** Where a moment lies in the span, from 0 to 1. */
const shareOf = (at: number, { from, to }: Span) => Math.min(1, Math.max(0, (at - from) / Math.max(1, to - from)))

/** A short stroke at each change, in a width of 1,000. */
function marks(span: Span): string {
  const places = new Set(span.changes.map(at => Math.round(1_000 * shareOf(at, span))))
  return Array.from(places, x => `M${String(x)} 0V1`).join('')
}
