import { describe, expect, it } from 'vitest'
import type { EngineEvent, Inspection } from './engine/answers'
import {
  afterEvent,
  afterInspection,
  recordOfEvent,
  recordOfListed,
  removed,
  type ContainerRecord,
} from './container-record'
import { eventOf, idOf, inspectionOf, listedOf } from '../testing/docker/fixtures'

const id = idOf(1)
const CREATED = 1_000_000
const created = recordOfEvent(eventOf(id, 'create', CREATED))

const after = (
  life: ContainerRecord,
  ...events: [EngineEvent['action'], number, Partial<EngineEvent>?][]
): ContainerRecord =>
  events.reduce((known, [action, at, more]) => afterEvent(known, eventOf(id, action, at, more), at + 7), life)
const inspected = (life: ContainerRecord, more: Partial<Inspection>, fresh = true, now = 9) =>
  afterInspection(life, inspectionOf(id, more), fresh, now)

const running = after(created, ['start', CREATED + 10])
const exited = { state: 'exited', startedAt: CREATED + 9, finishedAt: CREATED + 500, exitCode: 3 } as const

describe('[DOCK-5] the life of a container', () => {
  it('[DOCK-5.57] is told by its events', () => {
    expect(created.facts).toMatchObject({ state: 'created', createdAt: CREATED, exitCode: null, removed: false })
    expect(running.facts).toMatchObject({ state: 'running', startedAt: CREATED + 10, seenRunningAt: CREATED + 17 })
    const paused = after(running, ['pause', CREATED + 20])
    expect(paused.facts.state).toBe('paused')
    expect(after(paused, ['unpause', CREATED + 30]).facts.state).toBe('running')
    const over = after(running, ['die', CREATED + 40, { exitCode: 3 }])
    expect(over.facts).toMatchObject({
      state: 'exited',
      exitCode: 3,
      finishedAt: CREATED + 40,
      seenEndedAt: CREATED + 47,
    })
    expect(after(over, ['unpause', CREATED + 50], ['pause', CREATED + 60])).toEqual(over)
    expect(after(over, ['rename', CREATED + 50, { name: 'ckrv-b' }]).facts.name).toBe('ckrv-b')
    expect(after(over, ['destroy', CREATED + 50]).facts).toEqual({ ...over.facts, removed: true })
  })

  it('[DOCK-5.52] [DOCK-5.53] is told more exactly by an inspection, also by one that comes after its end', () => {
    const over = after(running, ['die', CREATED + 502, { exitCode: 3 }], ['destroy', CREATED + 503])
    const { facts } = inspected(over, { ...exited, createdAt: CREATED - 1, oomKilled: true }, false)
    const { createdAt, startedAt, finishedAt, oomKilled } = facts
    expect({ createdAt, startedAt, finishedAt, oomKilled }).toEqual({
      createdAt: CREATED - 1,
      startedAt: CREATED + 9,
      finishedAt: CREATED + 500,
      oomKilled: true,
    })
    expect(facts).toMatchObject({ removed: true, exitCode: 3, seenEndedAt: over.facts.seenEndedAt })
  })

  it('[DOCK-1.9] is not set back by an inspection that an event has overtaken', () => {
    const over = after(running, ['die', CREATED + 502, { exitCode: 3 }])
    const late = inspected(over, { state: 'running', startedAt: CREATED + 9 }, false)
    expect(late.facts).toMatchObject({ state: 'exited', exitCode: 3, startedAt: CREATED + 9 })
  })

  it('[DOCK-1.10] is not set back by events that an inspection has overtaken', () => {
    const over = inspected(created, exited)
    expect(after(over, ['start', CREATED + 12]).facts).toEqual(over.facts)
    expect(after(over, ['start', CREATED + 12], ['die', CREATED + 510, { exitCode: 3 }]).facts).toEqual(over.facts)
  })

  it('runs once its start is told, though an inspection that was overtaken knew the moment before', () => {
    const known = inspected(created, { state: 'running', startedAt: CREATED + 9 }, false)
    expect(known.facts.state).toBe('created')
    expect(after(known, ['start', CREATED + 12]).facts).toMatchObject({
      state: 'running',
      startedAt: CREATED + 9,
      seenRunningAt: CREATED + 19,
    })
  })

  it('[DOCK-5.54] has no exit code before its end, whatever an inspection shows', () => {
    const alive = inspected(created, { state: 'running', startedAt: CREATED, exitCode: 0, finishedAt: 5 })
    expect(alive.facts).toMatchObject({ exitCode: null, finishedAt: null, seenEndedAt: null })
    expect(inspected(created, { exitCode: 127 }).facts.exitCode).toBeNull()
  })

  it('[DOCK-1.10] [DOCK-5.59] begins anew with another start', () => {
    const over = after(running, ['oom', CREATED + 20], ['kill', CREATED + 30, { signal: '9' }], ['die', CREATED + 40])
    expect(over.facts.oomKilled).toBe(true)
    const fresh = { state: 'running', exitCode: null, oomKilled: false, finishedAt: null, seenEndedAt: null }
    const again = after(over, ['start', CREATED + 60_000])
    expect(again.facts).toMatchObject({ ...fresh, seenRunningAt: CREATED + 60_007 })
    expect(again.killedAt).toBeNull()
    const looked = inspected(over, { state: 'running', startedAt: CREATED + 60_000 })
    expect(looked.facts).toMatchObject({ ...fresh, seenRunningAt: 9 })
    // Late events of the start before are ignored.
    const late = after(looked, ['oom', CREATED + 20], ['kill', CREATED + 30, { signal: '9' }], ['die', CREATED + 40])
    expect(late).toEqual(looked)
    expect(inspected(looked, exited, false).facts).toMatchObject({ state: 'running', startedAt: CREATED + 60_000 })
  })

  it('[DOCK-5.55] was out of memory where an event or an inspection says so', () => {
    const told = after(running, ['oom', CREATED + 20], ['die', CREATED + 500])
    expect(inspected(told, { ...exited, oomKilled: false }).facts.oomKilled).toBe(true)
    expect(inspected(running, { ...exited, oomKilled: true }).facts.oomKilled).toBe(true)
  })

  it.each([
    [true, 900_000, '9', 137],
    [true, 895_000, '9', 137],
    [false, 894_999, '9', 137],
    [false, 900_000, '15', 137],
    [false, 900_000, '9', 0],
  ])(
    '[DOCK-5.56] timed out: %s, when sent a kill after %i ms with signal %s, and exited with %i',
    (timedOut, at, signal, exitCode) => {
      const start = CREATED + 10
      const killed = after(running, ['kill', start + at, { signal }])
      expect(killed.facts.timedOut).toBe(false)
      expect(after(killed, ['die', start + at + 5, { exitCode }]).facts.timedOut).toBe(timedOut)
      const end = { state: 'exited', startedAt: start, finishedAt: start + at, exitCode } as const
      expect(inspected(killed, end).facts.timedOut).toBe(timedOut)
    },
  )

  it('[DOCK-5.54] [DOCK-5.57] is known from a list, or from its absence there', () => {
    const listed = recordOfListed(listedOf(id, { state: 'running', createdAt: 3_000 }), 9)
    expect(listed.facts).toMatchObject({ state: 'running', createdAt: 3_000, seenRunningAt: 9 })
    expect(removed(listed, 11).facts).toMatchObject({
      state: 'running',
      removed: true,
      exitCode: null,
      seenEndedAt: 11,
    })
    const late = after(removed(running, 11), ['die', CREATED + 20, { exitCode: 3 }])
    expect(late.facts).toMatchObject({ state: 'exited', exitCode: 3, removed: true, seenEndedAt: 11 })
  })

  it('[DOCK-9.2] [DOCK-9.15] could not begin where an inspection of a created one tells an error', () => {
    const known = inspected(created, {}, true, 5)
    const failed = inspected(known, { exitCode: 127, error: 'no such file' }, true, 9_005)
    expect(failed.facts).toMatchObject({
      ...{ state: 'created', startFailed: true, exitCode: 127, error: 'no such file' },
      ...{ startedAt: null, finishedAt: null, seenRunningAt: null, seenStateAt: 5, seenEndedAt: 9_005 },
    })
    // Some Engines send a `die` for a failed start.
    const told = after(known, ['die', CREATED + 20, { exitCode: 127 }])
    expect(inspected(told, { exitCode: 127, error: 'no such file' }).facts).toMatchObject({
      ...{ state: 'created', startFailed: true, seenEndedAt: CREATED + 27 },
    })
    // A user has repaired it, and started it again.
    expect(after(failed, ['start', CREATED + 60_000]).facts).toMatchObject({
      ...{ state: 'running', startFailed: false, exitCode: null, error: null, seenEndedAt: null },
    })
    expect(removed(failed, 9_999).facts).toMatchObject({ startFailed: true, exitCode: 127, seenEndedAt: 9_005 })
  })

  it('[DOCK-9.3] is in its state since that was first seen', () => {
    const paused = after(running, ['pause', CREATED + 20])
    expect(paused.facts.seenStateAt).toBe(CREATED + 27)
    const again = inspected(paused, { state: 'paused', startedAt: CREATED + 9 }, true, CREATED + 900)
    expect(again.facts).toMatchObject({ seenStateAt: CREATED + 27, seenRunningAt: CREATED + 17 })
    expect(after(again, ['unpause', CREATED + 1_000]).facts).toMatchObject({
      ...{ seenStateAt: CREATED + 1_007, seenRunningAt: CREATED + 17 },
    })
  })

  it('[DOCK-9.4] [DOCK-9.18] [DOCK-9.19] is restarted by the Engine: how often, after which exit, and since when, attempt by attempt', () => {
    const restarting = (life: ContainerRecord, count: number, at: number) =>
      inspected(
        life,
        { state: 'restarting', restarts: count, exitCode: 3, startedAt: at - 9, finishedAt: at },
        true,
        at,
      )
    const runs = (life: ContainerRecord, count: number, at: number) =>
      inspected(life, { state: 'running', restarts: count, startedAt: at }, true, at)
    const first = restarting(after(running, ['die', CREATED + 500, { exitCode: 3 }]), 0, CREATED + 510)
    const since = CREATED + 510
    expect(first.facts).toMatchObject({ state: 'restarting', exitCode: null, seenEndedAt: null })
    expect(first.facts.restarted).toEqual({ count: 0, exitCode: 3, since })
    // This start has the same time as the start before it.
    const second = runs(after(first, ['start', CREATED + 610]), 1, CREATED + 611)
    expect(second.facts).toMatchObject({ state: 'running', seenRunningAt: CREATED + 611 })
    expect(second.facts.restarted).toEqual({ count: 1, exitCode: 3, since })
    // Between its death and the next inspection it does not count as ended.
    const died = after(second, ['die', CREATED + 700, { exitCode: 4 }])
    expect(died.facts).toMatchObject({ state: 'restarting', exitCode: null, seenEndedAt: null })
    expect(died.facts.restarted).toEqual({ count: 1, exitCode: 4, since })
    const third = after(restarting(died, 1, CREATED + 710), ['start', CREATED + 4_000])
    expect(third.facts).toMatchObject({ state: 'running', seenRunningAt: CREATED + 4_007 })
    expect(third.facts.restarted).toEqual({ count: 1, exitCode: 3, since })
    // After a long run a new series of attempts begins.
    const late = after(third, ['die', CREATED + 20_000, { exitCode: 3 }])
    expect(late.facts.restarted?.since).toBe(CREATED + 20_007)
    expect(restarting(late, 2, CREATED + 20_010).facts.restarted?.since).toBe(CREATED + 20_007)
  })

  it('[DOCK-9.4] [DOCK-9.17] has ended once the Engine gives up, or it is stopped or removed', () => {
    const waits = inspected(running, { state: 'restarting', restarts: 3, exitCode: 3, startedAt: CREATED + 9 })
    const gaveUp = inspected(waits, { ...exited, restarts: 3 }, true, 70)
    expect(gaveUp.facts).toMatchObject({ state: 'exited', exitCode: 3, seenEndedAt: 70, restarted: { count: 3 } })
    expect(removed(waits, 80).facts).toMatchObject({ removed: true, exitCode: 3, seenEndedAt: 80 })
    expect(after(waits, ['stop', CREATED + 60]).facts).toEqual(waits.facts)
    // A user started it, and its policy has not restarted it yet.
    const byHand = inspected(gaveUp, { state: 'running', startedAt: CREATED + 90_000, restarts: 0 })
    expect(byHand.facts).toMatchObject({ state: 'running', restarted: null })
  })

  it('[DOCK-9.7] is as healthy as the last word of it, until it ends or starts again', () => {
    const ill = after(running, ['health_status', CREATED + 20, { health: 'unhealthy' }])
    expect(ill.facts.health).toBe('unhealthy')
    expect(after(ill, ['health_status', CREATED + 30]).facts.health).toBe('unhealthy')
    expect(after(ill, ['health_status', CREATED + 30, { health: 'healthy' }]).facts.health).toBe('healthy')
    expect(after(ill, ['die', CREATED + 40, { exitCode: 1 }]).facts.health).toBeNull()
    expect(after(ill, ['start', CREATED + 60_000]).facts.health).toBeNull()
    expect(inspected(running, { state: 'running', startedAt: CREATED + 9, health: 'starting' }).facts.health).toBe(
      'starting',
    )
  })

  it('[DOCK-9.10] keeps the Engine’s own word for a state until another is told', () => {
    const odd = inspected(running, { state: 'running', stateWord: 'hibernating', startedAt: CREATED + 9 })
    expect(odd.facts.stateWord).toBe('hibernating')
    expect(after(odd, ['die', CREATED + 40, { exitCode: 1 }]).facts.stateWord).toBeNull()
    expect(inspected(odd, { state: 'running', startedAt: CREATED + 9 }).facts.stateWord).toBeNull()
  })
})
