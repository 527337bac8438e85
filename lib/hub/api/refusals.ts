import type { BackendError } from '../../backend/http'
import { EXECUTION_NOT_FOUND } from '../../backend/wire'
import type { DockerError } from '../../docker/engine/docker-error'
import { isMissing } from '../recording'
import { HubError } from './hub-api'

/**
 * Every refusal of the hub [SAY-4]: the only place that makes a `HubError`. Each one says what happened, where, and what
 * to do next. The backend's own reason for a refusal is passed on unchanged [SAY-1.5].
 */
export const hubRefusals = {
  stopping: () => new HubError('stopping', 'The dashboard is being stopped. Try again once it is back.'),
  runIdInUse: (runId: string) =>
    new HubError('conflict', `The id ${runId} is in use. Choose another, or leave it out: one is made up then.`),
  tooManyRuns: (max: number) =>
    new HubError('refused', `${max} runs are followed already, which is the most. Wait until one of them ends.`),
  notFollowed: (runId: string) =>
    new HubError('not-found', `No such run is followed here: ${runId}. Follow it first, by its id.`),
  startRefused: (words: string | null) =>
    new HubError(
      /already running/i.test(words ?? '') ? 'conflict' : 'refused',
      words ?? 'The backend refused the start and gave no reason. Its log may say why.',
    ),
  startUnanswered: (error: HubError, runId: string) => {
    const words = `The run may have begun all the same: it is followed as ${runId}, and its page shows it once the backend tells of it.`
    return new HubError(error.code, `${error.message} ${words}`, { cause: error.cause, runId })
  },
  unknownToBackend: () => new HubError('not-found', EXECUTION_NOT_FOUND),
  removedMeanwhile: (runId: string) =>
    new HubError('not-found', `The run ${runId} was removed while it was being joined. Follow it again.`),
  runOver: (runId: string) =>
    new HubError('over', `The run ${runId} is already over, so there is nothing to stop. Reload its page.`),
  runOfHistory: (runId: string) =>
    new HubError(
      'conflict',
      `The run ${runId} is known from the backend’s history alone, which does not tell the id that a stop needs. ` +
        'Follow it by that id, or stop it where it was started.',
    ),
  notOver: (runId: string) =>
    new HubError('conflict', `The run ${runId} is not over, so no note can settle it. Leave the note without that.`),
  stopRefused: (words: string | null) =>
    new HubError('refused', words ?? 'The backend refused the stop and gave no reason. Its log may say why.'),
  stopUnanswered: (error: HubError) => {
    const words = 'The stop may have been heard all the same: if the run goes on, ask for it again.'
    return new HubError(error.code, `${error.message} ${words}`, { cause: error.cause })
  },
  backendFailed: (cause: BackendError) =>
    new HubError(cause.kind === 'bad-answer' ? 'refused' : 'unreachable', cause.message, { cause }),
  dockerOff: () =>
    new HubError('unreachable', 'Docker is not watched, as DOCKER is off. Restart Groundtruth without it.'),
  dockerFailed: (cause: DockerError) => {
    const answered = cause.kind === 'bad-answer' || cause.kind === 'denied'
    return new HubError(answered ? 'refused' : 'unreachable', cause.message, { cause })
  },
  noSuchAgent: (id: string) =>
    new HubError(
      'not-found',
      `There is no such container of an agent: ${id}. GET /api/containers lists those that exist.`,
    ),
  containerRemoved: (id: string, cause?: DockerError) =>
    new HubError('not-found', `The container ${id} was removed meanwhile, so there is nothing to stop.`, { cause }),
  containerEnded: (id: string) =>
    new HubError('over', `The container ${id} does not run any more, so there is nothing to stop.`),
  containerAtWork: (id: string) =>
    new HubError(
      'forbidden',
      `Only an agent whose run is over can be stopped from here, and ${id} is none. Stop its run, or use docker stop.`,
    ),
  notRecorded: (runId: string) =>
    new HubError(
      'not-found',
      `There is no recording of the run ${runId}: this server was started without a data folder. Set DATA_DIR.`,
    ),
  recordingUnreadable: (cause: unknown) => {
    const next = 'See to the data folder and its rights: the server’s log names it. Then export again.'
    return new HubError('unwritable', `The recording can’t be exported: ${whyUnread(cause)}. ${next}`, { cause })
  },
  pastUnreadable: (cause: unknown) => {
    const next = 'See to the data folder and its rights: the server’s log names it.'
    return new HubError('unwritable', `The past of the run can’t be shown: ${whyUnread(cause)}. ${next}`, { cause })
  },
  pastUnwritten: () =>
    new HubError(
      'unwritable',
      'The past of the run can’t be shown: its recording can’t be written at the moment. The fleet page says why.',
    ),
  pastTooLong: () =>
    new HubError(
      'too-much',
      'The recording of this run is too long to look back at its moments. Export it, and read it with other tools.',
    ),
  pastsAtOnce: () => new HubError('too-much', 'Too many runs are looked back at. Try again in a moment.'),
  noSuchImport: (importId: string) =>
    new HubError('not-found', `There is no such import: ${importId}. GET /api/imports lists those that are kept.`),
  importsWithoutFolder: () =>
    new HubError('unwritable', 'There is no data folder to keep imports in. Restart Groundtruth with DATA_DIR set.'),
  importsUnwritable: (cause: unknown) =>
    new HubError(
      'unwritable',
      `The data folder can’t be written (${codeOf(cause)}): see to its disk and its rights. Then try again.`,
      { cause },
    ),
  importsAtOnce: (max: number) =>
    new HubError('too-much', `Others are being imported. No more than ${max} may come at once: try again in a moment.`),
  importsAtOnceOfOne: (max: number) =>
    new HubError('too-much', `You are importing ${max} recordings already. Wait for one of them, then try again.`),
  importTooLarge: (bytes: number) =>
    new HubError(
      'too-much',
      `A recording of more than ${inMiB(bytes)} is not taken. Export a shorter run, or read the file with other tools.`,
    ),
  importsTooMany: (max: number) =>
    new HubError('too-much', `${max} recordings are imported already. Remove one. Its page does that.`),
  importsTooLarge: (bytes: number) =>
    new HubError(
      'too-much',
      `All imports together would be larger than ${inMiB(bytes)}. Remove one on its page, then try again.`,
    ),
  importTooLong: () =>
    new HubError('too-much', 'This recording holds more than can be shown of one run. Read it with other tools.'),
  importNamesTooLong: () =>
    new HubError('too-much', 'This recording’s names are too long to be shown. Read it with other tools.'),
  importTooSlow: () =>
    new HubError('too-much', 'This recording takes too long to be played, and is not kept. Export a shorter run.'),
  noRecording: () =>
    new HubError(
      'unusable',
      'This is no recording of a run, or one of a version that is not known. Choose a .jsonl file that was exported.',
    ),
  unplayable: (cause: Error) =>
    new HubError(
      'unusable',
      'This recording holds what can’t be played: a time or a number that no dashboard records. ' +
        'Export the run again, or choose another file.',
      { cause },
    ),
} satisfies Record<string, (...facts: never[]) => HubError>

const inMiB = (bytes: number) => `${bytes / 1024 ** 2} MiB`

const whyUnread = (cause: unknown): string =>
  isMissing(cause)
    ? 'its file is gone from the data folder'
    : `its file can’t be read from the data folder (${codeOf(cause)})`

/** The error's code. Never its message, because that holds a path. */
const codeOf = (cause: unknown): string => {
  if (!(cause instanceof Error)) return 'unknown error'
  return 'code' in cause ? String(cause.code) : cause.name
}
