import { isOver } from '../../../lib/run/is-over'
import type { Snapshot } from '../../../lib/run/model'
import { DockerLost } from '../docker-lost'

/** Says that Docker can't be heard while the run goes on; nothing can come any more of a run that is over. */
export function DockerBanner({ run }: { run: Snapshot }) {
  if (isOver(run.status)) return null
  return (
    <DockerLost link={run.link.docker} since={run.dockerSince} site={run.site}>
      Its evidence is last known and hatched, and verdicts wait for it; the backend’s claims go on.
    </DockerLost>
  )
}
