import type { LogLine } from '../../../lib/run/model'

export type Stream = LogLine['stream']
export const streams: readonly Stream[] = ['stdout', 'stderr', 'system']
export const streamWords: Record<Stream, string> = { stdout: 'out', stderr: 'err', system: 'system' }
