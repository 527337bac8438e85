import type { LogLine } from '../model'

/** Programs write much to stderr that is none: progress, warnings. So the words decide, of the beginning of the line. */
const ERROR = /\b(?:error|errors|failed|failure|fatal|panic|panicked|exception|traceback)\b/i
const ENOUGH = 400

/** Whether a line tells of an error [LOG-2.10]. What the orchestrator says is told by the run itself. */
export const isError = ({ stream, text }: Pick<LogLine, 'stream' | 'text'>): boolean =>
  stream === 'stderr' && ERROR.test(text.slice(0, ENOUGH))
