import type { LinkState } from '../lib/run/model'
import type { Live } from '../lib/client/live'

/**
 * How well it is known that a list is empty. `current`: it was read and is empty. `reading`: it is not read yet. `unread`: it could
 * not be read. `old`: it was empty when this page last received data from its server. `silent`: the server itself does not receive
 * the source's data, so the list may be incomplete.
 */
export type Known = 'current' | 'reading' | 'unread' | 'old' | 'silent'
export const knowns: readonly Known[] = ['current', 'reading', 'unread', 'old', 'silent']

/**
 * @param stale this page has lost its server
 * @param source how fresh the server's source of this list is; null if that adds nothing
 */
export function knownOf(
  { read, sync, gone }: Pick<Live<unknown>, 'read' | 'sync' | 'gone'>,
  stale: boolean,
  source: LinkState | null,
): Known {
  if (!read) return sync === 'connecting' && !gone ? 'reading' : 'unread'
  if (stale || gone) return 'old'
  return source === null || source === 'live' || source === 'off' ? 'current' : 'silent'
}

const unreadLog = {
  reading: 'Reading the log…',
  unread: 'The log was not read: this page has no connection to its server. It tries again by itself.',
}
const oldLog = 'No line was there when this page last heard from its server.'
const reading = 'Reading…'
const unread = 'Not read: this page has no connection to its server. It tries again by itself.'

/** The text of each place whose list is empty. */
export const nothingTexts = {
  'run log': {
    ...unreadLog,
    current: 'No line yet. What the backend says of this run appears here.',
    old: oldLog,
    silent: 'No line was heard before the backend fell silent. What it says meanwhile appears once it is heard again.',
  },
  'log of a run that is over': {
    ...unreadLog,
    current: 'The run is over, and no line of it was heard.',
    old: oldLog,
    silent: 'The run is over, and no line of it was heard.',
  },
  'log of a run from history': {
    ...unreadLog,
    current: 'The backend’s history has no log: what it tells of this run is in the logs of its batches.',
    old: 'The backend’s history has no log: what it tells of this run is in the logs of its batches.',
    silent: 'The backend’s history has no log: what it tells of this run is in the logs of its batches.',
  },
  'imported log': {
    ...unreadLog,
    current: 'No line of it was recorded.',
    old: 'No line of it was recorded.',
    silent: 'No line of it was recorded.',
  },
  'batch log': {
    ...unreadLog,
    current: 'No line yet. What the container prints appears here.',
    old: oldLog,
    silent: 'No line was read, and Docker can’t be reached now.',
  },
  'log of a container that ended': {
    ...unreadLog,
    current: 'The container has ended, and no line of it was read.',
    old: oldLog,
    silent: 'No line was read, and Docker can’t be reached now.',
  },
  'batch without container': {
    ...unreadLog,
    current: 'No container of this batch was seen. What one prints appears here as soon as it starts.',
    old: 'No container of this batch was seen when this page last heard from its server.',
    silent: 'No container of this batch was seen before Docker could no longer be reached.',
  },
  'imported batch without container': {
    ...unreadLog,
    current: 'No container of this batch was recorded.',
    old: 'No container of this batch was recorded.',
    silent: 'No container of this batch was recorded.',
  },
  'batch without Docker': {
    ...unreadLog,
    current: 'Docker is not watched, so a batch has no log of its own. What the backend passes on is in the run’s log.',
    old: 'Docker is not watched, so a batch has no log of its own. What the backend passes on is in the run’s log.',
    silent: 'Docker is not watched, so a batch has no log of its own. What the backend passes on is in the run’s log.',
  },
  batches: {
    ...{ reading, unread },
    current: 'No plan is known, and no batch has begun yet.',
    old: 'No batch was known when this page last heard from its server.',
    silent: 'No batch was known before the backend fell silent. What has begun since is not known.',
  },
  'batches of an empty plan': {
    ...{ reading, unread },
    current: 'The plan has no batch, and none has begun.',
    old: 'The plan had no batch when this page last heard from its server.',
    silent: 'The plan had no batch before the backend fell silent. What has begun since is not known.',
  },
  'batches of a run that is over': {
    ...{ reading, unread },
    current: 'The run is over, and no batch of it was heard of.',
    old: 'No batch was known when this page last heard from its server.',
    silent: 'The run is over, and no batch of it was heard of.',
  },
  specs: {
    ...{ reading, unread },
    current: 'The backend has no spec yet. Create one there first.',
    old: 'No spec was known when this page last heard from its server.',
    silent: 'The backend can’t be reached, and no run of any spec is known here.',
  },
  'runs of a spec': {
    ...{ reading, unread },
    current: 'No run of this spec is known here yet.',
    old: 'No run of this spec was known when this page last heard from its server.',
    silent: 'No run of this spec is known here, and the backend can’t be reached: what runs there is not known.',
  },
  needs: {
    ...{ reading, unread },
    current: 'Nothing needs you.',
    old: 'Nothing needed you when this page last heard from its server.',
    silent: 'Nothing needed you before the backend fell silent.',
  },
  'live runs': {
    ...{ reading, unread },
    current: 'No run is live. One started anywhere on this backend appears within 10 s.',
    old: 'No run was live when this page last heard from its server. Whether one is now is not known.',
    silent: 'No live run is known, but the backend can’t be reached: what runs there is not known.',
  },
  imports: {
    ...{ reading: 'Imported recordings are being read again after a restart. Each appears once it is read.' },
    unread: 'Imported recordings can’t be read from the data folder. The server’s log says why.',
    current: 'None. A run’s page exports its recording; any Groundtruth shows it here.',
    old: 'None when this page last heard from its server.',
    silent: 'None. A run’s page exports its recording; any Groundtruth shows it here.',
  },
  'more imports': {
    reading: 'More imported recordings are being read again after a restart.',
    unread: 'More imported recordings can’t be read from the data folder. The server’s log says why.',
    ...{ current: 'These are all.', old: 'These were all.', silent: 'These are all.' },
  },
} satisfies Record<string, Record<Known, string>>

export type Place = keyof typeof nothingTexts

/** Titles and texts of a page whose whole list is empty. */
export const emptyPages = {
  runs: {
    current: ['No run yet', 'Nothing has run since this server began to watch its backend.'],
    old: ['No run was known', 'That was so when this page last heard from its server. What runs now is not known.'],
    silent: ['No run is known', 'The backend can’t be reached, so what runs there, or has run, is not known.'],
  },
  containers: {
    current: [
      'No container now',
      'No agent’s container exists. One appears here as soon as the backend starts an agent.',
    ],
    old: [
      'No container was seen',
      'Docker showed none when this page last heard from its server. What exists now is not known.',
    ],
    silent: ['No container was seen', 'Docker showed none, and can’t be reached. What exists now is not known.'],
  },
} satisfies Record<string, Record<Exclude<Known, 'reading' | 'unread'>, readonly [string, string]>>

/** How many lines a log has had; a log that was not read has no number. */
export function linesText(count: number, known: Known): string {
  if (known === 'reading') return 'reading…'
  if (known === 'unread') return 'not read'
  const lines = `${count.toLocaleString('en')} line${count === 1 ? '' : 's'}`
  return known === 'old' ? `${lines}, last known` : lines
}
