import { describe, expect, it } from 'vitest'
import type { LinkState } from '../../../lib/run/model'
import { quietOf } from './quiet'

const T0 = Date.parse('2026-01-15T14:00:00.000Z')
const iso = (ms: number) => new Date(ms).toISOString()
const fleet = (backend: LinkState, docker: LinkState) => ({
  ...{ link: { backend, docker }, linkSince: iso(T0 - 20_000), dockerSince: iso(T0 - 30_000) },
})
const page = { stale: false, checkedAt: T0 - 1_000 }

describe('a fleet that needs nobody', () => {
  it('[FLEET-1.11] is known to while its sources are live', () => {
    expect(quietOf(fleet('live', 'live'), page, T0)).toBeNull()
    expect(quietOf(fleet('live', 'off'), page, T0)).toBeNull()
  })

  it('[FLEET-1.11] was so as of when the first source was lost', () => {
    const backend = { asOf: T0 - 20_000, because: 'the backend can’t be heard' }
    expect(quietOf(fleet('down', 'off'), page, T0)).toEqual(backend)
    expect(quietOf(fleet('stale', 'live'), page, T0)).toEqual(backend)
    expect(quietOf(fleet('down', 'live'), { ...page, stale: true }, T0)).toEqual(backend)
    const docker = { asOf: T0 - 30_000, because: 'Docker can’t be reached' }
    expect(quietOf(fleet('live', 'down'), page, T0)).toEqual(docker)
    expect(quietOf(fleet('down', 'stale'), page, T0)).toEqual(docker)
    const server = { asOf: T0 - 1_000, because: 'this page has lost its server' }
    expect(quietOf(fleet('live', 'live'), { ...page, stale: true }, T0)).toEqual(server)
  })

  it('[FLEET-1.11] was so as of the first HTML where no better moment is known', () => {
    const unknown = { link: { backend: 'down' as const, docker: 'off' as const }, linkSince: null, dockerSince: null }
    expect(quietOf(unknown, page, T0)?.asOf).toBe(T0)
    expect(quietOf(fleet('live', 'live'), { stale: true, checkedAt: null }, T0)?.asOf).toBe(T0)
  })
})
