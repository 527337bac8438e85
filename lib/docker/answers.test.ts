import { describe, expect, it } from 'vitest'
import { listed, parseEvent } from './answers'

describe('a label', () => {
  const long = `${'x'.repeat(4_095)}😀${'y'.repeat(100_000)}`
  const labels = { 'ckrv.run_id': long, 'ckrv.batch_id': 'setup' }
  const kept = { runId: `${'x'.repeat(4_095)}\ufffd`, batchId: 'setup' }

  it('[SAFE-5] is kept as far as any run is named, whoever tells it', () => {
    expect(listed.parse({ Id: 'a', State: 'running', Created: 1, Labels: labels }).labels).toEqual(kept)
    const event = { Action: 'start', Actor: { ID: 'a', Attributes: labels }, timeNano: 1 }
    expect(parseEvent(JSON.stringify(event)).labels).toEqual(kept)
  })
})
