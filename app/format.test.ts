import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  ageText,
  clockText,
  dayText,
  durationAttribute,
  durationWords,
  elapsedText,
  preciseClockText,
  sameDay,
  tookText,
} from './format'

const noon = Date.parse('2026-11-23T12:18:36.007Z')

describe('elapsedText', () => {
  it('[RUN-7] writes HH:MM:SS and never a negative time', () => {
    expect(elapsedText(2465)).toBe('00:41:05')
    expect(elapsedText(-3)).toBe('00:00:00')
    expect(elapsedText(59.999)).toBe('00:00:59')
  })

  it('lets hours grow instead of wrapping at a day', () => {
    expect(elapsedText(3600 * 123 + 61)).toBe('123:01:01')
  })

  it('reads back as the seconds it was written from', () => {
    fc.assert(
      fc.property(fc.nat({ max: 10_000_000 }), seconds => {
        const [h = NaN, m = NaN, s = NaN] = elapsedText(seconds).split(':').map(Number)
        expect(m).toBeLessThan(60)
        expect(s).toBeLessThan(60)
        expect(h * 3600 + m * 60 + s).toBe(seconds)
      }),
    )
  })
})

describe('tookText', () => {
  it('leaves out the hours where there are none', () => {
    expect(tookText(250)).toBe('04:10')
    expect(tookText(3861)).toBe('1:04:21')
    expect(tookText(36_061)).toBe('10:01:01')
    expect(tookText(0)).toBe('00:00')
  })
})

describe('durations beyond a day', () => {
  it.each([
    [86_399, '23:59:59', '23:59:59', '23 h 59 min 59 s'],
    [86_400, '24:00:00', '24:00:00', '1 d'],
    [97_445, '27:04:05', '27:04:05', '1 d 3 h 4 min 5 s'],
    [360_000, '100:00:00', '100:00:00', '4 d 4 h'],
    [4_000_000, '1111:06:40', '1111:06:40', '46 d 7 h 6 min 40 s'],
    [0, '00:00:00', '00:00', '0 s'],
    [-5, '00:00:00', '00:00', '0 s'],
  ])('[PAGE-1.6] %d s read %s, %s, %s', (seconds, elapsed, took, words) => {
    expect([elapsedText(seconds), tookText(seconds), durationWords(seconds)]).toEqual([elapsed, took, words])
  })
})

describe('ageText', () => {
  it.each([
    [-500, '0 s'],
    [999, '0 s'],
    [12_000, '12 s'],
    [59_999, '59 s'],
    [60_000, '1 min 0 s'],
    [680_000, '11 min 20 s'],
    [3_600_000, '1 h 00 min'],
    [3_840_000, '1 h 04 min'],
    [86_400_000 * 3 + 3_600_000 * 4, '3 d 4 h'],
  ])('%d ms reads %s', (ms, text) => {
    expect(ageText(ms)).toBe(text)
  })
})

describe('clock times', () => {
  it('are UTC where asked, whatever zone this machine is in', () => {
    expect(clockText(noon, 'utc')).toBe('12:18:36')
    expect(preciseClockText(noon, 'utc')).toBe('12:18:36.007')
  })

  it('are this machine’s own in its own zone', () => {
    const local = new Date(2026, 10, 23, 7, 8, 9, 45).getTime()
    const { timeZone } = new Intl.DateTimeFormat().resolvedOptions()
    expect(preciseClockText(local, timeZone)).toBe('07:08:09.045')
  })

  it('tell days apart', () => {
    expect(sameDay(noon, noon + 3_600_000, 'utc')).toBe(true)
    expect(sameDay(noon, noon + 12 * 3_600_000, 'utc')).toBe(false)
    expect(sameDay(noon, noon + 365 * 86_400_000, 'utc')).toBe(false)
    expect(dayText(noon, noon, 'utc')).toBe('23 Nov')
    expect(dayText(Date.parse('2025-02-01T00:00:00Z'), noon, 'utc')).toBe('1 Feb 2025')
  })

  it('give a duration an element can carry', () => {
    expect(durationAttribute(2465.8)).toBe('PT2465S')
  })
})
