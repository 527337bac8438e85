import { Console } from 'node:console'
import { Writable } from 'node:stream'
import { expect, it } from 'vitest'
import { createLog } from './log'
import { capture } from './output'

class Stream extends Writable {
  raw = ''
  override _write(chunk: unknown, _: BufferEncoding, done: () => void): void {
    this.raw += String(chunk)
    done()
  }
}

function captured() {
  const [stdout, stderr] = [new Stream(), new Stream()]
  const lines: string[] = []
  capture({ stdout, stderr }, createLog('debug', { write: (line: string) => lines.push(line) }))
  return { stdout, stderr, lines, console: new Console(stdout, stderr) }
}

it('[SAFE-4.7] [SAFE-4.71] what a library prints is one line of the log each time, whatever it holds', () => {
  const { stdout, stderr, lines, console } = captured()
  const forged = '\n{"level":30,"audit":true,"action":"sign in"}\n\u001b[2J\u009b31mred'
  console.error(forged)
  console.log('ready in %d ms', 12)
  console.warn(new Error(forged))
  stderr.write(Buffer.from('bytes\n'))
  expect([stdout.raw, stderr.raw]).toEqual(['', ''])
  const read = lines.map(line => JSON.parse(line) as Record<string, unknown>)
  expect(read.map(({ level }) => level)).toEqual([50, 30, 50, 50])
  expect(read.map(({ audit }) => audit)).toEqual([undefined, undefined, undefined, undefined])
  expect(read[0]?.['msg']).toBe(`\n{"level":30,"audit":true,"action":"sign in"}\nred`)
  expect(read[1]?.['msg']).toBe('ready in 12 ms')
  expect(read[3]?.['msg']).toBe('bytes')
  for (const line of lines) expect(line.slice(0, -1)).not.toMatch(/[\n\u001b\u009b]/)
})

it('tells whoever waits that it is written', async () => {
  const { stdout } = captured()
  await new Promise<void>(resolve => stdout.write('a', () => resolve()))
  await new Promise<void>(resolve => stdout.write('b', 'utf8', () => resolve()))
})
