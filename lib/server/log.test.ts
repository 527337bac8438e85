import { describe, expect, it } from 'vitest'
import { createLog } from './log'

function sink(isTTY: boolean) {
  const lines: string[] = []
  return { lines, isTTY, write: (text: string) => lines.push(text) }
}

describe('log', () => {
  it('writes one JSON object per line', () => {
    const out = sink(false)
    createLog('info', out).warn({ runId: 'r1' }, 'stream lost')
    expect(out.lines.map(line => JSON.parse(line) as unknown)).toEqual([
      { level: 40, time: expect.any(Number) as number, runId: 'r1', msg: 'stream lost' },
    ])
  })

  it('writes short lines where a person watches, with the stack of an error', () => {
    const out = sink(true)
    createLog('info', out).error({ runId: 'r1', err: new Error('no route') }, 'stream lost')
    expect(out.lines.join('')).toMatch(/^\d\d:\d\d:\d\d ERROR stream lost \{"runId":"r1"\}\n    Error: no route\n +at /)
  })

  it('leaves out what is below its level', () => {
    const out = sink(false)
    createLog('warn', out).info('hello')
    expect(out.lines).toEqual([])
  })

  it.each([true, false])('[SAFE-2.37] cuts credentials from messages, fields and errors (terminal: %s)', isTTY => {
    const out = sink(isTTY)
    const url = 'https://ann:s3cret@example.org/x'
    createLog('info', out).info({ url, err: new Error(`connect ${url}`) }, `asking ${url}`)
    expect(out.lines.join('')).toContain('https://example.org/x')
    expect(out.lines.join('')).not.toContain('s3cret')
  })

  it.each([true, false])('[SAFE-4.34] [SAFE-4] [SAFE-4.47] masks secrets, and stays JSON (terminal: %s)', isTTY => {
    const out = sink(isTTY)
    const key = '-----BEGIN PRIVATE KEY-----\nMIIEowIBAAKCAQEAx7mYqF0yqY9w\n-----END PRIVATE KEY-----'
    createLog('info', out).info({ key, err: new Error('refused: API_KEY="aB3dE6gH9jK2"') }, 'asking')
    expect(out.lines.join('')).not.toMatch(/MIIE|aB3dE6/)
    expect(out.lines.join('')).toContain('•••')
    if (!isTTY) expect(out.lines.map(line => JSON.parse(line) as unknown)).toHaveLength(1)
  })

  it.each([true, false])('[SAFE-4.70] no text in it passes for a line of its own (terminal: %s)', isTTY => {
    const out = sink(isTTY)
    const forged = 'x\n12:00:00 INFO  sign in: done {"audit":true}\r\n{"audit":true}\u2028{"audit":true}'
    createLog('info', out).error({ text: forged, err: new Error(forged) }, forged)
    const [first, ...rest] = out.lines
      .join('')
      .trimEnd()
      .split(/[\n\r\u2028\u2029\u0085]/)
    expect(first).toContain('x')
    for (const line of rest) expect(line).toMatch(/^ {4}/)
    if (!isTTY) expect(rest).toEqual([])
  })

  it.each([true, false])('[SAFE-4.7] holds nothing that steers or deceives a terminal (terminal: %s)', isTTY => {
    const out = sink(isTTY)
    const text = 'a\u001b[2Jb\u009b2Jc\u202ed\u200be\u007f\u001b]0;owned'
    createLog('info', out).error({ text, err: new Error(text) }, text)
    expect(out.lines.join('')).toMatch(/a.*b.*c.*d.*e/)
    expect(out.lines.join('')).not.toMatch(/[^\P{Cc}\n]|[\u202e\u200b]/u)
    if (!isTTY) expect((JSON.parse(out.lines.join('')) as { msg: string }).msg).toBe(text)
  })
})
