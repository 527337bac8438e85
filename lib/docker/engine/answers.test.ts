import { describe, expect, it } from 'vitest'
import { shortName } from '../../run/text/kept-text'
import { listed, parseEvent } from './answers'

describe('a label', () => {
  const long = `${'x'.repeat(4_095)}😀${'y'.repeat(100_000)}`
  const labels = { 'ckrv.run_id': long, 'ckrv.batch_id': 'setup' }
  const kept = { runId: shortName(long), batchId: 'setup' }

  it('[DOCK-1.21] [SAFE-5.1] is kept as names are, whoever tells it', () => {
    expect(shortName(long)).toHaveLength(256)
    expect(listed.parse({ Id: 'a', State: 'running', Created: 1, Labels: labels }).labels).toEqual(kept)
    const event = { Action: 'start', Actor: { ID: 'a', Attributes: labels }, timeNano: 1 }
    expect(parseEvent(JSON.stringify(event)).labels).toEqual(kept)
  })
})

describe('a time that is none', () => {
  it.each([1e300, -1e300, 8_640_000_000_001])('[SAFE-4] such as %d s makes no container unreadable', Created => {
    const { createdAt } = listed.parse({ Id: 'a', State: 'running', Created })
    expect(new Date(createdAt).toISOString()).toBe('1970-01-01T00:00:00.000Z')
  })
})
