import type { Marks } from '../run/evidence/container-facts'
import type { Role } from '../run/evidence/container-state'
import { shortName, shortPath } from '../run/text/kept-text'
import type { Inspection, Labels } from './engine/answers'
import { unescapeHtml } from './engine/unescape-html'

/**
 * The purpose of a container, and the marks of its run and batch: all that is read of its configuration [DOCK-4] [DOCK-6]
 * [DOCK-7].
 */
export interface Identity {
  name: string
  image: string
  role: Role
  marks: Marks
}

/** Whether the container is the backend's, by its name or by a label of its run. */
export const isAgents = ({ name, labels }: { name: string; labels: Labels }): boolean =>
  name.startsWith('ckrv-') || labels.runId !== null

const WORKTREES = '/.chakravarti/worktrees/batch-'
const WORKTREE = /^(.+)-([0-9a-f]{6})_1$/s
const SPEC_FOLDER = /\/\.specs\/[^/]+\/?$/
/** Linux allows no longer path; UTF-16 characters. */
const LONGEST_SOURCE = 4_096
const CONFLICTS = 'You are resolving Git merge conflicts'
/** No plan has longer batch names; chars. */
const LONGEST_MISSION = 4_096

/** The identity of an inspected container. */
export function identityOf({ name, image, labels, mounts, command }: Inspection): Identity {
  const sources = mounts.filter(({ source }) => source.length <= LONGEST_SOURCE)
  const workspace = sources.find(({ destination }) => destination === '/workspace')?.source ?? null
  const tree = treeOf(workspace)
  const mission = missionOf(command)
  return {
    name,
    image,
    role:
      roleByName(name) ??
      (labels.batchId !== null || tree !== null
        ? 'batch'
        : sources.some(({ source }) => SPEC_FOLDER.test(source))
          ? 'planning'
          : workspace !== null && (mission === null || command.some(argument => argument.includes(CONFLICTS)))
            ? 'merge-help'
            : mission !== null
              ? 'batch'
              : 'other'),
    marks: { ...labels, tree, mission },
  }
}

/** The identity of a container that is only known from a list or an event. */
export const identityByName = (name: string, image: string, labels: Labels): Identity => ({
  name,
  image,
  role: roleByName(name) ?? (labels.batchId !== null ? 'batch' : 'other'),
  marks: { ...labels, tree: null, mission: null },
})

/** Both kinds wait for a person, whatever they mount. */
function roleByName(name: string): Role | null {
  if (name.startsWith('ckrv-session-')) return 'session'
  if (name.startsWith('ckrv-term-')) return 'terminal'
  return null
}

function treeOf(workspace: string | null): Marks['tree'] {
  const at = workspace?.lastIndexOf(WORKTREES) ?? -1
  if (workspace === null || at < 0) return null
  const [, batchId, suffix] = WORKTREE.exec(workspace.slice(at + WORKTREES.length)) ?? []
  return batchId === undefined || suffix === undefined
    ? null
    : { repository: shortPath(workspace.slice(0, at)), batchId: shortName(batchId), suffix }
}

/**
 * The first `MISSION: ` is the backend's own. The text after it may quote an agent. Older backends escape the name as HTML
 * and put it in the shell's single quotes, newer ones put it in double quotes.
 */
function missionOf(command: readonly string[]): string | null {
  for (const argument of command) {
    const [, before, line] = /^(.*?)MISSION: ([^\r\n]*)/s.exec(argument) ?? []
    if (before === undefined || line === undefined) continue
    const name = unescapeHtml(unquote(line, /["']/.exec(before)?.[0])).trim()
    return name === '' || name.length > LONGEST_MISSION ? null : shortName(name)
  }
  return null
}

/** A part of a quoted shell argument, as the shell would pass it on. */
function unquote(text: string, quote: string | undefined): string {
  if (quote === "'") return text.replaceAll("'\\''", "'")
  return quote === '"' ? text.replace(/\\(["\\$`])/g, '$1') : text
}
