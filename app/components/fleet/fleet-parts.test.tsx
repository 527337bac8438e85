import { renderToString } from 'react-dom/server'
import { describe, expect, it } from 'vitest'
import { LiveProvider } from '../../../lib/client/live'
import type { Fleet, LinkState, RunFields } from '../../../lib/run/model'
import { someRun } from '../../../lib/testing/run/documents'
import { FleetView } from './fleet-view'
import { keyOfRun, knownOfAll, liveRunsOf, quietOfAll, worstLink, type FleetPart } from './fleet-parts'

const NOW = '2026-11-23T13:41:05.000Z'
const at = (seconds: number) => new Date(Date.parse(NOW) + seconds * 1_000).toISOString()

const fleetOf = (site: string, runs: readonly RunFields[] = [], backend: LinkState = 'live', since = NOW): Fleet => ({
  ...{ epoch: 'e', version: 1, now: NOW, backend: `http://${site}`, site, findings: [], imports: [] },
  ...{ link: { backend, docker: 'off' }, linkSince: since, dockerSince: null },
  runs: runs.map(run => ({ ...run, site, link: { backend, docker: 'off' }, linkSince: since })),
})

const part = (fleet: Fleet, over: Partial<FleetPart> = {}): FleetPart => ({
  fleet,
  live: { state: fleet, read: true, sync: 'live', checkedAt: Date.parse(NOW), gone: false },
  stale: false,
  ...over,
})

const html = (initial: readonly Fleet[]) =>
  renderToString(
    <LiveProvider initialNow={NOW}>
      <FleetView initial={initial} />
    </LiveProvider>,
  ).replaceAll('<!-- -->', '')

describe('the fleet of several sites', () => {
  it('[SITE-7.2] has the live runs of all of them, the newest first, and tells runs of one id apart', () => {
    const run = (runId: string, seconds: number | null, clockOffset = 0) =>
      someRun(runId, { status: 'running', startedAt: seconds === null ? null : at(seconds), clockOffset })
    const parts = [
      part(fleetOf('ann', [run('nightly', 10), run('old', -60)])),
      // By the server's clock it began before that of ann.
      part(fleetOf('bob', [run('starting', null), run('nightly', 30, -25_000)])),
    ]
    const runs = liveRunsOf(parts).map(({ run: { site, runId } }) => [site, runId])
    expect(runs).toEqual([
      ['bob', 'starting'],
      ['ann', 'nightly'],
      ['bob', 'nightly'],
      ['ann', 'old'],
    ])
    const keys = liveRunsOf(parts).map(({ run }) => keyOfRun(run))
    expect(new Set(keys).size).toBe(4)
  })

  it('[SITE-7.3] is known as well as the site of which least is known', () => {
    const [ann, bob] = [part(fleetOf('ann')), part(fleetOf('bob', [], 'down'))]
    expect(knownOfAll([ann])).toBe('current')
    expect(knownOfAll([ann, bob])).toBe('silent')
    expect(knownOfAll([bob, { ...ann, stale: true }])).toBe('old')
    expect(worstLink(['off', 'live'])).toBe('live')
    expect(worstLink(['live', 'stale', 'down', 'off'])).toBe('down')
    expect(worstLink([])).toBe('off')
  })

  it('[SITE-7.3] [FLEET-1.11] names the site of which it is not known longest that nothing needs a person', () => {
    const parts = [
      part(fleetOf('ann', [], 'down', at(-20))),
      part(fleetOf('bob', [], 'stale', at(-90))),
      part(fleetOf('cleo')),
    ]
    expect(quietOfAll(parts, 0)).toEqual({
      asOf: Date.parse(at(-90)),
      because: 'the backend of bob can’t be heard',
    })
    expect(quietOfAll(parts.slice(2), 0)).toBeNull()
    const lost = parts.slice(2).map(each => ({ ...each, stale: true }))
    expect(quietOfAll(lost, 0)).toMatchObject({ because: 'this page has lost its server' })
  })

  it('[SITE-7.3] marks the runs of a silent site alone as last known', () => {
    const run = someRun('r', { status: 'running', startedAt: at(-10) })
    const page = html([fleetOf('ann', [run]), fleetOf('bob', [run], 'down', at(-5))])
    const rows = [...page.matchAll(/<li[^>]*data-testid="fleet-run"[^>]*>/g)].map(([row]) => row)
    expect(rows).toHaveLength(2)
    for (const row of rows) expect(row.includes('data-old')).toBe(row.includes('data-site="bob"'))
    expect(page).toContain('Backend of bob')
    expect(page).not.toContain('Backend of ann')
  })

  it('[SITE-7.6] has the sources of more than three sites behind a button that counts those that are not heard', () => {
    const sites = ['ann', 'bob', 'cleo', 'dan'].map(site => fleetOf(site))
    expect(html(sites.slice(0, 3))).not.toContain('data-testid="sites"')
    expect(html(sites)).toContain('4 sites, all heard')
    expect(html([...sites.slice(0, 3), fleetOf('dan', [], 'stale')])).toContain('4 sites, 1 not heard')
    const withoutDocker: Fleet = { ...fleetOf('dan'), link: { backend: 'live', docker: 'down' } }
    expect(html([...sites.slice(0, 3), withoutDocker])).toContain('4 sites, 1 not heard')
  })
})
