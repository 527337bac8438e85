import Link from 'next/link'
import { useRouter } from 'next/navigation'
import { useEffect } from 'react'
import { followRun, idOfRun, runPath } from '../../api'
import { Glyph } from '../icons'
import { Prose } from '../outside'
import { useRequest } from '../use-request'
import { useIsOperator } from '../visitor'

/**
 * The server no longer keeps the run that this page shows [SYNC-9]. The run may have another address by now [RUN-13]: the page asks
 * for it once.
 */
export function GoneBanner({ runId }: { runId: string }) {
  const router = useRouter()
  const { busy, refusal, send } = useRequest()
  const isOperator = useIsOperator()
  useEffect(() => {
    let left = false
    void idOfRun(runId).then(answer => {
      if (!left && answer.ok && answer.value !== runId) router.replace(runPath(answer.value))
    })
    return () => {
      left = true
    }
  }, [runId, router])
  return (
    <section className="banner" role="status" data-testid="run-gone">
      <Glyph id="l-off" />
      <p>
        <b>The server no longer keeps this run.</b> What is shown here is the last of it.{' '}
        <Prose text={refusal ?? (isOperator ? 'Follow it again, or go back to the fleet.' : 'Go back to the fleet.')} />
      </p>
      <span className="actions">
        <Link className="button" href="/">
          Fleet
        </Link>
        {isOperator && (
          <button
            className="button"
            type="button"
            disabled={busy}
            onClick={() => send(followRun(runId), () => router.refresh())}
          >
            Follow again
          </button>
        )}
      </span>
    </section>
  )
}
