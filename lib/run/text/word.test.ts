import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { batchStatus, runStatus } from '../model'
import { observation } from '../observation'
import { spelled } from '../../testing/run/told-run'
import { canonicalWord } from './word'

const WORDS = [...new Set([...runStatus.options, ...batchStatus.options])]

describe('[RUN-15] an enumerated word', () => {
  it('[RUN-15.1] is the same in any letter case', () => {
    fc.assert(
      fc.property(fc.constantFrom(...WORDS), fc.nat(), (word, bits) => {
        expect(canonicalWord(spelled(word, bits))).toBe(word)
      }),
    )
  })

  it('[RUN-15.2] is another word with anything around or in it, such as spaces, a line break or a zero-width space', () => {
    const some = fc.constantFrom(' ', '\t', '\n', '\r\n', '\u00a0', '\u200b', '\ufeff', '"', '.', '\0', '\u0307')
    fc.assert(
      fc.property(fc.constantFrom(...WORDS), some, fc.nat(), fc.nat(), (word, odd, place, bits) => {
        const at = place % (word.length + 1)
        const text = spelled(word.slice(0, at) + odd + word.slice(at), bits)
        expect(WORDS).not.toContain(canonicalWord(text))
      }),
    )
  })

  it('[RUN-15.3] is spelled with ASCII letters alone: no other letter becomes one of them in lower case', () => {
    const letters = new Set(WORDS.join(''))
    const lookalikes: string[] = []
    for (let point = 0x80; point <= 0x10ffff; point += 1) {
      if (letters.has(canonicalWord(String.fromCodePoint(point)))) lookalikes.push(point.toString(16))
    }
    expect(lookalikes).toEqual([])
    for (const text of ['ABORTED', 'FAİLED', 'FAıLED', 'PENDİNG', 'ｆailed', 'ﬁled']) {
      expect(WORDS.includes(canonicalWord(text) as 'idle')).toBe(text === 'ABORTED')
    }
  })

  it('[RUN-15.4] is left as it is where it is too long to be one', () => {
    const long = 'X'.repeat(100_000)
    expect(canonicalWord(long)).toBe(long)
  })

  it('[RUN-15.5] is read so from a recording, too, of a version that kept it as it came', () => {
    const batch = {
      id: 'a',
      name: null,
      status: 'Completed',
      startedAt: null,
      endedAt: null,
      branch: null,
      error: null,
    }
    const told = {
      kind: 'history',
      at: 1,
      id: 'r',
      status: 'FAILED',
      dryRun: false,
      startedAt: 1,
      endedAt: 2,
      error: null,
    }
    expect(observation.parse({ ...told, batches: [batch] })).toMatchObject({
      ...{ status: 'failed', batches: [{ status: 'completed' }] },
    })
  })
})
