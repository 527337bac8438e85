import { useRouter } from 'next/navigation'
import { followRun } from '../late-api'
import { runPath } from '../paths'
import { rareRefusals } from '../rare-refusals'
import { SiteChoice, useChosenSite } from './site-choice'
import { Refusal, useRequest } from './use-request'
import controls from './controls.module.css'

/** Asks the server to follow a run that it does not know, and then shows its page. */
export function FollowHere({ runId, site: named }: { runId: string; site: string | undefined }) {
  const router = useRouter()
  const chosen = useChosenSite(named)
  const { site, isMissing } = chosen
  const { busy, refusal, send } = useRequest()
  const follow = () => {
    const run = { runId, ...(site !== undefined && { site }) }
    send(
      followRun(run),
      () => (site === named ? router.refresh() : router.replace(runPath(run))),
      status => (status === 404 ? rareRefusals.unknownToBackend(runId) : null),
    )
  }
  return (
    <>
      <Refusal what="Not followed" inline>
        {refusal}
      </Refusal>
      {named === undefined && <SiteChoice {...chosen} />}
      <p className={controls.actions}>
        <button className={controls.primaryButton} type="button" disabled={busy || isMissing} onClick={follow}>
          {busy ? 'Listening…' : 'Follow this run'}
        </button>
      </p>
    </>
  )
}
