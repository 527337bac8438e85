import type { ContainerFacts } from '../run/container-facts'
import { containerState, type ContainerState, type Health } from '../run/container-state'
import { masked } from '../run/secrets'

/** The words in which an Engine reports what a container is like, read into those that are known here [DOCK-9]. */

/** Docker's seven states have their own names; these are Podman's. */
const ALIASES: Readonly<Record<string, ContainerState>> = {
  configured: 'created',
  initialized: 'created',
  stopping: 'running',
  stopped: 'exited',
}

/** What an inspection says beside the word; a list says none of it. */
export interface StateFlags {
  Running?: boolean | null | undefined
  Paused?: boolean | null | undefined
  Restarting?: boolean | null | undefined
  Dead?: boolean | null | undefined
}

/** Longer words are cut; chars. */
const LONGEST_WORD = 32

/**
 * The state that a word means, in any letter case. For a word that is not known the flags decide, and `stateWord` keeps
 * its letters and digits: what such a container does is not known, so it has no verdict [DOCK-9.10].
 */
export function stateOf(status: string, flags: StateFlags): Pick<ContainerFacts, 'state' | 'stateWord'> {
  const word = status.trim().toLowerCase()
  const known = Object.hasOwn(ALIASES, word) ? ALIASES[word] : containerState.safeParse(word).data
  if (known !== undefined) return { state: known, stateWord: null }
  const stateWord = word.replace(/[^a-z0-9_-]/g, '').slice(0, LONGEST_WORD)
  return { state: stateByFlags(flags), stateWord: stateWord === '' ? 'none' : stateWord }
}

function stateByFlags({ Running, Paused, Restarting, Dead }: StateFlags): ContainerState {
  if (Paused === true) return 'paused'
  if (Restarting === true) return 'restarting'
  if (Running === true) return 'running'
  return Dead === true ? 'dead' : 'exited'
}

/** Of the health check; null where there is none, or a word that is not known. */
export function healthOf(word: string | null | undefined): Health | null {
  const status = word?.trim().toLowerCase()
  return status === 'starting' || status === 'healthy' || status === 'unhealthy' ? status : null
}

/** An error is masked as a whole before it is cut, so that no secret is cut in two; chars. */
const LONGEST_READ = 16_384
const LONGEST_ERROR = 1_000

/** Matches control characters, line breaks among them. */
const CONTROLS = /\p{Cc}+/gu
/**
 * An assignment, or the word environment where it is no part of a path, and the rest of the text: what follows may be an
 * entry of the container's environment, whose value may hold any character.
 */
const ENVIRONMENT = /(\w=|(?<![\w./-])env(?:iron\w*)?(?![\w./-])).*$/is

/**
 * The Engine's words on what went wrong with a container: one line of at most 1,000 characters without secrets, and
 * without anything that looks like an entry of its environment [DOCK-9.12]; null where it has none.
 */
export function errorOf(text: string | null | undefined): string | null {
  const line = (text ?? '').slice(0, LONGEST_READ).replace(CONTROLS, ' ').trim()
  if (line === '') return null
  const safe = masked(line).replace(ENVIRONMENT, '$1•••').toWellFormed()
  return safe.length > LONGEST_ERROR ? `${safe.slice(0, LONGEST_ERROR).toWellFormed()}…` : safe
}
