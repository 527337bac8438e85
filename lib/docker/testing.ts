import type { EngineEvent, Inspection, Listed } from './answers'

/** A container's id that looks like one. */
export const idOf = (n: number): string => n.toString(16).padStart(64, '0')

const noLabels = { runId: null, batchId: null }

/** An event of the container `id`, at `at` ms by the Engine's clock. */
export const eventOf = (
  id: string,
  action: EngineEvent['action'],
  at: number,
  more: Partial<EngineEvent> = {},
): EngineEvent => ({
  id,
  action,
  name: `ckrv-${id}`,
  image: 'ckrv-agent:latest',
  labels: noLabels,
  exitCode: null,
  signal: null,
  nano: BigInt(at) * 1_000_000n,
  ...more,
})

export const inspectionOf = (id: string, more: Partial<Inspection> = {}): Inspection => ({
  id,
  name: `ckrv-${id}`,
  image: 'ckrv-agent:latest',
  state: 'created',
  exitCode: 0,
  oomKilled: false,
  createdAt: 1_000,
  startedAt: null,
  finishedAt: null,
  labels: noLabels,
  command: [],
  mounts: [],
  tty: false,
  ...more,
})

export const listedOf = (id: string, more: Partial<Listed> = {}): Listed => ({
  id,
  name: `ckrv-${id}`,
  image: 'ckrv-agent:latest',
  state: 'created',
  createdAt: 1_000,
  labels: noLabels,
  ...more,
})
