import type { RunFields } from '../run/model'

/** A completed run without batches. */
export const fieldsOf = (runId: string): RunFields => ({
  runId,
  backend: 'http://127.0.0.1:3000',
  historyId: null,
  basis: 'stream',
  spec: '001-todo',
  dryRun: false,
  status: 'completed',
  inferred: false,
  stopping: false,
  startedAt: null,
  endedAt: null,
  error: null,
  errorDetail: null,
  findings: [],
  link: { backend: 'live', docker: 'off' },
  linkSince: null,
  heardAt: null,
  clockOffset: 0,
  counts: { total: 0, totalKnown: true, pending: 0, running: 0, completed: 0, failed: 0, aborted: 0 },
})
