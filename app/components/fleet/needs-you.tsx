import { Fragment } from 'react'
import type { Known } from '../../nothing'
import { DockerLost } from '../docker-lost'
import { BackendLost } from './backend-lost'
import type { FleetPart } from './fleet-parts'
import { NeedLine } from './need-line'
import { foldText } from './need-words'
import type { Need } from './needs'
import { NothingNeeded } from './nothing-needed'
import type { Quiet } from './quiet'
import { usePlaces } from './use-needs'
import finding from '../finding-line.module.css'
import styles from './needs-you.module.css'

interface Props {
  /** In order. */
  needs: readonly Need[]
  parts: readonly FleetPart[]
  known: Known
  /** Null while it is known that what is missing here is not there. */
  quiet: Quiet | null
  /** Opens the dialog that starts a spec of a site. */
  onStart: (spec: string, site: string | undefined) => void
}

/** Everything that needs a person: containers that belong to no known run, failed runs, and findings of runs. */
export function NeedsYou({ needs, parts, known, quiet, onStart }: Props) {
  const { open, folded, gone, hold } = usePlaces(needs)
  const lost = new Set(parts.flatMap(part => (part.stale ? [part.fleet.site] : [])))
  const isOld = needs.some(need => need.isOld || lost.has(need.site))
  const line = (need: Need) => (
    <NeedLine key={need.key} need={need} stale={lost.has(need.site)} isGone={gone.has(need.key)} onStart={onStart} />
  )
  return (
    <section className={styles.needs} aria-labelledby="h-need" data-testid="needs-you" {...hold}>
      <h2 className="sr" id="h-need">
        Needs you: {needs.length}
        {isOld && needs.length > 0 && ', last known'}
      </h2>
      {parts.map(({ fleet }) => (
        <Fragment key={fleet.site ?? ''}>
          <BackendLost fleet={fleet} />
          <DockerLost link={fleet.link.docker} since={fleet.dockerSince} site={fleet.site}>
            What it showed is last known; an agent that runs on unseen is not listed here.
          </DockerLost>
        </Fragment>
      ))}
      {open.length === 0 ? <NothingNeeded quiet={quiet} known={known} /> : <ul>{open.map(line)}</ul>}
      {folded.length > 0 && (
        <details className={finding.more}>
          <summary>{foldText(folded)}</summary>
          <ul>{folded.map(line)}</ul>
        </details>
      )}
    </section>
  )
}
