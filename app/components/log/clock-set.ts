import type { Finding } from '../../../lib/run/model'

/** Whether a clock was set during a run: its times are then on one clock, and the stamps of its lines are not [RUN-16.20]. */
export const wasClockSetIn = (findings: readonly Pick<Finding, 'kind'>[]): boolean =>
  findings.some(({ kind }) => kind === 'clock-set')
