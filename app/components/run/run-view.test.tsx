import { renderToString } from 'react-dom/server'
import { describe, expect, it } from 'vitest'
import { LiveProvider } from '../../../lib/client/live'
import type { Container, Snapshot } from '../../../lib/run/model'
import { someBatch, someRun } from '../../../lib/testing/run/documents'
import { RunView } from './run-view'
import { SummaryBlock } from './summary/summary-block'

const container = (seed: string, changes: Partial<Container> = {}): Container => ({
  id: seed.repeat(64),
  name: `ckrv-${seed}`,
  state: 'exited',
  stateWord: null,
  startFailed: false,
  removed: false,
  exitCode: 0,
  error: null,
  oomKilled: false,
  timedOut: false,
  health: null,
  restarted: null,
  startedAt: '2026-11-23T13:00:00.000Z',
  finishedAt: '2026-11-23T13:40:00.000Z',
  ...changes,
})

const seen = (...containers: Container[]) => ({ containers, container: containers.at(-1) ?? null })

const now = '2026-11-23T13:41:05.000Z'
const snapshot = (changes: Partial<Snapshot> = {}): Snapshot => ({
  ...someRun('run-1', { spec: '014-invoice-portal', startedAt: '2026-11-23T12:59:59.499Z', heardAt: now }),
  linkSince: '2026-11-23T13:00:00.000Z',
  counts: { total: 3, totalKnown: true, pending: 1, running: 1, completed: 1, failed: 0, aborted: 0 },
  epoch: 'e1',
  version: 42,
  now,
  batches: [
    someBatch('a', 'completed'),
    someBatch('b', 'running'),
    someBatch('c', 'pending', { dependsOn: ['a', 'b'] }),
  ],
  ...changes,
})

const html = (state: Snapshot, batchId?: string) =>
  renderToString(
    <LiveProvider initialNow={state.now}>
      <RunView
        initial={state}
        firstSummary={<SummaryBlock run={state} />}
        {...(batchId !== undefined && { batchId })}
      />
    </LiveProvider>,
  ).replaceAll('<!-- -->', '')

/** The opening tag of the first element with this test id. */
const tag = (page: string, testid: string) => new RegExp(`<[^>]*data-testid="${testid}"[^>]*>`).exec(page)?.[0] ?? ''

