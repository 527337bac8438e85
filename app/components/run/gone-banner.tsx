import Link from 'next/link'
import { useRouter } from 'next/navigation'
import { useEffect } from 'react'
import { followRun, idOfRun } from '../../api'
import { runPath } from '../../paths'
import { Prose } from '../outside'
import { useRequest } from '../use-request'
import { useIsOperator } from '../visitor'
import { Banner } from '../banner'
import controls from '../controls.module.css'

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
    <Banner
      testid="run-gone"
      glyph="l-off"
      action={
        <span className={controls.actions}>
          <Link className={controls.button} href="/">
            Fleet
          </Link>
          {isOperator && (
            <button
              className={controls.button}
              type="button"
              disabled={busy}
              onClick={() => send(followRun(runId), () => router.refresh())}
            >
              Follow again
            </button>
          )}
        </span>
      }
    >
      <b>The server no longer keeps this run.</b> What is shown here is the last of it.{' '}
      <Prose text={refusal ?? (isOperator ? 'Follow it again, or go back to the fleet.' : 'Go back to the fleet.')} />
    </Banner>
  )
}
