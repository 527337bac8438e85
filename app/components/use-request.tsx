'use client'

import Link from 'next/link'
import { useState } from 'react'
import type { RunAt } from '../../lib/client/live'
import { type Answer } from '../api'
import { runPath } from '../paths'
import { Prose } from './outside'
import styles from './refusal.module.css'

/** A request that a reader makes: whether it is under way, and the reason if it was refused. */
export interface Request {
  busy: boolean
  refusal: string | null
  /** The run that may have begun although the request has no answer. */
  begun: string | null
  /**
   * Sends the request. If it is granted, `done` receives the value and the request stays busy, because its dialog then closes,
   * unless `done` is the only consequence. `words` may describe a refusal better than the server.
   */
  send: <T>(ask: Promise<Answer<T>>, done: (value: T) => void, words?: (status: number) => string | null) => void
}

export function useRequest(): Request {
  const [busy, setBusy] = useState(false)
  const [refusal, setRefusal] = useState<string | null>(null)
  const [begun, setBegun] = useState<string | null>(null)
  const wait = async <T,>(
    ask: Promise<Answer<T>>,
    done: (value: T) => void,
    words?: (status: number) => string | null,
  ) => {
    setBusy(true)
    setRefusal(null)
    setBegun(null)
    const answer = await ask
    if (answer.ok) {
      done(answer.value)
      return
    }
    setRefusal(words?.(answer.status) ?? answer.error)
    setBegun(answer.runId)
    setBusy(false)
  }
  return { busy, refusal, begun, send: (...request) => void wait(...request) }
}

interface RefusalProps {
  /** The request that failed, as its outcome, for example `Not started`. */
  what: string
  /** Stands in a text, and not in a box of its own. */
  inline?: boolean
  children: string | null
}

/** Why a request was refused; nothing if it was not. */
export function Refusal({ what, inline = false, children }: RefusalProps) {
  return (
    children !== null && (
      <p className={inline ? styles.refusal : styles.boxed} role="alert">
        <b>{what}.</b> <Prose text={children} />
      </p>
    )
  )
}

/** A request without an answer: the run's page shows whether the run has begun. */
export function PerhapsBegun({ run, children }: { run: RunAt; children: string | null }) {
  return (
    <p className={styles.unanswered} role="alert" data-testid="start-unanswered">
      <b>No answer yet.</b> {children !== null && <Prose text={children} />}{' '}
      <Link href={runPath(run)}>Open its page</Link>
    </p>
  )
}
