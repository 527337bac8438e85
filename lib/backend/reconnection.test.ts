import { expect, it } from 'vitest'
import { Reconnection, type EndedConnection } from './reconnection'

const REFUSED: EndedConnection = { openFor: null, hasDelivered: false, isLeft: false }
const FRUITLESS: EndedConnection = { ...REFUSED, openFor: 10 }

it('[RUN-9.8] three connections in a row that brought nothing new are reported once, also if the backend then goes away', () => {
  const reconnection = new Reconnection()
  const ended = [FRUITLESS, REFUSED, FRUITLESS, FRUITLESS, REFUSED, REFUSED, FRUITLESS]
  expect(ended.map(connection => reconnection.after(connection).isStalled)).toEqual([
    false,
    false,
    false,
    true,
    false,
    false,
    false,
  ])
})

it.each([
  ['brought something new', { ...FRUITLESS, hasDelivered: true }],
  ['lasted', { ...FRUITLESS, openFor: 5_001 }],
  ['was ended from here', { ...REFUSED, isLeft: true }],
])('[RUN-9.7] after one that %s there is no pause, and the next pause is short again', (_, connection) => {
  const reconnection = new Reconnection()
  for (let n = 0; n < 8; n += 1) reconnection.after(FRUITLESS)
  expect(reconnection.after(FRUITLESS).pause).toBeGreaterThanOrEqual(5_000)
  expect(reconnection.after(connection)).toEqual({ pause: 0, isStalled: false })
  expect(reconnection.after(FRUITLESS).pause).toBeLessThanOrEqual(250)
})
