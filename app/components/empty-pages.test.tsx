import type { ReactElement } from 'react'
import { renderToString } from 'react-dom/server'
import { describe, expect, it } from 'vitest'
import { LiveProvider } from '../../lib/client/live'
import type { ContainerList, Fleet, LinkState, Snapshot } from '../../lib/run/model'
import { someBatch, someRun } from '../../lib/testing/run/documents'
import { ContainersView } from './containers/containers-view'
import { FleetView } from './fleet/fleet-view'
import { RunView } from './run/run-view'

const now = '2026-11-23T13:41:05.000Z'
const versioned = { epoch: 'e1', version: 1, now }
const html = (page: ReactElement) =>
  renderToString(<LiveProvider initialNow={now}>{page}</LiveProvider>).replaceAll('<!-- -->', '')

const fleet = (backend: LinkState, changes: Partial<Fleet> = {}): Fleet => ({
  ...versioned,
  ...{ backend: 'http://127.0.0.1:3000', link: { backend, docker: 'off' }, linkSince: now, dockerSince: null },
  ...{ findings: [], imports: [], runs: [], ...changes },
})
const run = (changes: Partial<Snapshot> = {}): Snapshot => ({
  ...someRun('run-1'),
  ...versioned,
  batches: [],
  ...changes,
})
const list = (link: LinkState): ContainerList => ({
  ...versioned,
  ...{ docker: { link, error: null }, dockerSince: now, containers: [] },
})
const none = { total: 0, totalKnown: false, pending: 0, running: 0, completed: 0, failed: 0, aborted: 0 }
const heard = (backend: LinkState) => ({ link: { backend, docker: 'off' as const }, counts: none })

const lost: LinkState[] = ['stale', 'down']

describe('[SYNC-12] pages that list nothing, as the server renders them', () => {
  it('[SYNC-12.1] say that it is so where the source is heard', () => {
    expect(html(<FleetView initial={[fleet('live')]} />)).toContain('No run yet')
    expect(html(<ContainersView initial={[{ list: list('live'), fleet: fleet('live') }]} />)).toContain(
      'No container now',
    )
    expect(html(<RunView initial={run(heard('live'))} />)).toContain('no batch has begun yet')
  })

  it.each(lost)('[SYNC-12.1] say that it is not known where the source is %s', link => {
    const runs = html(<FleetView initial={[fleet(link)]} />)
    expect(runs).toContain('No run is known')
    expect(runs).not.toMatch(/No run yet|Nothing has run/)
    const over = someRun('r', { status: 'completed', endedAt: now })
    expect(html(<FleetView initial={[fleet(link, { runs: [over] })]} />)).toContain('No live run is known, but')
    const containers = html(<ContainersView initial={[{ list: list(link), fleet: fleet(link) }]} />)
    expect(containers).toContain('What exists now is not known.')
    expect(containers).not.toContain('No container now')
    const batches = html(<RunView initial={run(heard(link))} />)
    expect(batches).toContain('before the backend fell silent')
    expect(batches).not.toContain('no batch has begun yet')
  })

  it('[SYNC-12.3] say of imports that they are being read again, or can’t be, beside those that were', () => {
    const { runId, backend, spec, status, counts } = someRun('r')
    const one = { ...{ runId, backend, spec, status, counts }, id: 'i', until: now, unread: 0 }
    for (const imports of [[], [one]])
      for (const [state, text] of [
        ['reading', 'are being read again after a restart'],
        ['unread', 'can’t be read from the data folder'],
      ] as const)
        expect(html(<FleetView initial={[fleet('live', { imports, importsUnread: state })]} />)).toContain(text)
  })

  it('[SYNC-12.2] say of a log that it is being read, and count no lines of it', () => {
    for (const page of [run(), run({ status: 'completed', endedAt: now }), run({ basis: 'history' })]) {
      const text = html(<RunView initial={page} />)
      expect(text).toContain('Reading the log…')
      expect(text).toContain('reading…, ')
      expect(text).not.toMatch(/0 lines|No line/)
    }
  })
})

describe('[SYNC-12.4] a log is followed', () => {
  const follows = (page: Snapshot, batchId?: string) =>
    html(<RunView initial={page} {...(batchId !== undefined && { batchId })} />).includes('Following')

  it('where it can grow, and nowhere else', () => {
    expect(follows(run({ status: 'running' }))).toBe(true)
    expect(follows(run({ status: 'idle', ...heard('down') }))).toBe(true)
    for (const status of ['completed', 'failed', 'aborted'] as const) {
      const over = run({ status, endedAt: now, batches: [someBatch('a', 'completed')] })
      expect(follows(over)).toBe(false)
      expect(html(<RunView initial={over} />)).toContain('To the end')
    }
    expect(follows(run({ basis: 'history' }))).toBe(false)
    expect(follows(run({ imported: { id: 'i', until: now, unread: 0 } }))).toBe(false)
  })
})
