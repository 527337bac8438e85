'use client'

import type { Snapshot } from '../../../lib/run/model'
import { isOver } from '../../../lib/run/model'
import { useRun } from '../../../lib/client/live'
import { lastKnownAt } from '../../freshness'
import { completedText, runName } from '../../words'
import { Frame } from '../frame'
import { useStale } from '../use-stale'
import { Log } from '../log/log'
import { BackendBanner, EndBanner, GoneBanner } from './banners'
import { Batches } from './batches'
import { Findings } from './findings'
import { RunHead } from './run-head'

/** One run: the snapshot as the server rendered it, kept up to date. */
export function RunView({ initial }: { initial: Snapshot }) {
  const { state, sync, checkedAt, gone } = useRun(initial)
  const stale = useStale({ sync, checkedAt })
  const frozenAt = lastKnownAt(state, { stale, checkedAt }, Date.parse(initial.now))
  return (
    <Frame version={state.version}>
      <title>{`${completedText(state.counts)} ${runName(state)}, ${state.stopping && !isOver(state.status) ? 'stopping' : state.status}`}</title>
      <main
        id="main"
        className={frozenAt === null ? 'run' : 'run is-old'}
        data-run-id={state.runId}
        data-state-version={state.version}
        data-state-epoch={state.epoch}
      >
        {gone && <GoneBanner runId={state.runId} />}
        <BackendBanner run={state} />
        <RunHead run={state} frozenAt={frozenAt} stale={stale} />
        <EndBanner run={state} />
        <Findings findings={state.findings} />
        <div className="work">
          <Batches
            batches={state.batches}
            totalKnown={state.counts.totalKnown}
            over={isOver(state.status)}
            frozenAt={frozenAt}
            clockOffset={state.clockOffset}
          />
          <Log runId={state.runId} />
        </div>
      </main>
    </Frame>
  )
}
