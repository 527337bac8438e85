import { EventEmitter } from 'node:events'
import { expect, it } from 'vitest'
import { joinFrames } from './joined-frame'

it('[SYNC-4.3] joins the parts of a broadcast’s frame once, for all pages', () => {
  const pages = Array.from({ length: 3 }, () => new EventEmitter())
  for (const page of pages) joinFrames(page)
  const options = { wsPreEncodedFrame: [Buffer.from([0x81, 3]), Buffer.from('abc')] }
  const joined = pages.map(page => {
    page.emit('packetCreate', { options, data: 'abc' })
    return options.wsPreEncodedFrame
  })
  expect(joined[0]).toEqual([Buffer.from([0x81, 3, 97, 98, 99])])
  expect(joined.every(frame => frame === joined[0])).toBe(true)
})

it('leaves packets alone that are no broadcast, or have a frame in one part', () => {
  const page = new EventEmitter()
  joinFrames(page)
  const options = { wsPreEncodedFrame: [Buffer.from('x')], compress: false }
  const [frame] = options.wsPreEncodedFrame
  for (const packet of [{ data: '2' }, { options: {} }, { options }]) page.emit('packetCreate', packet)
  expect(options).toEqual({ wsPreEncodedFrame: [frame], compress: false })
})
