import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { documentCodec } from './state-codec'
import { DocumentChannel, HISTORY_LENGTH, HISTORY_STEPS } from './document-channel'
import { emptyDocument, type Document } from './document'
import { anyDocument, throughText } from '../testing/sync/fixtures'

const counting = () => {
  let n = 0
  const channel = new DocumentChannel(() => ({ fields: { n }, items: [] }))
  return { channel, count: (times = 1) => Array.from({ length: times }, () => (n++, channel.advance())) }
}

describe('a document in versions', () => {
  it('[SYNC-2.1] gives whoever has an earlier version exactly what is missing, or nothing', () => {
    fc.assert(
      fc.property(fc.array(anyDocument, { minLength: 1, maxLength: 8 }), documents => {
        let source = documents[0] ?? emptyDocument
        const channel = new DocumentChannel(() => source)
        const versions = new Map([[channel.version, documentCodec.decode(channel.state(), emptyDocument)]])
        for (source of documents) {
          channel.advance()
          versions.set(channel.version, documentCodec.decode(channel.state(), emptyDocument))
        }
        expect(throughText(channel.document)).toEqual(throughText(source))
        for (const [version, document] of versions) {
          let state: Document = document
          let at = version
          for (const step of channel.since(version) ?? []) {
            expect(step.from).toBe(at)
            state = documentCodec.apply(state, step.diff)
            at = step.to
          }
          expect(at).toBe(channel.version)
          expect(state).toEqual(channel.document)
          expect(documentCodec.digest(state)).toBe(channel.digest())
        }
      }),
    )
  })

  it('[SYNC-2.3] proves nothing to a version from the future or before its history', () => {
    const { channel, count } = counting()
    count(HISTORY_STEPS + 1)
    expect(channel.since(channel.version)).toEqual([])
    expect(channel.since(channel.version + 1)).toBeNull()
    expect(channel.since(2)).toHaveLength(HISTORY_STEPS)
    expect(channel.since(1)).toBeNull()
    expect(channel.since(0)).toBeNull()
  })

  it('[SYNC-2.3] bounds its history by length too', () => {
    let text = 'x'
    const channel = new DocumentChannel(() => ({ fields: { text }, items: [] }))
    for (let n = 0; n < 5; n++) {
      text = `${n}`.repeat(HISTORY_LENGTH / 3)
      channel.advance()
    }
    expect(channel.since(channel.version - 2)).toHaveLength(2)
    expect(channel.since(channel.version - 3)).toBeNull()
    text = 'y'.repeat(HISTORY_LENGTH)
    channel.advance()
    expect(channel.since(channel.version - 1)).toBeNull()
  })

  it('has no new version where nothing changed', () => {
    const { channel, count } = counting()
    count()
    expect(channel.advance()).toBeNull()
    expect(channel.version).toBe(2)
  })

  it('keeps its own copy: what the owner does to its objects is a change like any other', () => {
    const batch = { id: 'a', status: 'running' }
    const channel = new DocumentChannel(() => ({ fields: {}, items: [batch] }))
    batch.status = 'completed'
    expect(channel.advance()?.diff).toBe('{"items":[{"status":"completed","id":"a"}]}')
  })

  it('[SYNC-4.3] encodes a version once, and [SYNC-6.1] digests it once', () => {
    const { channel } = counting()
    const encode = vi.spyOn(JSON, 'stringify')
    const first = [channel.state(), channel.digest()]
    const { length } = encode.mock.calls
    expect(length).toBeGreaterThan(0)
    expect([channel.state(), channel.digest()]).toEqual(first)
    expect(encode).toHaveBeenCalledTimes(length)
    encode.mockRestore()
  })

  it('forgets its history at rest, and then proves only its own version', () => {
    const { channel, count } = counting()
    count(3)
    channel.rest()
    expect(channel.since(3)).toBeNull()
    expect(channel.since(4)).toEqual([])
    count()
    expect(channel.since(4)).toHaveLength(1)
  })
})
