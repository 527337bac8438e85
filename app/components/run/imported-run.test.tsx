import { renderToString } from 'react-dom/server'
import { describe, expect, it } from 'vitest'
import { LiveProvider } from '../../../lib/client/live'
import type { Snapshot } from '../../../lib/run/model'
import { someBatch, someRun } from '../../../lib/testing/run/documents'
import { RunView } from './run-view'

const until = '2026-11-23T13:41:05.000Z'
/** A run that was still running when it was exported, five days before the page is rendered. */
const imported = (changes: Partial<Snapshot> = {}): Snapshot => ({
  ...someRun('run-1', { startedAt: '2026-11-23T13:00:00.000Z', heardAt: until }),
  ...{
    linkSince: until,
    link: { backend: 'off', docker: 'stale' },
    imported: { id: 'f'.repeat(32), until, unread: 0 },
  },
  ...{ epoch: 'e1', version: 1, now: '2026-11-28T13:41:05.000Z' },
  batches: [
    someBatch('a', 'running', {
      ...{ verdict: 'ghost', startedAt: '2026-11-23T13:10:00.000Z', reasonSince: '2026-11-23T13:40:20.000Z' },
      reason: 'Backend says running; no container since 2026-11-23T13:40:20.000Z.',
    }),
    someBatch('b'),
  ],
  ...changes,
})

const html = (state: Snapshot, batchId?: string) =>
  renderToString(
    <LiveProvider initialNow={state.now}>
      <RunView initial={state} {...(batchId !== undefined && { batchId })} />
    </LiveProvider>,
  ).replaceAll('<!-- -->', '')

describe('the page of an import', () => {
  it('[IMP-2.8] says what it is, of when and where from, and that nothing of it is live', () => {
    const page = html(imported())
    expect(page).toMatch(/data-testid="import-banner".*nothing here is live.*5 d 0 h ago.*It may have gone on since/)
    expect(page).toContain('last known')
    expect(page).not.toMatch(/data-link="live"/)
    expect(page).not.toContain('Backend is')
    expect(page).not.toContain('Stop run')
    expect(page).not.toContain('Docker stale')
    expect(page).toContain('<title>0/2 spec, imported, then running</title>')
    // Five days later a time of day also needs its day.
    expect(page).toMatch(/Started <time[^>]*>23 Nov, 13:00:00/)
    expect(page).toMatch(/known until <time[^>]*>23 Nov, 13:41:05/)
    expect(html(imported({ status: 'completed', endedAt: until }))).not.toContain('It may have gone on')
  })

  it('[IMP-2.7] [RUN-7] stands still at the moment of the export: timer, batches at work, and how long something lasted', () => {
    const page = html(imported(), 'a')
    expect(page).toMatch(/data-testid="run-elapsed" data-seconds="2463" data-frozen="true"/)
    expect(page).toContain('no container for 45 s')
    expect(page).toMatch(/data-batch-id="a"(?:(?!dateTime="PT).)*dateTime="PT1863S"/)
  })

  it('[IMP-2.3] offers no command for containers that are elsewhere', () => {
    const container = {
      ...{
        id: 'c'.repeat(64),
        name: 'ckrv-c',
        state: 'running' as const,
        ...{ stateWord: null, startFailed: false, removed: false, error: null },
        ...{ exitCode: null, oomKilled: false, health: null, restarted: null },
      },
      ...{ timedOut: false, startedAt: until, finishedAt: null },
    }
    const batches = [someBatch('a', 'running', { container, containers: [container] })]
    const link = { backend: 'live', docker: 'live' } as const
    expect(html(imported({ batches }), 'a')).not.toContain('docker logs')
    expect(html(imported({ batches, link, imported: null }), 'a')).toContain('docker logs')
  })

  it('[IMP-2.12] says how much of the file could not be read', () => {
    const { imported: of } = imported()
    expect(html(imported())).not.toContain('could not be read')
    expect(html(imported({ imported: of && { ...of, unread: 3 } }))).toContain('3 lines of the file could not be read')
  })
})
