import { describe, expect, it } from 'vitest'
import { documentCodec } from './state-codec'
import { emptyDocument, type Document } from './document'
import { HEARTBEAT_MS, COALESCE_MS, MAX_COALESCE_MS, MemoryPublisher } from './memory-publisher'
import { answer, heard, type Heard, type ServerEvent } from './messages'
import { fleetScope, logScope, runScope, type Scope } from './scope'
import { TestLog, VirtualClock } from '../testing/sync/fixtures'

const scope = runScope('r')

function setUp(incarnation = 'p') {
  const clock = new VirtualClock()
  const sent: (Heard & { at: number })[] = []
  const rooms = new Map<Scope, number>([[scope, 1]])
  const failures: { scope: Scope; error: unknown }[] = []
  let looks = 0
  const publisher = new MemoryPublisher({
    broadcast: (_scope, event, message) => {
      sent.push({ ...heard.parse({ event, message }), at: clock.now })
    },
    audience: name => rooms.get(name) ?? 0,
    failed: (name, error) => failures.push({ scope: name, error }),
    now: () => clock.now,
    setTimer: clock.setTimer,
    incarnation,
  })
  const start = clock.now
  let n = 0
  const source = (): Document => {
    looks++
    return { fields: { n }, items: [] }
  }
  return {
    clock,
    publisher,
    rooms,
    failures,
    source,
    looks: () => looks,
    change: () => {
      n++
      publisher.touch(scope)
    },
    silently: () => {
      n++
    },
    /** The messages that were sent since the last call, each with its time since the start. */
    take: (...events: ServerEvent[]) =>
      sent
        .splice(0)
        .filter(({ event }) => events.length === 0 || events.includes(event))
        .map(({ event, message, at }) => ({ event, at: at - start, ...message })),
  }
}

describe('publishing', () => {
  it('[SYNC-1.1] names in every push the epoch, the scope and the versions it leads from and to', async () => {
    const { publisher, source, change, take } = setUp()
    publisher.open(scope, source)
    const before = await publisher.read(scope)
    change()
    expect(take()).toEqual([
      {
        event: 'push',
        at: 0,
        scope,
        epoch: before?.epoch,
        from: before?.version,
        to: 2,
        now: '2026-01-01T00:00:00.000Z',
        diff: '{"fields":{"n":1}}',
      },
    ])
  })

  it.each([
    [1, COALESCE_MS],
    [200, COALESCE_MS],
    [300, 30],
    [500, MAX_COALESCE_MS],
    [2_000, MAX_COALESCE_MS],
  ])(
    '[SYNC-4.1] [SYNC-4.2] [SYNC-4.5] sends the first change at once to %i pages, and what follows together, %i ms later at most',
    async (pages, coalesce) => {
      const { publisher, source, rooms, clock, change, take } = setUp()
      publisher.open(scope, source)
      await publisher.read(scope)
      rooms.set(scope, pages)
      change()
      const until = clock.now + 2.5 * coalesce
      while (clock.now < until) {
        clock.advance(5)
        change()
      }
      clock.advance(1_000)
      expect(take('push').map(({ at }) => at)).toEqual([0, coalesce, 2 * coalesce, 3 * coalesce])
      change()
      expect(take('push')).toHaveLength(1)
    },
  )

  it('[SYNC-4.2] sends the first line at once, and what follows together, 50 ms later at most', async () => {
    const { publisher, rooms, clock, take } = setUp()
    const [name, log] = [logScope('r'), new TestLog()]
    log.add('a')
    publisher.openLog(name, log)
    rooms.set(name, 1)
    await publisher.resume(name, {})
    for (let n = 0; n <= 12; n++) {
      log.add('b')
      publisher.touch(name)
      clock.advance(10)
    }
    clock.advance(1_000)
    expect(take('push').map(({ at }) => at)).toEqual([0, 50, 100, 150])
  })

  it('[SYNC-4.3] sends one message a version, however many pages listen', async () => {
    const { publisher, source, rooms, change, take } = setUp()
    publisher.open(scope, source)
    await publisher.read(scope)
    rooms.set(scope, 500)
    change()
    expect(take()).toHaveLength(1)
  })

  it('makes no version where nothing changed, and does not hold up the change that follows', async () => {
    const { publisher, source, change, clock, take } = setUp()
    publisher.open(scope, source)
    await publisher.read(scope)
    publisher.touch(scope)
    clock.advance(1)
    change()
    expect(take()).toMatchObject([{ event: 'push', from: 1, to: 2, at: 1 }])
  })

  it('[SYNC-4.4] reads nothing for a scope without pages, and catches up for whoever comes', async () => {
    const { publisher, source, rooms, change, clock, looks, take } = setUp()
    rooms.set(scope, 0)
    publisher.open(scope, source)
    for (let n = 0; n < 10; n++) change()
    clock.advance(10 * HEARTBEAT_MS)
    expect(looks()).toBe(0)
    expect(take()).toEqual([])
    expect(await publisher.read(scope)).toMatchObject({ version: 1, document: { fields: { n: 10 } } })
    change()
    expect(await publisher.read(scope)).toMatchObject({ version: 2, document: { fields: { n: 11 } } })
    expect(looks()).toBe(2)
  })

  it('stops gathering for pages that have left', async () => {
    const { publisher, source, rooms, change, clock, looks } = setUp()
    publisher.open(scope, source)
    await publisher.read(scope)
    change()
    change()
    rooms.set(scope, 0)
    clock.advance(COALESCE_MS)
    expect(looks()).toBe(2)
  })
})

