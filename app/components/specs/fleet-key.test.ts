import { expect, it } from 'vitest'
import type { Fleet, RunFields } from '../../../lib/run/model'
import { someRun } from '../../../lib/testing/run/documents'
import { fleetKey } from './fleet-key'

const fleet = (runs: RunFields[], changes: Partial<Fleet> = {}): Fleet => ({
  ...{ epoch: 'e', version: 1, now: '', backend: '', link: { backend: 'live', docker: 'off' }, linkSince: null },
  ...{ dockerSince: null, findings: [], imports: [], runs, ...changes },
})
const run = (changes: Partial<RunFields> = {}) => someRun('r1', { spec: 'shop', ...changes })

it('[SPEC-5.1] changes with the runs of the spec, and with nothing else', () => {
  const key = fleetKey(fleet([run()]), 'shop')
  expect(fleetKey(fleet([run({ heardAt: '2026-01-01T00:00:00Z', stopping: true })], { version: 2 }), 'shop')).toBe(key)
  expect(fleetKey(fleet([run(), someRun('r2', { spec: 'other' })]), 'shop')).toBe(key)
  const counts = { ...run().counts, running: 0, completed: 1 }
  const others = [
    fleet([run({ status: 'failed' })]),
    fleet([run({ counts })]),
    fleet([run({ endedAt: '2026-01-01T00:00:00Z' })]),
    fleet([run(), someRun('r2', { spec: 'shop' })]),
    fleet([]),
    fleet([run()], { link: { backend: 'down', docker: 'off' } }),
  ]
  for (const other of others) expect(fleetKey(other, 'shop')).not.toBe(key)
  expect(fleetKey(fleet([run(), someRun('r2', { spec: 'other' })]), null)).not.toBe(fleetKey(fleet([run()]), null))
})
