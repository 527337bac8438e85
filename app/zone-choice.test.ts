import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { chooseZone, currentZoneCookie, onZoneChange, readerZone } from './zone-choice'

describe('what the cookie says', () => {
  it.each([
    ['', 'local', 'utc'],
    ['utc', 'utc', 'utc'],
    ['local:Europe/Berlin', 'local', 'Europe/Berlin'],
    ['local:Asia/Kathmandu', 'local', 'Asia/Kathmandu'],
    ['local:Mars/Base', 'local', 'utc'],
    ['local:', 'local', 'utc'],
    ['<script>', 'local', 'utc'],
    [`local:${'x'.repeat(10_000)}`, 'local', 'utc'],
  ])('[PAGE-1.4] %j: %s, in %s', (cookie, choice, zone) => {
    expect(readerZone(cookie)).toEqual({ choice, zone })
  })
})

describe('the choice in a browser', () => {
  let jar = ''
  let stores = true
  beforeEach(() => {
    jar = ''
    stores = true
    vi.stubGlobal('window', { location: { protocol: 'http:' } })
    vi.stubGlobal('document', {
      get cookie() {
        return jar
      },
      set cookie(text: string) {
        if (stores) jar = text.split(';')[0] ?? ''
      },
      addEventListener: () => undefined,
      removeEventListener: () => undefined,
    })
  })
  afterEach(() => vi.unstubAllGlobals())
  const own = `local:${new Intl.DateTimeFormat().resolvedOptions().timeZone}`

  it('[PAGE-1.4] is local until chosen, kept, and told', () => {
    const told = vi.fn()
    const end = onZoneChange(told)
    expect(currentZoneCookie()).toBe(own)
    expect(jar).toBe(`groundtruth-zone=${own}`)
    chooseZone('utc')
    expect(currentZoneCookie()).toBe('utc')
    expect(jar).toBe('groundtruth-zone=utc')
    expect(told).toHaveBeenCalledOnce()
    chooseZone('local')
    expect(currentZoneCookie()).toBe(own)
    end()
  })

  it('[PAGE-1.4] holds for the page’s life where the browser keeps no cookie', () => {
    stores = false
    chooseZone('utc')
    expect(currentZoneCookie()).toBe('utc')
    chooseZone('local')
    expect(currentZoneCookie()).toBe(own)
  })
})