describe('joining', () => {
  it('[SYNC-2.1] [SYNC-2.2] [SYNC-2.3] is answered with diffs where they are provably complete, else with one snapshot', async () => {
    const { publisher, source, change } = setUp()
    publisher.open(scope, source)
    const first = await publisher.read(scope)
    const epoch = first?.epoch ?? ''
    change()
    const known = { epoch, version: 1 }
    expect(await publisher.resume(scope, known)).toMatchObject({
      kind: 'diffs',
      version: 2,
      steps: [{ from: 1, to: 2 }],
    })
    expect(await publisher.resume(scope, { epoch, version: 2 })).toMatchObject({ kind: 'diffs', version: 2, steps: [] })
    for (const unproved of [{}, { epoch }, { version: 1 }, { epoch: 'other', version: 1 }, { epoch, version: 3 }]) {
      const got = answer.parse(await publisher.resume(scope, unproved))
      expect(got).toMatchObject({ kind: 'snapshot', epoch, version: 2 })
      expect(got.kind === 'snapshot' && documentCodec.decode(got.state, emptyDocument)).toEqual({
        fields: { n: 1 },
        items: [],
      })
    }
  })

  it('[SYNC-3.1] sees all that changed before, and pushes begin where the answer ends', async () => {
    const { publisher, source, change, clock, take } = setUp()
    publisher.open(scope, source)
    await publisher.read(scope)
    change()
    change()
    const got = await publisher.resume(scope, {})
    expect(got).toMatchObject({ kind: 'snapshot', version: 3 })
    change()
    clock.advance(COALESCE_MS)
    expect(take('push')).toMatchObject([{ to: 2 }, { to: 3 }, { from: 3, to: 4 }])
  })

  it('[SYNC-8.2] [SYNC-8.3] agrees with what was rendered: reading and joining speak of the same versions', async () => {
    const { publisher, source, change, rooms } = setUp()
    rooms.set(scope, 0)
    publisher.open(scope, source)
    change()
    const rendered = await publisher.read(scope)
    change()
    rooms.set(scope, 1)
    const got = await publisher.resume(scope, rendered ?? {})
    expect(got).toMatchObject({ kind: 'diffs', steps: [{ from: rendered?.version, diff: '{"fields":{"n":2}}' }] })
  })

  it('is refused where nothing is open', async () => {
    const { publisher } = setUp()
    expect(await publisher.resume(scope, {})).toEqual({ kind: 'error', error: 'not-found' })
    expect(await publisher.read(scope)).toBeUndefined()
    expect(await publisher.snapshot(scope)).toBeUndefined()
  })
})

