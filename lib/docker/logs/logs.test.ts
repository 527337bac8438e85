import { Readable } from 'node:stream'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { DockerError } from '../engine/docker-error'
import { ContainerLog } from './logs'
import { idOf, inspectionOf } from '../../testing/docker/fixtures'

const ID = idOf(7)
const GONE = 'The container was removed before all of its output could be read: lines may be missing here.'

const unreachable = () => new DockerError('unreachable', 'Nobody listens.')
const notFound = () => new DockerError('not-found', 'Docker knows no such container or image.')
const refused = () => new DockerError('bad-answer', 'Docker answered with HTTP 501.')

const stamped = (n: number, text: string) => `2026-01-02T03:04:05.${String(n).padStart(9, '0')}Z ${text}`

function framed(text: string): Buffer {
  const header = Buffer.alloc(8)
  header[0] = 1
  header.writeUInt32BE(Buffer.byteLength(text), 4)
  return Buffer.concat([header, Buffer.from(text)])
}

/** A log of these lines that then ends, or is cut. */
const whole = (...texts: string[]) => ({ stream: Readable.from(texts.map(framed)), tty: false })
const terminal = (...texts: string[]) => ({ stream: Readable.from(texts.map(text => Buffer.from(text))), tty: true })
const cut = (...texts: string[]) => ({
  stream: Readable.from(
    (function* () {
      yield* texts.map(framed)
      throw Object.assign(new Error('aborted'), { code: 'ECONNRESET' })
    })(),
  ),
  tty: false,
})

type Answer<T> = T | DockerError
type Log = ReturnType<typeof whole>

/** An Engine that gives its answers in turn, and then repeats the last one. */
class Script {
  readonly where = 'the script'
  readonly asked: { what: 'inspect' | 'logs'; at: number; since: string | undefined }[] = []

  readonly #logAnswers: Answer<Log>[]
  readonly #states: Answer<'running' | 'exited'>[]

  constructor(logAnswers: Answer<Log>[], states: Answer<'running' | 'exited'>[]) {
    this.#logAnswers = logAnswers
    this.#states = states
  }

