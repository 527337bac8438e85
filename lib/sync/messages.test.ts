import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { hash } from '../run/hash'
import { diffOfDocument, document } from './state-schemas'
import { canonical } from './json'
import { answer, handshake, heard, PROTOCOL, subscribe, unsubscribe, visitor } from './messages'
import { throughText } from '../testing/sync/fixtures'

const now = '2026-01-01T00:00:00.000Z'
const push = { epoch: 'e', scope: 'run/r', now, from: 1, to: 2, diff: '{}' }

describe('messages', () => {
  it('have their shape pinned to the number of the protocol: who changes one, changes the other', () => {
    // Logs are left out: the model defines the shape of a line.
    const shapes = [handshake, subscribe, unsubscribe, answer, heard, visitor, document, diffOfDocument]
    const pin = hash(canonical(shapes.map(shape => throughText(z.toJSONSchema(shape, { unrepresentable: 'any' })))))
    expect({ PROTOCOL, pin }).toMatchInlineSnapshot(`
      {
        "PROTOCOL": 7,
        "pin": 8317206001805340,
      }
    `)
  })

  it('[SYNC-1.1] are refused without epoch, scope or versions', () => {
    expect(heard.safeParse({ event: 'push', message: push }).success).toBe(true)
    for (const key of Object.keys(push)) {
      const whole: Record<string, unknown> = push
      const { [key]: _missing, ...rest } = whole
      expect(heard.safeParse({ event: 'push', message: rest }).success).toBe(false)
    }
  })

  it('from a page are refused where they make no sense', () => {
    expect(subscribe.parse({ scope: 'run/a', epoch: 'e', version: 0 })).toEqual({
      scope: 'run/a',
      epoch: 'e',
      version: 0,
    })
    const wrong = [null, {}, { scope: 'x' }, { scope: 'fleet', version: -1 }, { scope: 'fleet', version: 1.5 }]
    const long = [
      { scope: 'fleet', epoch: '' },
      { scope: 'fleet', epoch: 'x'.repeat(101) },
    ]
    for (const request of [...wrong, ...long]) expect(subscribe.safeParse(request).success).toBe(false)
    expect(handshake.safeParse({ protocol: PROTOCOL + 1 }).success).toBe(false)
    expect(handshake.safeParse(undefined).success).toBe(false)
  })
})
