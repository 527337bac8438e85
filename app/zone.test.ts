import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { clockText, dayHeading, dayText, fullText, momentText, preciseClockText, sameDay } from './format'
import { isKnownZone, isRepeated, offsetAt, offsetText, zonedDate } from './zone'

/** Zones of every kind: UTC, whole hours, quarter hours, offsets over 12 hours, clocks set by an hour and by half an hour. */
const zones = [
  'utc',
  'Europe/Berlin',
  'America/New_York',
  'America/St_Johns',
  'Asia/Kathmandu',
  'Pacific/Apia',
  'Pacific/Tongatapu',
  'Pacific/Kiritimati',
  'Australia/Lord_Howe',
  'Africa/Casablanca',
]
const zone = fc.constantFrom(...zones)
const moment = fc.integer({ min: Date.parse('1990-01-01T00:00:00Z'), max: Date.parse('2060-01-01T00:00:00Z') })
/** Moments around a change of the clocks. */
const change = fc
  .tuple(
    fc.integer({ min: 2007, max: 2036 }),
    fc.constantFrom(2, 3, 9, 10),
    fc.integer({ min: 0, max: 35 * 86_400_000 }),
  )
  .map(([year, month, ms]) => Date.UTC(year, month, 1) + ms)

describe('[PAGE-1] the clock of a zone', () => {
  it.each([
    ['Europe/Berlin', '2026-10-25T00:30:00Z', '2026-10-25 02:30:00.000 +02:00'],
    ['Europe/Berlin', '2026-10-25T01:30:00Z', '2026-10-25 02:30:00.000 +01:00'],
    ['Europe/Berlin', '2026-03-29T00:59:59.999Z', '2026-03-29 01:59:59.999 +01:00'],
    ['Europe/Berlin', '2026-03-29T01:00:00Z', '2026-03-29 03:00:00.000 +02:00'],
    ['America/New_York', '2026-11-01T05:30:00Z', '2026-11-01 01:30:00.000 -04:00'],
    ['America/New_York', '2026-11-01T06:30:00Z', '2026-11-01 01:30:00.000 -05:00'],
    ['Australia/Lord_Howe', '2026-04-04T14:45:00Z', '2026-04-05 01:45:00.000 +11:00'],
    ['Australia/Lord_Howe', '2026-04-04T15:15:00Z', '2026-04-05 01:45:00.000 +10:30'],
    ['Asia/Kathmandu', '2026-11-23T18:15:00Z', '2026-11-24 00:00:00.000 +05:45'],
    ['Pacific/Tongatapu', '2026-12-31T11:00:00Z', '2027-01-01 00:00:00.000 +13:00'],
    ['utc', '2026-10-25T00:30:00.007Z', '2026-10-25 00:30:00.007 UTC'],
  ])('[PAGE-1.1] of %s at %s reads %s', (name, at, text) => {
    expect(fullText(Date.parse(at), name)).toBe(text)
  })

  it('[PAGE-1.1] names the zone and says the same in UTC', () => {
    expect(momentText(Date.parse('2026-10-25T00:30:00Z'), 'Europe/Berlin')).toBe(
      '2026-10-25 02:30:00.000 +02:00 (Europe/Berlin), 2026-10-25 00:30:00.000 UTC',
    )
  })

  it('[PAGE-1.1] in full reads back as the moment that it was written from, also where clocks are set', () => {
    fc.assert(
      fc.property(zone, fc.oneof(moment, change), (name, at) => {
        const [date, clock, offset] = fullText(at, name).split(' ')
        expect(Date.parse(`${date ?? ''}T${clock ?? ''}${offset === 'UTC' ? 'Z' : (offset ?? '')}`)).toBe(at)
      }),
    )
  })

  it('[PAGE-1.2] is what the machine itself would show', () => {
    fc.assert(
      fc.property(zone, fc.oneof(moment, change), (name, at) => {
        const shown = new Intl.DateTimeFormat('en-GB', { timeZone: name, dateStyle: 'short', timeStyle: 'medium' })
        const date = zonedDate(at, name).toISOString()
        expect(shown.format(at)).toBe(
          `${date.slice(8, 10)}/${date.slice(5, 7)}/${date.slice(0, 4)}, ${date.slice(11, 19)}`,
        )
      }),
    )
  })

  it('[PAGE-1.2] never shows two moments of one day alike', () => {
    fc.assert(
      fc.property(zone, change, fc.integer({ min: 1, max: 24 * 3_600_000 }), (name, at, later) => {
        const other = at + later
        if (sameDay(at, other, name)) expect(preciseClockText(at, name)).not.toBe(preciseClockText(other, name))
      }),
    )
    expect(clockText(Date.parse('2026-10-25T00:30:00Z'), 'Europe/Berlin')).toBe('02:30:00 +02:00')
    expect(clockText(Date.parse('2026-10-25T01:30:00Z'), 'Europe/Berlin')).toBe('02:30:00 +01:00')
    expect(clockText(Date.parse('2026-10-25T02:30:00Z'), 'Europe/Berlin')).toBe('03:30:00')
    expect(preciseClockText(Date.parse('2026-11-01T05:30:00.5Z'), 'America/New_York')).toBe('01:30:00.500 -04:00')
  })

  it('[PAGE-1.2] shows an offset only where it is needed', () => {
    fc.assert(
      fc.property(zone, moment, (name, at) => {
        const alike = [-3, -2, -1, 1, 2, 3].filter(halves => {
          const other = at + halves * 1_800_000
          return zonedDate(other, name).getTime() === zonedDate(at, name).getTime()
        })
        expect(isRepeated(at, name)).toBe(alike.length > 0)
      }),
    )
  })

  it('tells days apart by that clock', () => {
    const at = Date.parse('2026-12-31T23:30:00Z')
    expect(sameDay(at, at + 3_600_000, 'utc')).toBe(false)
    expect(sameDay(at, at + 3_600_000, 'Europe/Berlin')).toBe(true)
    expect(dayText(at, at, 'utc')).toBe('31 Dec')
    expect(dayText(at, at - 86_400_000, 'Europe/Berlin')).toBe('1 Jan 2027')
    expect(dayHeading(at, 'Europe/Berlin')).toBe('Fri 1 Jan 2027, UTC+01:00')
    expect(dayHeading(at, 'utc')).toBe('Thu 31 Dec 2026, UTC')
  })

  it('is written also for moments at the ends of what can be told, and for none', () => {
    expect(fullText(Date.parse('0000-01-01T00:00:00Z'), 'Europe/Berlin')).toMatch(/^0000-01-01 00:00:00.000/)
    expect(fullText(Date.parse('9999-12-31T23:59:59.999Z'), 'Pacific/Apia')).toMatch(/^9999-12-31 23:59:59.999/)
    expect(fullText(8_640_000_000_000_000, 'America/New_York')).toMatch(/^\+275760-09-13 00:00/)
    expect(fullText(NaN, 'Asia/Kathmandu')).toMatch(/^unknown day unknown time/)
  })

  it('knows a zone by its name, and nothing else', () => {
    for (const name of zones) expect(isKnownZone(name)).toBe(true)
    for (const name of ['', 'local', 'Etc/Unknown', 'Mars/Base', 'x'.repeat(65), '<b>', 'Europe/Berlin\n', '../etc'])
      expect([name, isKnownZone(name)]).toEqual([name, false])
  })

  it('asks the time zone database once an hour of the clock, not once a line', () => {
    const start = Date.parse('2031-07-01T00:00:00Z')
    const asked = vi.spyOn(Intl.DateTimeFormat.prototype, 'formatToParts')
    for (let line = 0; line < 10_000; line += 1) offsetAt(start + line * 100, 'Asia/Tokyo')
    expect(asked.mock.calls.length).toBeLessThanOrEqual(2)
    asked.mockRestore()
    expect(offsetText(start, 'Asia/Tokyo')).toBe('+09:00')
  })
})
