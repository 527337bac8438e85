'use client'

import { useState } from 'react'
import type { Answer } from '../api'
import { Prose } from './outside'

/** A request that a reader makes: whether it is under way, and the sentence of its refusal. */
export interface Request {
  busy: boolean
  refusal: string | null
  /**
   * Sends it. Where it is granted `done` gets the value, and it stays busy: what was asked from goes away then, unless
   * `done` is all there is to it. `words` may say a refusal better than the server.
   */
  send: <T>(ask: Promise<Answer<T>>, done: (value: T) => void, words?: (status: number) => string | null) => void
}

export function useRequest(): Request {
  const [busy, setBusy] = useState(false)
  const [refusal, setRefusal] = useState<string | null>(null)
  const wait = async <T,>(
    ask: Promise<Answer<T>>,
    done: (value: T) => void,
    words?: (status: number) => string | null,
  ) => {
    setBusy(true)
    setRefusal(null)
    const answer = await ask
    if (answer.ok) {
      done(answer.value)
      return
    }
    setRefusal(words?.(answer.status) ?? answer.error)
    setBusy(false)
  }
  return { busy, refusal, send: (...request) => void wait(...request) }
}

/** Why a request was refused; nothing where it was not. `what`: what did not happen, for example `Not started`. */
export function Refusal({ what, children }: { what: string; children: string | null }) {
  return (
    children !== null && (
      <p className="refusal" role="alert">
        <b>{what}.</b> <Prose text={children} />
      </p>
    )
  )
}
