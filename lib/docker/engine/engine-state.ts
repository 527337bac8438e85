import type { ContainerFacts } from '../../run/evidence/container-facts'
import { containerState, type ContainerState, type Health } from '../../run/evidence/container-state'
import { masked } from '../../run/text/secrets'

/** Maps the state words of an Engine to the known states [DOCK-9]. */

/** The names of Docker's seven states are known as they are. These are the names of Podman's. */
const ALIASES: Readonly<Record<string, ContainerState>> = {
  configured: 'created',
  initialized: 'created',
  stopping: 'running',
  stopped: 'exited',
}

/** The flags that an inspection has in addition to the state word. A list has none of them. */
export interface StateFlags {
  Running?: boolean | null | undefined
  Paused?: boolean | null | undefined
  Restarting?: boolean | null | undefined
  Dead?: boolean | null | undefined
}

/** Longer state words are cut; chars. */
const LONGEST_WORD = 32

/**
 * The state for a state word, in any letter case. For an unknown word the flags decide, and `stateWord` keeps its letters
 * and digits. It is not known what such a container does, so it has no verdict [DOCK-9.10].
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

/** The result of the health check. Null if there is none, or the word is unknown. */
export function healthOf(word: string | null | undefined): Health | null {
  const status = word?.trim().toLowerCase()
  return status === 'starting' || status === 'healthy' || status === 'unhealthy' ? status : null
}

/** An error is masked before it is cut, so that no secret is cut in two; chars. */
const LONGEST_READ = 16_384
const LONGEST_ERROR = 1_000

/** Matches control characters, line breaks among them. */
const CONTROLS = /\p{Cc}+/gu
/**
 * Matches an assignment, or the word environment outside a path, and all text after it. That text may be an entry of the
 * container's environment, with any characters in its value.
 */
const ENVIRONMENT = /(\w=|(?<![\w./-])env(?:iron\w*)?(?![\w./-])).*$/is

/**
 * The Engine's error text for a container: one line of at most 1,000 characters, without secrets and without anything that
 * looks like an entry of its environment [DOCK-9.12]. Null if there is no error.
 */
export function errorOf(text: string | null | undefined): string | null {
  const line = (text ?? '').slice(0, LONGEST_READ).replace(CONTROLS, ' ').trim()
  if (line === '') return null
  const safe = masked(line).replace(ENVIRONMENT, '$1•••').toWellFormed()
  return safe.length > LONGEST_ERROR ? `${safe.slice(0, LONGEST_ERROR).toWellFormed()}…` : safe
}