describe('epochs', () => {
  it('[SYNC-2.4] [REC-7.14] are never used twice: not after a restart, a renewal, or a scope that opens again', async () => {
    const seen = new Set<string>()
    const look = async ({ publisher }: ReturnType<typeof setUp>) => seen.add((await publisher.read(scope))?.epoch ?? '')
    for (const incarnation of ['p', 'q']) {
      const server = setUp(incarnation)
      server.publisher.open(scope, server.source)
      await look(server)
      server.publisher.resetEpoch(scope)
      await look(server)
      server.publisher.close(scope)
      server.publisher.open(scope, server.source)
      await look(server)
    }
    expect(seen.size).toBe(6)
    const random = new MemoryPublisher({ broadcast: () => undefined, audience: () => 0, failed: () => undefined })
    random.open(scope, () => ({ fields: {}, items: [] }))
    expect((await random.read(scope))?.epoch).not.toBe('')
    random.stop()
  })

  it('[SYNC-6.1] go on beating beside a source that throws, which is read again at its next change', () => {
    const { publisher, source, clock, rooms, take, failures } = setUp()
    const error = new Error('cannot be read')
    let broken = true
    publisher.open(fleetScope, () => {
      if (broken) throw error
      return { fields: {}, items: [] }
    })
    publisher.open(scope, source)
    rooms.set(fleetScope, 1)
    publisher.touch(fleetScope)
    expect(failures).toEqual([{ scope: fleetScope, error }])
    clock.advance(2 * HEARTBEAT_MS)
    expect(failures).toHaveLength(3)
    expect(take('beat')).toMatchObject([{ scope }, { scope }])
    broken = false
    publisher.touch(fleetScope)
    clock.advance(HEARTBEAT_MS)
    expect(failures).toHaveLength(3)
    expect(take('beat')).toMatchObject([{ scope: fleetScope }, { scope }])
  })

  it('[RUN-14] begin anew with a snapshot to everybody when another execution takes the place', async () => {
    const { publisher, source, change, silently, take } = setUp()
    publisher.open(scope, source)
    const before = await publisher.read(scope)
    change()
    take()
    silently()
    publisher.resetEpoch(scope)
    const [sent, ...more] = take()
    expect(sent).toMatchObject({ event: 'snapshot', version: 1, state: '{"fields":{"n":2},"items":[]}' })
    expect(more).toEqual([])
    expect(await publisher.resume(scope, before ?? {})).toMatchObject({ kind: 'snapshot', version: 1 })
  })
})

describe('beats', () => {
  it('[SYNC-6.1] say every 5 s where each scope with pages is, also when idle', async () => {
    const { publisher, source, rooms, clock, take } = setUp()
    const log = new TestLog()
    log.add('a')
    publisher.open(scope, source)
    publisher.open(fleetScope, source)
    publisher.openLog(logScope('r'), log)
    rooms.set(logScope('r'), 1)
    clock.advance(2 * HEARTBEAT_MS)
    const beats = take('beat')
    expect(beats.map(({ at, scope: name }) => [at, name])).toEqual([
      [HEARTBEAT_MS, scope],
      [HEARTBEAT_MS, logScope('r')],
      [2 * HEARTBEAT_MS, scope],
      [2 * HEARTBEAT_MS, logScope('r')],
    ])
    const published = await publisher.read(scope)
    const digest = published && documentCodec.digest(published.document)
    expect(beats[0]).toMatchObject({ epoch: published?.epoch, version: 1, digest })
    expect(beats[1]).toMatchObject({ version: 1, digest: null })
  })

  it('[SYNC-6.1] look at the source, so that a change nobody announced is at most 5 s late', async () => {
    const { publisher, source, silently, clock, take } = setUp()
    publisher.open(scope, source)
    await publisher.read(scope)
    silently()
    clock.advance(HEARTBEAT_MS)
    const [push, beat] = take()
    expect(push).toMatchObject({ event: 'push', from: 1, to: 2 })
    expect(beat).toMatchObject({ event: 'beat', version: 2 })
  })

  it('let a scope that nobody listens to forget its history after a while', async () => {
    const { publisher, source, rooms, change, clock } = setUp()
    publisher.open(scope, source)
    const known = (await publisher.read(scope)) ?? {}
    change()
    rooms.set(scope, 0)
    clock.advance(11 * HEARTBEAT_MS)
    expect(await publisher.resume(scope, known)).toMatchObject({ kind: 'diffs' })
    clock.advance(HEARTBEAT_MS)
    expect(await publisher.resume(scope, known)).toMatchObject({ kind: 'snapshot' })
  })
})

