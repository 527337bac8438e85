/** Which key does what [PAGE-9]. Pure: the listener is in `page-tools.tsx`. */

export const commands = [
  'palette',
  'sheet',
  'fleet',
  'containers',
  'specs',
  'next-batch',
  'previous-batch',
  'next-needy',
  'log',
  'search-log',
  'next-view',
  'close-batch',
] as const
export type Command = (typeof commands)[number]

/** What of a key press decides. */
export interface Press {
  key: string
  ctrl: boolean
  meta: boolean
  alt: boolean
  /** The focus is where keys write. */
  inField: boolean
  /** A dialog is open, which has keys of its own. */
  inDialog: boolean
  /** When, ms. */
  at: number
}

/** When `g` was pressed, ms: the next key may complete it; null if it was not. */
export type Begun = number | null

/** How long a `g` waits for its second key, ms. */
export const CHORD_MS = 1_500

const single: Readonly<Record<string, Command>> = {
  '?': 'sheet',
  j: 'next-batch',
  k: 'previous-batch',
  n: 'next-needy',
  l: 'log',
  '/': 'search-log',
  v: 'next-view',
}
const afterG: Readonly<Record<string, Command>> = { f: 'fleet', c: 'containers', s: 'specs' }

const nothing = { command: null, begun: null } as const

/**
 * The command of a key press, and whether it begins a chord.
 * @param singleKeys the reader has not switched the keys without a modifier off [PAGE-9.4]
 */
export function commandOf(press: Press, begun: Begun, singleKeys: boolean): { command: Command | null; begun: Begun } {
  const { key, ctrl, meta, alt, inField, inDialog, at } = press
  if (inDialog) return nothing
  if (ctrl !== meta && !alt && key.toLowerCase() === 'k') return { command: 'palette', begun: null }
  if (ctrl || meta || alt || inField) return nothing
  if (key === 'Escape') return { command: 'close-batch', begun: null }
  if (!singleKeys) return nothing
  if (begun !== null && at - begun <= CHORD_MS) {
    const command = Object.hasOwn(afterG, key) ? afterG[key] : undefined
    if (command) return { command, begun: null }
  }
  if (key === 'g') return { command: null, begun: at }
  return { command: (Object.hasOwn(single, key) ? single[key] : undefined) ?? null, begun: null }
}

/** The keys as the sheet lists them. */
export const keyList: readonly { keys: readonly string[]; does: string; on: 'every page' | 'a run’s page' }[] = [
  { keys: ['Ctrl K', '⌘ K'], does: 'Go to a run, a batch, a spec or an action', on: 'every page' },
  { keys: ['?'], does: 'This sheet', on: 'every page' },
  { keys: ['g f'], does: 'Fleet', on: 'every page' },
  { keys: ['g c'], does: 'Containers', on: 'every page' },
  { keys: ['g s'], does: 'Specs', on: 'every page' },
  { keys: ['j'], does: 'Next batch', on: 'a run’s page' },
  { keys: ['k'], does: 'Previous batch', on: 'a run’s page' },
  { keys: ['n'], does: 'Next batch that needs a person', on: 'a run’s page' },
  { keys: ['v'], does: 'Next view of the batches', on: 'a run’s page' },
  { keys: ['l'], does: 'Log', on: 'a run’s page' },
  { keys: ['/'], does: 'Search the log', on: 'a run’s page' },
  { keys: ['Esc'], does: 'Close the open batch', on: 'a run’s page' },
]
