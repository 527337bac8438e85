import { roles } from './access/person'

/** Ends a command with exit code 1. `message` is for people; `usage`: also print how the command is written. */
export class ProgramError extends Error {
  constructor(
    message: string,
    readonly usage: boolean,
  ) {
    super(message)
    this.name = 'ProgramError'
  }
}

const misused = (message: string) => new ProgramError(message, true)
const failed = (message: string) => new ProgramError(message, false)

/** Every refusal of `npm run token` and `npm run recording` [SAY-6]. No other place makes a `ProgramError`. */
export const programRefusals = {
  /** @param cause what `parseArgs` threw; its first sentence names the option and never its value */
  badOption: (cause: unknown) =>
    misused(`${cause instanceof Error ? firstSentence(cause.message) : 'An option is unknown'}. Write it as below.`),

  tokenWithoutName: () => misused('No name was given. Say whose token it is.'),
  tokenName: () => misused('The name can’t be used. Take 1 to 64 letters, digits and _.@+-.'),
  tokenRole: () => misused(`The role is missing or unknown. Add --role ${roles.join(' or --role ')}.`),
  tokenTooMuch: () => misused('More than one name was given. Make one token at a time.'),

  recordingVerb: () => misused('Neither export nor import was asked for. Begin with one of them.'),
  recordingWithoutObject: (verb: string) =>
    misused(verb === 'export' ? 'No run id was given. Name the run to export.' : 'No file was given. Name the file.'),
  recordingTooMuch: () => misused('More than one thing was named. Export or import one at a time.'),
  badUrl: () =>
    misused('The text after --url is no address that begins with http:// or https://. Copy it from the browser.'),
  credentialsInUrl: () =>
    misused(
      'The address after --url must not hold a user name or password. Set GROUNDTRUTH_TOKEN in the environment instead.',
    ),
  badToken: () =>
    failed('GROUNDTRUTH_TOKEN holds characters that no token has, as a line break. Copy the token anew, in one line.'),
  fileUnreadable: (path: string, code: string) =>
    failed(`The file ${path} can’t be read (${code}). Check the path and its rights.`),
  fileUnwritable: (path: string, code: string) =>
    failed(`The file ${path} can’t be written (${code}). Name another file after --to, or make room.`),
  exportBroke: (runId: string, code: string) =>
    failed(`The export of ${runId} broke off (${code}): what was saved is not all of it. Export again.`),
  noDashboard: (origin: string, code: string) =>
    failed(`No dashboard answers at ${origin} (${code}). Start it, or name another address after --url.`),
  noDashboardsAnswer: (origin: string, status: number) =>
    failed(
      `What answers at ${origin} with HTTP ${status} is no dashboard, or a proxy before one. Check the address after --url.`,
    ),
  /** @param words the dashboard's own message [SAY-4] */
  refusedByDashboard: (words: string) => failed(words),
} satisfies Record<string, (...facts: never[]) => ProgramError>

const firstSentence = (text: string): string => text.split(/\.\s/)[0]?.replace(/\.$/, '') ?? ''

/** The system's code of an error, such as `ENOENT`. Never the error's message, which may hold private data. */
export function systemCode(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  if (!(cause instanceof Error)) return 'no reason given'
  return 'code' in cause ? String(cause.code) : cause.name
}

/** Runs a command. If it ends early, prints why and, if that helps, how it is written, and exits with 1. */
export async function runProgram(usage: string, run: () => Promise<void> | void, shown: (text: string) => string) {
  try {
    await run()
  } catch (error) {
    const refusal = isBadOption(error) ? programRefusals.badOption(error) : error
    if (!(refusal instanceof ProgramError)) throw refusal
    console.error(`${shown(refusal.message)}${refusal.usage ? `\n\n${usage}` : ''}`)
    process.exitCode = 1
  }
}

const isBadOption = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS')
