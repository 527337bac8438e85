import { renderToString } from 'react-dom/server'
import { describe, expect, it } from 'vitest'
import { someContainers, someFleet, someSnapshot } from '../testing/sync/fixtures'
import { LiveProvider, useBatchLog, useLog, useRun, useServerTime, useSync } from './live'
import { useContainerLists, useFleet, useFleets } from './live-sites'

const run = someSnapshot('r')
const fleet = someFleet('r', 's')
const containers = someContainers('c', 'd')
const fleets = [fleet]
const lists = [containers]

function Everything() {
  const live = {
    run: useRun(run),
    fleet: useFleet(fleet),
    fleets: useFleets(fleets),
    log: useLog({ runId: 'r', importId: null }),
    sync: useSync(),
  }
  const docker = { containers: useContainerLists(lists)[0], batchLog: useBatchLog({ runId: 'r', importId: null }, 'a') }
  const time = { now: useServerTime(), slow: useServerTime(60_000) }
  return <>{JSON.stringify({ ...live, ...docker, ...time })}</>
}

const render = () =>
  renderToString(
    <LiveProvider initialNow={run.now}>
      <Everything />
    </LiveProvider>,
  ).replaceAll('&quot;', '"')

describe('the first HTML', () => {
  it('[SYNC-8.1] holds what the page was rendered with, and does not claim to be live', () => {
    const connecting = { sync: 'connecting', checkedAt: null, gone: false }
    expect(JSON.parse(render())).toMatchObject({
      run: { state: run, ...connecting },
      fleet: { state: fleet, ...connecting },
      log: { state: { lines: [], dropped: 0 }, ...connecting },
      containers: { state: containers, ...connecting },
      batchLog: { state: { lines: [], dropped: 0 }, ...connecting },
      sync: { sync: 'connecting', checkedAt: null },
    })
  })

  it('[RUN-7] has the server’s time of that render, to the millisecond, so that the browser’s first render agrees', () => {
    expect(JSON.parse(render())).toMatchObject({ now: Date.parse(run.now), slow: Date.parse(run.now) })
  })
})

it('hooks say what they miss outside a provider', () => {
  expect(() => renderToString(<Everything />)).toThrow('LiveProvider')
})
