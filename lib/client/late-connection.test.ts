import { describe, expect, it } from 'vitest'
import { runScope } from '../sync/scope'
import { fromSnapshot } from '../sync/shapes'
import { someSnapshot, VirtualClock } from '../testing/sync/fixtures'
import { LatePart } from './late'
import { lateConnection, type ConnectionCode } from './late-connection'
import type { Connection, ConnectionEvents } from './connection'
import { codecs } from './scope-codecs'

const request = { scope: runScope('r') }

/** A connection that can be loaded only while `isThere`. */
function setUp({ isThere = true, answers = true } = {}) {
  const server = { isThere, answers }
  const clock = new VirtualClock()
  const log: string[] = []
  const connection: Connection = {
    ask: () => log.push('ask'),
    leave: () => log.push('leave'),
    reconnect: () => log.push('reconnect'),
    close: () => log.push('close'),
  }
  const code: ConnectionCode = {
    openConnection: () => {
      log.push('open')
      return connection
    },
    codecs,
  }
  const load = async () => {
    log.push('load')
    if (!server.isThere) throw new Error('404')
    return code
  }
  const events: ConnectionEvents = {
    up: () => undefined,
    down: () => undefined,
    carried: () => undefined,
    troubled: ({ kind }) => log.push(kind),
    closing: () => undefined,
    heard: () => undefined,
    visitor: () => undefined,
    outdated: () => log.push('outdated'),
    signedOut: () => undefined,
  }
  const part = new LatePart(load)
  const made = lateConnection({ load: () => part.get(), answers: async () => server.answers, setTimer: clock.setTimer })
  /** Lets everything happen that waits for no timer. */
  const settle = () => new Promise<void>(resolve => setImmediate(resolve))
  const pass = async (ms: number) => {
    clock.advance(ms)
    await settle()
  }
  const said = () => log.splice(0)
  return { server, ...made, open: () => made.openConnection(events), settle, pass, said }
}

describe('a connection that is loaded beside the first paint', () => {
  it('[SYNC-8.4] opens it once it is loaded, and passes on what it is asked from then on', async () => {
    const { open, settle, said } = setUp()
    const connection = open()
    connection.ask(request, 1, () => undefined)
    connection.leave(request.scope)
    expect(said()).toEqual(['load'])
    await settle()
    connection.ask(request, 1, () => undefined)
    connection.leave(request.scope)
    connection.reconnect()
    connection.close()
    expect(said()).toEqual(['open', 'ask', 'leave', 'reconnect', 'close'])
  })

  it('decodes as its codecs once it is loaded, and knows the empty states before', async () => {
    const late = setUp()
    for (const kind of ['runs', 'fleets', 'containers', 'logs'] as const) {
      expect(late.codecs[kind].state.empty).toEqual(codecs[kind].state.empty)
    }
    const { state, stamp } = fromSnapshot(someSnapshot('r'))
    const text = JSON.stringify(state)
    expect(() => late.codecs.runs.state.decode(text, late.codecs.runs.state.empty)).toThrow('before the connection')
    late.open()
    await late.settle()
    const decoded = late.codecs.runs.state.decode(text, late.codecs.runs.state.empty)
    expect(decoded).toEqual(state)
    expect(late.codecs.runs.state.digest(decoded)).toBe(codecs.runs.state.digest(state))
    expect(late.codecs.runs.present(decoded, stamp)).toEqual(someSnapshot('r'))
  })

  it('[SYNC-8.4] says that it has no connection if it can’t be loaded, and tries again every 1 to 2 s', async () => {
    const { server, open, settle, pass, said } = setUp({ isThere: false, answers: false })
    open()
    await settle()
    expect(said()).toEqual(['load', 'unreachable'])
    for (let attempt = 0; attempt < 5; attempt++) {
      await pass(999)
      expect(said()).toEqual([])
      await pass(1_001)
      expect(said()).toEqual(['load', 'unreachable'])
    }
    server.isThere = true
    await pass(2_000)
    expect(said()).toEqual(['load', 'open'])
  })

  it('tries again at once if the page wakes', async () => {
    const { server, open, settle, said } = setUp({ isThere: false })
    const connection = open()
    await settle()
    server.isThere = true
    connection.reconnect()
    await settle()
    expect(said()).toEqual(['load', 'unreachable', 'load', 'open'])
  })

  it('[SYNC-8.4] takes the server for one of another build if that answers three times, and can’t give it', async () => {
    const { server, open, settle, pass, said } = setUp({ isThere: false })
    open()
    await settle()
    await pass(2_000)
    server.answers = false
    await pass(2_000)
    server.answers = true
    await pass(2_000)
    await pass(2_000)
    expect(said()).not.toContain('outdated')
    await pass(2_000)
    expect(said()).toContain('outdated')
  })

  it('opens nothing, and tries no more, once it is closed', async () => {
    const loading = setUp()
    loading.open().close()
    await loading.settle()
    expect(loading.said()).toEqual(['load'])

    const failed = setUp({ isThere: false })
    const connection = failed.open()
    await failed.settle()
    connection.close()
    await failed.pass(10_000)
    expect(failed.said()).toEqual(['load', 'unreachable'])
  })
})
