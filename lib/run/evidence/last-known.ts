import type { BackendState, DockerState } from '../links'
import { isAlarm, verdict, type Around, type Judgement, type Pair } from './verdict'

/** An alarm as it was when both sources were last live. */
export interface LastKnown {
  judgement: Judgement
  /** ms on the server's clock. */
  at: number
}

/** Later than every grace time. */
const FAR = 8.64e15

/**
 * The alarm that stood when a source fell silent: silence withdraws no alarm [DOCK-2.30]. It also stands after the source is back,
 * for as long as it will be raised again if nothing changes. What was learned since then counts: an alarm that it contradicts is not
 * returned.
 * @param judgement what is known now
 */
export function lastKnownAlarm(pair: Pair, around: Around, judgement: Judgement): LastKnown | null {
  const { backend, docker } = around
  if (isAlarm(judgement.verdict) || docker.link === 'off') return null
  const at = lastBothLive(backend, docker)
  if (at === null) return null
  const then = verdict(pair, { ...around, backend: asOf(backend, at), docker: asOf(docker, at) }, at)
  if (!isAlarm(then.verdict)) return null
  const isBack = backend.link === 'live' && docker.link === 'live'
  if (isBack && verdict(pair, { ...around, docker: { ...docker, lists: [FAR, FAR] } }, FAR).verdict !== then.verdict)
    return null
  return { judgement: { ...then, deadline: null }, at }
}

/** When both sources were last live before one of them fell silent; null if they never were, or none has ever fallen silent. */
function lastBothLive(backend: BackendState, docker: DockerState): number | null {
  const ends: number[] = []
  for (const { link, before } of [backend, docker]) {
    if (before) ends.push(before.to)
    else if (link !== 'live') return null
  }
  if (ends.length === 0) return null
  // Where both were silent at a time, the first silence counts; else the last.
  const areTogether = wereSilentTogether(backend, docker)
  const at = areTogether ? Math.min(...ends) : Math.max(...ends)
  return [backend, docker].every(state => liveSince(state, at) !== null) ? at : null
}

function wereSilentTogether(a: BackendState, b: BackendState): boolean {
  if (!a.before || !b.before) return false
  return a.before.to <= silentUntil(b) && b.before.to <= silentUntil(a)
}

const silentUntil = ({ link, since }: BackendState): number => (link === 'live' ? since : Infinity)

/** Since when the source was live at that moment; null if it was not. */
function liveSince({ link, since, before }: BackendState, at: number): number | null {
  if (before && before.from <= at && at <= before.to) return before.from
  return link === 'live' && since <= at ? since : null
}

const asOf = <S extends BackendState>(state: S, at: number): S => ({
  ...state,
  link: 'live',
  since: liveSince(state, at) ?? at,
})
