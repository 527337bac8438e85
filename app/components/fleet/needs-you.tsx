import type { RunFields } from '../../../lib/run/model'
import { isOver } from '../../../lib/run/model'
import { findingText, runName, sentence } from '../../words'
import { Glyph, StatusMark } from '../marks'
import { RunLink } from '../run-link'
import { Age } from '../time'

const MOST = 4

/** A line for each run that a person should look at, the newest first. */
export function NeedsYou({ runs }: { runs: RunFields[] }) {
  if (runs.length === 0) return null
  const hidden = runs.length - MOST
  return (
    <section className="findings" aria-labelledby="h-need">
      <h2 className="sr" id="h-need">
        Needs you: {runs.length}
      </h2>
      <ul>
        {runs.slice(0, MOST).map(run => (
          <Need key={run.runId} run={run} />
        ))}
        {hidden > 0 && (
          <li className="finding more-findings">{hidden} more runs need you. They are in the lists below.</li>
        )}
      </ul>
    </section>
  )
}

function Need({ run }: { run: RunFields }) {
  const failed = isOver(run.status)
  const newest = run.findings.at(-1)
  const since = failed ? run.endedAt : newest?.at
  return (
    <li className={failed ? 'finding act' : 'finding'} data-kind={failed ? 'failed' : 'note'}>
      {failed ? (
        <StatusMark status={run.status} chip />
      ) : (
        <span className="note chip">
          <Glyph id="l-stale" />
          check
        </span>
      )}
      <p className="finding-text">
        <RunLink runId={run.runId}>{runName(run)}.</RunLink>{' '}
        {failed
          ? `${sentence(run.error ?? 'The backend gave no reason')} Open the run, then start its spec again.`
          : newest && findingText(newest).says}
      </p>
      <span className="finding-age">{since && <Age since={since} />}</span>
      <span className="finding-act">
        <RunLink className="button" runId={run.runId}>
          Open run
        </RunLink>
      </span>
    </li>
  )
}
