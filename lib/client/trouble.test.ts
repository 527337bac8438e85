import { describe, expect, it } from 'vitest'
import { troubleOf } from './trouble'

const polled = (description: unknown, responseText?: string, message = 'xhr poll error') =>
  Object.assign(new Error(message), { description, context: { responseText } })

describe('[SYNC-11.6] why a page has no connection', () => {
  it.each([
    [new Error('timeout'), { kind: 'silent' }],
    [new Error('server error'), { kind: 'foreign' }],
    [new Error('websocket error'), { kind: 'unreachable' }],
    [polled(0), { kind: 'unreachable' }],
    [polled(new Error('ECONNREFUSED')), { kind: 'unreachable' }],
    [polled(502, '<h1>Bad gateway</h1>'), { kind: 'http', status: 502 }],
    [polled(403, 'Refused'), { kind: 'http', status: 403 }],
    [polled(413, undefined, 'xhr post error'), { kind: 'http', status: 413 }],
    [polled(400, '{"code":1,"message":"Session ID unknown"}'), { kind: 'http', status: 400 }],
    [
      polled(403, '{"code":4,"message":"Too many pages are open"}'),
      { kind: 'refused', words: 'Too many pages are open' },
    ],
    [polled(403, `{"code":4,"message":"${'x'.repeat(201)}"}`), { kind: 'http', status: 403 }],
    [{ description: 'websocket connection closed' }, { kind: 'unreachable' }],
    [undefined, { kind: 'unreachable' }],
  ])('reads %j', (error, trouble) => {
    expect(troubleOf(error)).toEqual(trouble)
  })
})
