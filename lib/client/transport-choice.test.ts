import { describe, expect, it } from 'vitest'
import { TransportChoice, TRANSPORT_TIMES } from './transport-choice'

const { rest, maxRest, works } = TRANSPORT_TIMES
const by = (choice: TransportChoice) => choice.next().transports.join()

describe('[SYNC-11] which transport is tried next', () => {
  it('[SYNC-11.1] is WebSocket first, then polling in the same attempt, also after refusals', () => {
    const choice = new TransportChoice()
    for (let attempt = 0; attempt < 3; attempt += 1) {
      expect(choice.next()).toEqual({
        transports: ['websocket', 'polling'],
        timeoutMs: TRANSPORT_TIMES.websocket,
      })
      choice.failed(false)
    }
  })

  it('[SYNC-11.1] [SYNC-11.2] is polling after a WebSocket that was not answered, and WebSocket after polling that led nowhere', () => {
    const choice = new TransportChoice()
    choice.failed(true)
    expect(by(choice)).toBe('polling')
    choice.failed(false)
    expect(by(choice)).toBe('websocket,polling')
    choice.failed(true)
    choice.failed(true)
    expect(by(choice)).toBe('websocket,polling')
  })

  it('stays polling after polling carried a page, until a WebSocket does', () => {
    const choice = new TransportChoice()
    choice.carried('polling', 0)
    choice.ended('cut', 5)
    expect(by(choice)).toBe('polling')
    choice.carried('polling', 10)
    choice.carried('websocket', 11)
    choice.proved()
    choice.ended('cut', 12)
    expect(by(choice)).toBe('websocket,polling')
  })

  it('[SYNC-11.3] is polling alone after two WebSockets in a row that were cut before they carried anything, or one that stays mute', () => {
    const cut = new TransportChoice()
    cut.carried('websocket', 0)
    cut.ended('cut', 1)
    expect(by(cut)).toBe('websocket,polling')
    cut.carried('websocket', 2)
    cut.ended('cut', 3)
    expect(by(cut)).toBe('polling')
    cut.failed(false)
    expect(by(cut)).toBe('websocket,polling')

    const mute = new TransportChoice()
    mute.carried('websocket', 0)
    mute.proved()
    mute.ended('mute', works - 1)
    expect(by(mute)).toBe('polling')
  })

  it.each(['told', 'cut'] as const)(
    'is WebSocket again however often one that carried something is ended (%s)',
    how => {
      const choice = new TransportChoice()
      for (let time = 0; time < 10; time += 1) {
        choice.carried('websocket', time)
        choice.proved()
        choice.ended(how, time)
        expect(by(choice)).toBe('websocket,polling')
      }
    },
  )

  it('[SYNC-11.3] is WebSocket again after one that carried the page for a minute, and then fell mute', () => {
    const choice = new TransportChoice()
    choice.carried('websocket', 0)
    choice.ended('mute', works)
    expect(by(choice)).toBe('websocket,polling')
  })

  it('[SYNC-11.4] probes only while polling carries the page, each time after twice as long, up to a bound', () => {
    const choice = new TransportChoice()
    expect(choice.probeIn()).toBeNull()
    choice.carried('polling', 0)
    const waits = Array.from({ length: 8 }, () => {
      const wait = choice.probeIn()
      choice.probed(false)
      return wait
    })
    expect(waits).toEqual([rest, 2 * rest, 4 * rest, 8 * rest, maxRest, maxRest, maxRest, maxRest])
    choice.probed(true)
    choice.ended('told', 1)
    expect(by(choice)).toBe('websocket,polling')
    choice.carried('websocket', 2)
    expect(choice.probeIn()).toBeNull()
    // The WebSocket did not last, so the wait for the next probe is as long as before.
    choice.ended('mute', 3)
    choice.carried('polling', 4)
    expect(choice.probeIn()).toBe(maxRest)
    choice.probed(true)
    choice.carried('websocket', 5)
    choice.ended('cut', 5 + works)
    choice.carried('polling', 6 + works)
    expect(choice.probeIn()).toBe(rest)
  })
})
