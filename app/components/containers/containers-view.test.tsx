import { renderToString } from 'react-dom/server'
import { describe, expect, it } from 'vitest'
import { LiveProvider } from '../../../lib/client/live'
import type { AgentContainer, ContainerList, Fleet } from '../../../lib/run/model'
import { someAgent, someRun } from '../../../lib/testing/run/documents'
import { ContainersView } from './containers-view'

const now = '2026-11-23T13:41:05.000Z'
const since = '2026-11-23T13:31:05.000Z'

const agent = (seed: string, changes: Partial<AgentContainer> = {}): AgentContainer =>
  someAgent(seed.repeat(64), {
    createdAt: since,
    startedAt: since,
    runId: 'run-1',
    batchId: 'mail',
    reason: 'Backend and Docker both say running.',
    ...changes,
  })

const list = (changes: Partial<ContainerList> = {}): ContainerList => ({
  epoch: 'e1',
  version: 7,
  now,
  docker: { link: 'live', error: null },
  dockerSince: since,
  containers: [agent('a')],
  ...changes,
})

const fleet: Fleet = {
  ...{ epoch: 'e1', version: 7, now, backend: 'http://127.0.0.1:3002', findings: [], imports: [] },
  ...{ link: { backend: 'live', docker: 'live' }, linkSince: null, dockerSince: since },
  runs: [someRun('run-1', { spec: '012-search-relevance' })],
}

const html = (state: ContainerList) =>
  renderToString(
    <LiveProvider initialNow={state.now}>
      <ContainersView initial={[{ list: state, fleet }]} />
    </LiveProvider>,
  ).replaceAll('<!-- -->', '')

describe('the containers page as the server renders it', () => {
  it('[SYNC-8.1] holds every container, which state that is, and the command that shows the same', () => {
    const page = html(list({ containers: [agent('a'), agent('b', { role: 'planning', runId: null, batchId: null })] }))
    expect(page).toContain('<title>Containers, 2 at work</title>')
    expect(page).toMatch(/data-state-version="7" data-state-epoch="e1"/)
    expect(page.match(/data-testid="container-row"/g)).toHaveLength(2)
    expect(page).toContain('docker ps -a --filter &#x27;name=^ckrv-&#x27;')
    expect(page).toContain('docker inspect aaaaaaaaaaaa')
    expect(page).toContain('href="/runs/run-1?batch=mail"')
    expect(page).toContain('planning')
    expect(page).toContain('10 min 0 s')
  })

  it('offers to stop what outlives its run, and nothing else', () => {
    const reason = `Container aaaaaaaaaaaa still runs; its run ended at ${since}. Read its log, then stop it.`
    const orphan = agent('a', { verdict: 'orphan', reason, reasonSince: since, stoppable: true })
    const page = html(list({ containers: [orphan, agent('b')] }))
    expect(page.match(/Stop…/g)).toHaveLength(1)
    expect(page).toContain('<title>(1) Containers')
    expect(page).toContain('its run ended 10 min 0 s ago.')
  })

  it('[CONTAINERS-1.2] names the batch and the spec of its run first, and one age', () => {
    const page = html(list())
    expect(page).toMatch(/>mail<.*title="run-1".*>012-search-relevance<.*aaaaaaaaaaaa/)
    expect(page.match(/started <\/span>/g)).toHaveLength(1)
    expect(page).not.toContain('created <')
  })

  it('[CONTAINERS-1.2] names a batch by its name, and has its id below; of a batch without another name the id alone', () => {
    const named = html(list({ containers: [agent('a', { batchName: 'Email Delivery' })] }))
    expect(named).toMatch(
      /<a [^>]*>Email Delivery<\/a>.*>012-search-relevance<.*data-testid="container-batch-id">mail</,
    )
    expect(html(list())).not.toContain('container-batch-id')
  })

  it('[CONTAINERS-1.3] folds many that ended as the backend says', () => {
    const ended = Array.from('bcdef0123').map(seed => agent(seed, { state: 'exited', exitCode: 0, verdict: 'agrees' }))
    const page = html(list({ containers: [agent('a'), ...ended] }))
    expect(page.match(/data-testid="container-row"/g)).toHaveLength(1)
    expect(page).toMatch(/aria-expanded="false"[^>]*>9 containers ended with exit code 0, as the backend says</)
    expect(page).toMatch(
      /<dt>left running <\/dt><dd class="num">0<.*<dt>at work <\/dt><dd class="num">1<.*<dt>ended <\/dt><dd class="num">9</,
    )
  })

  it('[DOCK-3] [CONTAINERS-1.4] shows what Docker last showed as old, says since when, and stops nothing by it', () => {
    const down = { docker: { link: 'down', error: 'connect ENOENT' }, dockerSince: since } as const
    const page = html(list({ ...down, containers: [agent('a', { stoppable: true })] }))
    expect(page).toMatch(/<main\b[^>]* data-old="true"/)
    expect(page).toMatch(/data-testid="docker-banner".*Docker can’t be reached since.*10 min 0 s ago.*connect ENOENT/)
    expect(page).toMatch(/<button[^>]*disabled=""[^>]*>.*?Stop…/)
    expect(page).toMatch(/left running .*?last known.*at work .*?last known.*ended .*?last known/)
    expect(page).toContain('at work, last known</title>')
    expect(html(list({ ...down, containers: [] }))).toContain('What exists now is not known.')
  })

  it('says what it means that there is none', () => {
    expect(html(list({ containers: [] }))).toContain('No container now')
    const off = html(list({ docker: { link: 'off', error: null }, dockerSince: null, containers: [] }))
    expect(off).toContain('Docker is not watched: DOCKER=off')
    expect(off).not.toContain('docker ps')
  })

  it('[DOCK-9.11] shows each state as docker ps does, and why a container could not be started', () => {
    const page = html(
      list({
        containers: [
          agent('a', { state: 'paused' }),
          agent('b', { state: 'restarting', restarted: { count: 5, exitCode: 3 } }),
          agent('c', {
            ...{ state: 'created', startFailed: true, exitCode: 127, startedAt: null },
            error: 'exec: "/no/such/binary": no such file\u202e',
          }),
        ],
      }),
    )
    for (const text of ['Up (Paused)', 'Restarting (3)', 'Created', 'could not be started, exit 127']) {
      expect(page).toContain(text)
    }
    expect(page).toContain('Docker’s error: exec: &quot;/no/such/binary&quot;: no such file\ufffd')
  })

  it('[SAFE-4] renders what agents name as text', () => {
    const evil = '"><img src=x onerror=alert(1)><script>1</script>'
    const page = html(
      list({
        containers: [
          agent('a', {
            name: evil,
            image: evil,
            runId: evil,
            batchId: '\ud800',
            reason: evil,
            error: evil,
            stateWord: evil,
          }),
        ],
      }),
    )
    expect(page).not.toContain('<img')
    expect(page).not.toContain('<script>1')
  })
})
