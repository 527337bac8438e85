import type { ReactNode } from 'react'
import { renderToString } from 'react-dom/server'
import { describe, expect, it } from 'vitest'
import { LiveProvider } from '../../lib/client/live'
import { someAgent, someRun } from '../../lib/testing/run/documents'
import type { Snapshot } from '../../lib/run/model'
import type { Person } from '../../lib/server/request-context'
import { ContainersView } from './containers/containers-view'
import { FleetView } from './fleet/fleet-view'
import { RecordingActions } from './run/recording-actions'
import { RemoveImport } from './run/remove-import'
import { RunView } from './run/run-view'
import { VisitorProvider } from './visitor'

const version = { epoch: 'e1', version: 1, now: '2026-11-23T13:41:05.000Z' }
const run = { ...someRun('run-1', { startedAt: version.now, heardAt: version.now }), ...version, batches: [] }
const imported = { ...run, imported: { id: 'f'.repeat(32), until: version.now, unread: 0 } }
const found = { ...run, basis: 'history' as const }
const links = {
  backend: 'http://127.0.0.1:3000',
  link: run.link,
  linkSince: null,
  dockerSince: null,
  findings: [],
  imports: [],
}
const containers = [someAgent('a'.repeat(64), { stoppable: true })]
const docker = { docker: { link: 'live', error: null }, dockerSince: null } as const

/** The page of a run, and what is loaded beside its first paint. */
const withMenu = (of: Snapshot) => (
  <>
    <RunView initial={of} />
    <RecordingActions run={of} />
    {of.imported && <RemoveImport importId={of.imported.id} />}
  </>
)

const pages: Record<string, [page: ReactNode, offers: string[]]> = {
  fleet: [
    <FleetView key="1" initial={[{ ...version, ...links, runs: [run] }]} />,
    ['Start a run…', 'Add a run by id…', 'Import…'],
  ],
  'empty fleet': [
    <FleetView key="2" initial={[{ ...version, ...links, runs: [] }]} />,
    ['Start a run…', 'Add a run by id…', 'Import…'],
  ],
  run: [withMenu(run), ['Stop run…', 'Import…']],
  import: [withMenu(imported), ['Remove…', '>More<', 'Export', 'Import…']],
  'run from history': [<RunView key="4" initial={found} />, ['Follow…']],
  containers: [
    <ContainersView
      key="5"
      initial={[{ list: { ...version, ...docker, containers }, fleet: { ...version, ...links, runs: [run] } }]}
    />,
    ['Stop…'],
  ],
}

const html = (page: ReactNode, person: Person | null) => {
  const shown = <LiveProvider initialNow={version.now}>{page}</LiveProvider>
  const whole = person === null ? shown : <VisitorProvider person={person}>{shown}</VisitorProvider>
  return renderToString(whole).replaceAll('<!-- -->', '')
}

const vic: Person = { name: 'vic', role: 'viewer', canSignOut: true }
const ann: Person = { name: 'ann', role: 'operator', canSignOut: true }

describe.each(Object.entries(pages))('[SAFE-3.40] the page of the %s', (_, [page, offers]) => {
  it('offers an operator, and whoever is not asked, what they may do; a viewer none of it', () => {
    for (const offer of offers) {
      expect(html(page, null)).toContain(offer)
      expect(html(page, ann)).toContain(offer)
      expect(html(page, vic)).not.toContain(offer)
    }
  })

  it('says who one is, and lets those out who signed in here', () => {
    expect(html(page, vic)).toContain('vic, viewer')
    expect(html(page, vic)).toContain('Sign out')
    const byProxy = html(page, { ...vic, canSignOut: false })
    expect(byProxy).toContain('vic, viewer')
    expect(byProxy).not.toContain('Sign out')
    expect(html(page, null)).not.toContain('data-testid="who"')
  })
})
