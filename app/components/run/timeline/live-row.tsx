import { memo, useMemo } from 'react'
import type { Batch } from '../../../../lib/run/model'
import { Took } from '../batch-row'
import type { VirtualPlace } from '../virtual-rows'
import { barsOf, type Scene } from './bars'
import { TimelineRow } from './timeline-row'
import { Track } from './track'
import { barWords } from './words'

interface Props extends Partial<VirtualPlace> {
  batch: Batch
  place: number
  /** The same object as long as the run's own times are the same. */
  scene: Scene | null
  /** When the batch could begin, ms since the run's start; null if that is not known. */
  since: number | null
  over: boolean
  watched: boolean
  after: string
  waitsFor: string
  frozenAt: number | null
  clockOffset: number
  picked: boolean
  onPick: (batchId: string) => void
}

/** A row of the timeline. Renders again only if its own bars can change; as time passes, only its duration does [PAGE-3.3]. */
export const LiveRow = memo(function LiveRow(props: Props) {
  const { scene, since, after, waitsFor, frozenAt, clockOffset, ...row } = props
  const { batch, over } = row
  const bars = useMemo(() => (scene === null ? [] : barsOf(batch, since, scene)), [batch, since, scene])
  return (
    <TimelineRow
      {...row}
      old={frozenAt !== null}
      words={barWords(bars, batch, over)}
      track={<Track batch={batch} bars={bars} after={after} waitsFor={waitsFor} />}
      took={<Took batch={batch} frozenAt={frozenAt} clockOffset={clockOffset} />}
    />
  )
})