describe('the run page as the server renders it', () => {
  it('[SYNC-8.1] [SYNC-8.2] holds the right numbers, and which state they are of', () => {
    const page = html(snapshot())
    expect(page).toContain('<title>1/3 014-invoice-portal, running</title>')
    expect(page).toMatch(/data-state-version="42" data-state-epoch="e1"/)
    expect(tag(page, 'run-status')).toContain('data-status="running"')
    expect(tag(page, 'run-elapsed')).toContain('data-seconds="2465"')
    expect(page).toMatch(/data-testid="batches-completed"[^>]*>1<span[^>]*>\/3<\/span>/)
    expect(page.match(/data-testid="batch-card"/g)).toHaveLength(3)
    expect(page).toContain('waits for Batch b')
  })

  it('[PAGE-1.6] counts the hours of a run of days on, and says how many days they are', () => {
    const page = html(snapshot({ startedAt: '2026-11-22T09:59:59.499Z' }))
    expect(tag(page, 'run-elapsed')).toContain('data-seconds="99665"')
    expect(page).toMatch(/<time dateTime="PT99665S" title="1 d 3 h 41 min 5 s">27:41:05</)
  })

  it('[RUN-3] shows a question mark while the total is not known', () => {
    const state = snapshot()
    expect(html({ ...state, counts: { ...state.counts, totalKnown: false } })).toMatch(/1<span[^>]*>\/\?<\/span>/)
  })

  it('[RUN-8.6] counts what the backend counts as completed, though no batch is known to be it', () => {
    const page = html(snapshot({ unnamedCompleted: 1 }))
    expect(page).toContain('<title>2/3 014-invoice-portal, running</title>')
    expect(page).toMatch(/data-testid="batches-completed"[^>]*>2<span[^>]*>\/3<\/span>/)
    expect(page).toContain('2 completed, 1 running')
    expect(page).toContain('or completed before')
    expect(page).not.toContain('waits for Batch b')
  })

  it('[RUN-16.7] [RUN-16.24] marks a duration that may be wrong, of the run and of a batch, and no other', () => {
    const state = snapshot()
    const marks = (page: string) => page.match(/data-testid="uncertain"/g)?.length ?? 0
    expect(marks(html(state))).toBe(0)
    const run = html({ ...state, durationUncertain: true })
    expect(tag(run, 'run-elapsed')).toContain('data-uncertain="true"')
    expect(marks(run)).toBe(1)
    const times = { startedAt: '2026-11-23T13:00:00.000Z', endedAt: '2026-11-23T13:10:00.000Z' }
    const batch = someBatch('a', 'completed', { ...times, durationUncertain: true })
    expect(marks(html({ ...state, batches: [batch] }))).toBe(1)
  })

  it('[RUN-9] freezes and labels the timer where the backend is lost, and keeps the status', () => {
    const page = html(snapshot({ link: { backend: 'down', docker: 'off' }, linkSince: '2026-11-23T13:30:00.000Z' }))
    expect(tag(page, 'run-elapsed')).toContain('data-seconds="1800"')
    expect(tag(page, 'run-status')).toContain('data-status="running"')
    expect(tag(page, 'link-backend')).toContain('data-link="down"')
    expect(page).toContain('last known')
    expect(page).toContain('Backend is gone')
  })

  it('[PAGE-8.4] says in its title that the count is last known', () => {
    const page = html(snapshot({ link: { backend: 'down', docker: 'off' }, linkSince: '2026-11-23T13:30:00.000Z' }))
    expect(page).toContain('<title>1/3 last known, 014-invoice-portal</title>')
  })

  it('[RUN-9] greys nothing of a run that is over', () => {
    const page = html(
      snapshot({
        status: 'completed',
        endedAt: '2026-11-23T13:20:00.000Z',
        link: { backend: 'down', docker: 'off' },
      }),
    )
    expect(tag(page, 'run-elapsed')).toContain('data-seconds="1200"')
    expect(page).not.toContain('last known')
    expect(page).not.toContain('Stop run')
  })

  it('[RUN-12] shows the first paragraph of an error and folds the rest', () => {
    const page = html(snapshot({ status: 'failed', endedAt: now, error: 'Merge failed', errorDetail: 'at merge.rs:1' }))
    expect(page).toMatch(/data-testid="run-error".*<b[^>]*>Merge failed\.<\/b>/)
    expect(page).toMatch(/<details[^>]*>.*at merge\.rs:1.*<\/details>/)
  })

  it('shows Docker off as off, and no batch as unknown', () => {
    const page = html(snapshot())
    expect(tag(page, 'link-docker')).toContain('data-link="off"')
    expect(tag(page, 'batch-card')).toContain('data-verdict="unknown"')
    expect(page).not.toContain('>unknown<')
  })

  it('[DOCK-2] shows the verdict beside each claim, and a finding with for how long it is so', () => {
    const since = '2026-11-23T13:40:20.000Z'
    const reason = `Backend says running; no container since ${since}. Check the backend’s log or stop the run.`
    const finding = { kind: 'ghost' as const, text: `Batch b: ${reason}`, at: since, batchId: 'b', containerId: null }
    const ghost = someBatch('b', 'running', { verdict: 'ghost', reason, reasonSince: since })
    const agrees = someBatch('a', 'completed', { verdict: 'agrees', ...seen(container('a', { removed: true })) })
    const page = html(
      snapshot({ link: { backend: 'live', docker: 'live' }, findings: [finding], batches: [agrees, ghost] }),
    )
    expect(page).toMatch(/data-batch-id="b"[^>]*data-verdict="ghost"/)
    expect(page).toMatch(/<button[^>]*>Batch b\.<\/button>Backend says running; no container for 45 s\. Check/)
    expect(page).toContain('Stop the run…')
    expect(page).not.toContain('container since 2026')
    expect(page).toContain('1 agrees, 1 differs')
  })

  it('[PAGE-13.5] tells one age of a claim, that of its link, and the last word apart from it', () => {
    const link = { backend: 'live', docker: 'live' } as const
    const facts = { link, linkSince: '2026-11-23T13:01:00.000Z', heardAt: '2026-11-23T13:38:00.000Z' }
    const head = html(snapshot(facts))
    expect(head).toMatch(/data-testid="link-backend"[^>]*live since 2026-11-23 13:01:00\.000 UTC"/)
    expect(head).toMatch(/data-testid="link-backend".*?>live<\/span> <span[^>]*><\/span>/)
    expect(head).toMatch(/last word <time[^>]*>3 min 5 s<\/time> ago/)
    const lost = html(snapshot({ ...facts, link: { ...link, backend: 'down' }, linkSince: '2026-11-23T13:41:01.000Z' }))
    expect(lost).toMatch(/data-testid="link-backend".*?>down<\/span> <span[^>]*><time[^>]*>4 s<\/time>/)
    expect(lost).toMatch(/data-testid="backend-banner".*?<time[^>]*>4 s<\/time>|data-testid="backend-banner".*?4 s old/)
  })

  it('[PAGE-13.6] says who started the run, where that is known', () => {
    expect(html(snapshot({ startedBy: 'ann' }))).toMatch(/Started <time[^>]*>[^<]*<\/time> by ann, on /)
    expect(html(snapshot({}))).toMatch(/Started <time[^>]*>[^<]*<\/time>, on /)
  })

  it('[PAGE-13.1] [PAGE-13.3] says once since when Docker is live, instead of empty columns', () => {
    const batches = [someBatch('a', 'completed'), someBatch('b', 'completed')]
    const link = { backend: 'live', docker: 'live' } as const
    const over = { link, batches, status: 'completed', endedAt: now } as const
    const page = html(snapshot({ ...over, dockerSince: now }))
    expect(page).toMatch(/2 not seen: Docker live since <time[^>]*>13:41:05/)
    expect(page).not.toContain('>evidence<')
    expect(page).not.toContain('>unknown<')
    // Docker was watched from the start: it is not said that it was not.
    const watched = html(snapshot({ ...over, dockerSince: '2026-11-23T12:00:00.000Z' }))
    expect(watched).toContain('2 not seen</span>')
  })

  it('[DOCK-9.11] shows why a container could not be started, in its row and its panel', () => {
    const failed = container('c', {
      ...{ state: 'created', startFailed: true, exitCode: 127, startedAt: null, finishedAt: null },
      error: 'exec: "/no/such/binary": no such file\u202e',
    })
    const page = html(
      snapshot({
        link: { backend: 'live', docker: 'live' },
        batches: [someBatch('a', 'running', { verdict: 'late', ...seen(failed) })],
      }),
      'a',
    )
    expect(page.match(/could not be started, exit 127, command not found/g)?.length).toBeGreaterThanOrEqual(3)
    expect(page).toContain('Docker’s error: exec: &quot;/no/such/binary&quot;: no such file\ufffd')
    expect(page).toContain('docker inspect cccccccccccc')
    expect(page).not.toContain('docker logs')
  })

  it('[DOCK-5] shows of a container how it ended and how to ask about it, also when it is gone', () => {
    const oom = container('c', { exitCode: 137, oomKilled: true })
    const page = html(
      snapshot({
        link: { backend: 'live', docker: 'live' },
        batches: [
          someBatch('a', 'completed', { verdict: 'conflict', ...seen(oom) }),
          someBatch('b', 'completed', { verdict: 'agrees', ...seen(container('b', { removed: true })) }),
        ],
      }),
    )
    expect(page).toContain('exited 137, out of memory')
    expect(page).toContain('Copy command: docker inspect cccccccccccc')
    expect(page).not.toContain('docker inspect bbbbbbbbbbbb')
  })

  it('[DOCK-7] opens a batch with claim beside evidence and every container it had', () => {
    const containers = [
      container('d', { exitCode: 1, removed: true }),
      container('e', { state: 'running', exitCode: null, finishedAt: null }),
    ]
    const state = snapshot({
      link: { backend: 'live', docker: 'live' },
      batches: [someBatch('a', 'running', { verdict: 'agrees', reason: 'Both say running.', ...seen(...containers) })],
    })
    const page = html(state, 'a')
    expect(page).toContain('data-testid="batch-panel"')
    expect(page).toContain('Both say running.')
    expect(page).toContain('docker logs -f eeeeeeeeeeee')
    expect(page).toContain('1 earlier container')
    expect(page).toContain('exited 1')
    expect(html(state, 'no-such-batch')).not.toContain('data-testid="batch-panel"')
  })

  it('[DOCK-3] marks evidence as old where Docker can’t be reached, with its age', () => {
    const page = html(
      snapshot({
        link: { backend: 'live', docker: 'down' },
        dockerSince: '2026-11-23T13:40:05.000Z',
        batches: [someBatch('a', 'running', { ...seen(container('a')) })],
      }),
    )
    expect(tag(page, 'link-docker')).toContain('data-link="down"')
    expect(page).toMatch(/data-testid="evidence-old".*?evidence as of 1 min 0 s ago/)
    expect(page).not.toContain('data-testid="agreeing"')
  })

  it('[RUN-13] says of a run that was found in the history that nobody follows its stream', () => {
    const page = html(snapshot({ basis: 'history', batches: [someBatch('a', 'running', { basis: 'history' })] }))
    expect(page).toContain('Found in the backend’s history; its stream is not followed.')
    expect(page).toContain('from history')
    expect(page).not.toContain('Stop run')
    expect(html(snapshot({ basis: 'history', status: 'completed' }))).not.toContain('history-banner')
  })

  it('[SAFE-4] renders what agents name as text, wherever it stands', () => {
    const evil = '"><img src=x onerror=alert(1)><script>1</script>'
    const page = html(
      snapshot({
        spec: evil,
        runId: evil,
        status: 'failed',
        error: evil,
        errorDetail: evil,
        findings: [{ kind: 'unproven-failure', text: evil, at: null, batchId: null, containerId: null }],
        batches: [someBatch(evil, 'failed', { name: evil, branch: evil, error: evil, dependsOn: [evil] })],
      }),
    )
    expect(page).not.toContain('<img')
    expect(page).not.toContain('<script>1')
  })
})

describe('the error of a batch', () => {
  const shown = (error: string) => {
    const text = html(snapshot({ batches: [someBatch('a', 'failed', { error })] }))
    const [, told] = /data-testid="batch-card".*?(<(?:p|details)\b.*?<\/(?:p|details)>)/s.exec(text) ?? []
    return told?.replaceAll(/<[^>]*>/g, '|')
  }

  it('stands in view with its first line that says anything', () => {
    expect(shown('\nError: x')).toMatch(/^\|Error: x\|$/)
    expect(shown('\r\n\r\n  foo\nbar')).toMatch(/\|foo\|+bar\|/)
  })

  it('says so where it has no words', () => {
    for (const error of ['', '   ', '\n', '\u001b[31m\u001b[0m'])
      expect(shown(error), JSON.stringify(error)).toContain('It failed without a word.')
  })
})