  async logs(_id: string, { since }: { since?: string }): Promise<Log> {
    this.asked.push({ what: 'logs', at: Date.now(), since })
    return next(this.#logAnswers)
  }

  async inspect(id: string) {
    this.asked.push({ what: 'inspect', at: Date.now(), since: undefined })
    return inspectionOf(id, { state: next(this.#states) })
  }
}

function next<T>(answers: Answer<T>[]): T {
  const answer = answers.length > 1 ? answers.shift() : answers[0]
  if (answer instanceof DockerError) throw answer
  if (answer === undefined) throw new Error('Nothing is left to answer.')
  return answer
}

/** Follows the log to its end without real waiting. Returns what was reported, in order. */
async function followed(source: Script, onLine = () => {}): Promise<string[]> {
  const told: string[] = []
  const log = new ContainerLog(source, ID, {
    line: ({ text }) => {
      onLine()
      told.push(text)
    },
    gap: text => told.push(`gap: ${text}`),
    ended: () => told.push('ended'),
    failed: error => told.push(`failed: ${String(error)}`),
  })
  log.start()
  for (let turn = 0; turn < 10_000 && !/^(ended|failed)/.test(told.at(-1) ?? ''); turn += 1)
    await vi.advanceTimersByTimeAsync(100)
  log.close()
  return told
}

describe('ContainerLog', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] })
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  it('[DOCK-8.1] [DOCK-8.4] reads once more when the container has ended, and tells nothing twice', async () => {
    const source = new Script(
      [whole(stamped(1, 'a\n')), whole(stamped(1, 'a\n'), stamped(1, 'b\n'), stamped(2, 'c\n'))],
      ['exited'],
    )
    expect(await followed(source)).toEqual(['a', 'b', 'c', 'ended'])
    expect(source.asked.map(({ what }) => what)).toEqual(['logs', 'inspect', 'logs'])
    expect(source.asked.at(-1)?.since).toBe('1767323044.500000001')
  })

  it('[DOCK-8.6] misses nothing of a container that is gone right after its log has ended', async () => {
    expect(await followed(new Script([whole(stamped(1, 'a\n')), notFound()], [notFound()]))).toEqual(['a', 'ended'])
    expect(await followed(new Script([whole(stamped(1, 'a\n')), notFound()], ['running']))).toEqual(['a', 'ended'])
  })

  it('[DOCK-8.6] has the last line of a terminal whose container is gone at once', async () => {
    const source = new Script([terminal(stamped(1, 'a\r\n'), stamped(2, 'no end')), notFound()], [notFound()])
    expect(await followed(source)).toEqual(['a', 'no end', 'ended'])
  })

  it('[DOCK-8.6] says so where the container is gone before all was surely read', async () => {
    const gap = `gap: ${GONE}`
    expect(await followed(new Script([notFound()], [notFound()]))).toEqual([gap, 'ended'])
    expect(await followed(new Script([cut(stamped(1, 'a\n'), stamped(2, 'b'))], [notFound()]))).toEqual([
      'a',
      'b',
      gap,
      'ended',
    ])
    // The container continued after its log had ended, unseen while Docker was away.
    const away = Array.from({ length: 12 }, unreachable)
    expect(await followed(new Script([whole(stamped(1, 'a\n'))], [...away, notFound()]))).toEqual(['a', gap, 'ended'])
  })

  it('[DOCK-8.7] says so where older output was dropped while nobody read', async () => {
    const source = new Script([cut(stamped(1, 'a\n')), whole(stamped(9, 'b\n'))], ['exited'])
    expect(await followed(source)).toEqual([
      'a',
      'gap: Docker has dropped older output of this container: lines may be missing here.',
      'b',
      'ended',
    ])
  })

  it('[DOCK-8.5] asks again with growing delay, at most every 10 s, for as long as Docker is away', async () => {
    const away = Array.from({ length: 30 }, unreachable)
    const source = new Script([...away, whole(stamped(1, 'a\n'))], ['exited'])
    expect(await followed(source)).toEqual(['a', 'ended'])
    const times = source.asked.slice(0, 30).map(({ at }) => at)
    const delays = times.slice(1).map((at, index) => at - times[index]!)
    expect(delays[0]).toBeLessThanOrEqual(250)
    expect(Math.max(...delays)).toBeLessThanOrEqual(10_100)
    expect(Math.min(...delays.slice(10))).toBeGreaterThanOrEqual(4_900)
  })

  it('[DOCK-8.8] gives up, and says so, where Docker has no log to give', async () => {
    const source = new Script([refused()], ['running'])
    expect(await followed(source)).toEqual([
      "gap: This container's output can't be read. Docker answered with HTTP 501.",
      'ended',
    ])
    expect(source.asked.length).toBeLessThan(20)
  })

  it('[DOCK-8.8] bears a few answers that are none', async () => {
    const source = new Script(
      [refused(), refused(), cut(stamped(1, 'a\n')), refused(), whole(stamped(1, 'a\n'))],
      ['exited'],
    )
    expect(await followed(source)).toEqual(['a', 'ended'])
  })

  it('[DOCK-8] asks nothing more once it is closed', async () => {
    const source = new Script([unreachable()], ['running'])
    const nothing = () => expect.unreachable('nothing is told after close')
    const log = new ContainerLog(source, ID, { line: nothing, gap: nothing, ended: nothing, failed: nothing })
    log.start()
    await vi.advanceTimersByTimeAsync(5_000)
    const { length } = source.asked
    expect(length).toBeGreaterThan(1)
    log.close()
    await vi.advanceTimersByTimeAsync(60_000)
    expect(source.asked).toHaveLength(length)
  })

  it('a fault of our own ends the following and is told as such', async () => {
    const source = new Script([whole(stamped(1, 'a\n'))], ['exited'])
    const told = await followed(source, () => {
      throw new RangeError('planted')
    })
    expect(told).toEqual(['failed: RangeError: planted'])
  })
})
