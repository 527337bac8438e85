import Link from 'next/link'
import { useRouter } from 'next/navigation'
import { useCallback, useEffect } from 'react'
import type { RunAt } from '../../../lib/client/live'
import { followRun, idOfRun } from '../../late-api'
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
export function GoneBanner({ runId, site }: RunAt) {
  const router = useRouter()
  const { busy, refusal, send } = useRequest()
  const isOperator = useIsOperator()
  const at = useCallback((id: string): RunAt => ({ runId: id, ...(site !== undefined && { site }) }), [site])
  useEffect(() => {
    let left = false
    void idOfRun(at(runId)).then(answer => {
      if (!left && answer.ok && answer.value !== runId) router.replace(runPath(at(answer.value)))
    })
    return () => {
      left = true
    }
  }, [runId, at, router])
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
              onClick={() => send(followRun(at(runId)), () => router.refresh())}
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