describe('logs', () => {
  it('[SYNC-1.2] are pushed line by line, and [SYNC-2.1] resumed from the log itself', async () => {
    const { publisher, rooms, clock, take } = setUp()
    const name = logScope('r')
    const log = new TestLog()
    rooms.set(name, 1)
    publisher.openLog(name, log)
    const empty = await publisher.resume(name, {})
    expect(empty).toMatchObject({ kind: 'snapshot', version: 0, state: '{"lines":[],"dropped":0}' })
    for (const text of ['a', 'b', 'c']) {
      log.add(text)
      publisher.touch(name)
    }
    clock.advance(MAX_COALESCE_MS)
    expect(take('push')).toMatchObject([
      { from: 0, to: 1 },
      { from: 1, to: 3 },
    ])
    const epoch = 'epoch' in empty ? empty.epoch : ''
    expect(await publisher.resume(name, { epoch, version: 1 })).toMatchObject({
      kind: 'diffs',
      steps: [{ from: 1, to: 3 }],
    })
    expect(await publisher.read(name)).toBeUndefined()
  })

  it('send everybody a snapshot where no step would be complete', async () => {
    const { publisher, rooms, take } = setUp()
    const name = logScope('r')
    const log = new TestLog(2)
    rooms.set(name, 1)
    publisher.openLog(name, log)
    await publisher.resume(name, {})
    for (const text of ['a', 'b', 'c']) log.add(text)
    publisher.touch(name)
    expect(take()).toMatchObject([{ event: 'snapshot', version: 3 }])
  })
})

describe('the end', () => {
  it('[SYNC-9.1] of a scope is told to its pages', async () => {
    const { publisher, source, change, clock, take } = setUp()
    publisher.open(scope, source)
    await publisher.read(scope)
    change()
    change()
    take()
    publisher.close(scope)
    expect(take()).toEqual([{ event: 'gone', at: 0, scope }])
    clock.advance(2 * HEARTBEAT_MS)
    publisher.touch(scope)
    publisher.resetEpoch(scope)
    publisher.close(scope)
    expect(take()).toEqual([])
  })

  it('[SYNC-5.2] gives a socket that has drained the newest state in one message', async () => {
    const { publisher, source, rooms, change } = setUp()
    publisher.open(scope, source)
    await publisher.read(scope)
    rooms.set(scope, 0)
    change()
    change()
    expect(await publisher.snapshot(scope)).toMatchObject({ version: 2, state: '{"fields":{"n":2},"items":[]}' })
  })

  it('leaves no timer behind', async () => {
    const { publisher, source, change, clock } = setUp()
    publisher.open(scope, source)
    await publisher.read(scope)
    change()
    publisher.stop()
    expect(clock.pending).toBe(0)
  })

  it('is needed before a scope can be opened again', () => {
    const { publisher, source } = setUp()
    publisher.open(scope, source)
    expect(() => publisher.open(scope, source)).toThrow('open already')
  })
})
