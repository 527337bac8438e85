import type { AgentContainer, Batch, BatchStatus, RunFields } from '../../run/model'

/** Made-up states of pages: they hold the values that a test does not care about. */

const BEGAN = '2026-01-01T00:00:00.000Z'

/** A run of two batches that has just begun. */
export const someRun = (runId: string, changes: Partial<RunFields> = {}): RunFields => ({
  runId,
  backend: 'http://127.0.0.1:3000',
  historyId: null,
  basis: 'stream',
  spec: 'spec',
  dryRun: false,
  status: 'running',
  inferred: false,
  stopping: false,
  startedAt: BEGAN,
  endedAt: null,
  error: null,
  errorDetail: null,
  findings: [],
  link: { backend: 'live', docker: 'off' },
  linkSince: null,
  dockerSince: null,
  heardAt: null,
  clockOffset: 0,
  counts: { total: 2, totalKnown: true, pending: 1, running: 1, completed: 0, failed: 0, aborted: 0 },
  imported: null,
  ...changes,
})

export const someBatch = (id: string, status: BatchStatus = 'pending', changes: Partial<Batch> = {}): Batch => ({
  id,
  name: `Batch ${id}`,
  status,
  branch: null,
  error: null,
  dependsOn: [],
  startedAt: null,
  endedAt: null,
  basis: 'stream',
  verdict: 'unknown',
  reason: '',
  reasonSince: null,
  container: null,
  containers: [],
  ...changes,
})

/** The agent of a running batch. */
export const someAgent = (id: string, changes: Partial<AgentContainer> = {}): AgentContainer => ({
  id,
  name: `ckrv-${id.slice(0, 8)}`,
  image: 'ckrv-agent:latest',
  role: 'batch',
  state: 'running',
  stateWord: null,
  startFailed: false,
  exitCode: null,
  error: null,
  oomKilled: false,
  health: null,
  restarted: null,
  createdAt: BEGAN,
  startedAt: BEGAN,
  finishedAt: null,
  runId: 'r',
  batchId: 'a',
  verdict: 'agrees',
  reason: null,
  reasonSince: null,
  stoppable: false,
  ...changes,
})
