import type { RunStatus } from './model'

export const isOver = (status: RunStatus): status is 'completed' | 'failed' | 'aborted' =>
  status === 'completed' || status === 'failed' || status === 'aborted'
