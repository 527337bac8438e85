import { useRouter } from 'next/navigation'
import { followRun } from '../api'
import { rareRefusals } from '../rare-refusals'
import { Refusal, useRequest } from './use-request'
import controls from './controls.module.css'

/** Asks the server to follow a run that it does not know, and then shows its page. */
export function FollowHere({ runId }: { runId: string }) {
  const router = useRouter()
  const { busy, refusal, send } = useRequest()
  const follow = () =>
    send(
      followRun(runId),
      () => router.refresh(),
      status => (status === 404 ? rareRefusals.unknownToBackend(runId) : null),
    )
  return (
    <>
      <Refusal what="Not followed" inline>
        {refusal}
      </Refusal>
      <p className={controls.actions}>
        <button className={controls.primaryButton} type="button" disabled={busy} onClick={follow}>
          {busy ? 'Listening…' : 'Follow this run'}
        </button>
      </p>
    </>
  )
}
