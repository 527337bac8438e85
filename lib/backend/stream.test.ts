import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import type { Observation } from '../run/observation'
import { drawNumbers } from '../testing/support/draw'
import { often } from '../testing/support/often'
import { RunStream } from './stream'

const MINUTE = 60_000
const CUTS = often(15, 50)
const T0 = Date.parse('2026-01-05T10:00:00Z')
const frame = (message: string, n: number) =>
  JSON.stringify({ type: 'log', message, timestamp: new Date(T0 + n).toISOString().replace('Z', '123456+00:00') })
const lines = (count: number, word = 'line') => Array.from({ length: count }, (_, n) => `${word} ${String(n)}`)
const frames = (count: number, word = 'line') => lines(count, word).map(frame)

type Serve = (socket: WebSocket, nth: number, request: IncomingMessage) => void
const closing: (() => void)[] = []

/** A backend that runs the test's function on its nth socket, counted from 1. */
const backend = async (serve: Serve): Promise<{ url: URL; sockets: WebSocket[] }> => {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', autoPong: false, perMessageDeflate: false })
  const sockets: WebSocket[] = []
  server.on('connection', (socket, request) => {
    sockets.push(socket)
    socket.on('error', () => undefined)
    serve(socket, sockets.length, request)
  })
  await once(server, 'listening')
  closing.push(() => {
    for (const socket of sockets) socket.terminate()
    server.close()
  })
  return { url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`), sockets }
}

const send = (socket: WebSocket, texts: readonly string[]): void => {
  for (const text of texts) socket.send(text)
}

const realTimeout = setTimeout

/** Waits on the real clock, also if the code under test has another clock. */
const until = async (condition: () => boolean): Promise<void> => {
  const deadline = performance.now() + 50_000
  while (!condition()) {
    if (performance.now() > deadline) throw new Error('waited in vain')
    await new Promise(resolve => realTimeout(resolve, 2))
  }
}

class Follower {
  readonly observed: Observation[] = []
  readonly log: string[] = []
  readonly odd: string[] = []
  stalls = 0
  caughtUp = 0
  readonly stream: RunStream

  constructor(
    url: URL,
    runId = 'run-1',
    heard: (text: string, follower: Follower) => void = () => undefined,
    begun = false,
  ) {
    this.stream = new RunStream(url, runId, {
      observed: (observation, fresh) => {
        this.observed.push(observation)
        if (observation.kind !== 'message' || !fresh) return
        this.log.push(observation.text)
        heard(observation.text, this)
      },
      odd: reason => this.odd.push(reason),
      caughtUp: () => (this.caughtUp += 1),
      stalled: () => (this.stalls += 1),
    })
    closing.push(() => {
      this.stream.close()
    })
    this.stream.open(begun)
  }

  kinds(kind: Observation['kind']): number {
    return this.observed.filter(observation => observation.kind === kind).length
  }

  /** Resolves once the log holds `count` lines. */
  async heard(count: number): Promise<void> {
    await until(() => this.log.length >= count)
  }
}

afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
  for (const close of closing.splice(0).reverse()) close()
})

describe('what is heard', () => {
  it('[RUN-2] comes in order, with the connection’s beginning and end', async () => {
    const { url } = await backend(socket => {
      send(socket, frames(100))
    })
    const follower = new Follower(url)
    await follower.heard(100)
    expect(follower.log).toEqual(lines(100))
    expect(follower.observed[0]).toMatchObject({ kind: 'opened', connection: 1 })
  })

  it('[RUN-11] may be that the backend does not know the run', async () => {
    const { url } = await backend(socket => {
      socket.send('{"type":"error","message":"Execution not found."}', () => {
        socket.terminate()
      })
    })
    const follower = new Follower(url)
    await until(() => follower.kinds('unknown-run') > 0)
    expect(follower.log).toEqual([])
  })

  it('[SAFE-4.41] leaves out what is no message, says so, and goes on', async () => {
    const { url } = await backend(socket => {
      socket.send(Buffer.from('{"type":"log","message":"binary"}'), { binary: true })
      send(socket, ['not JSON', '{"type":"status","status":"odd"}', frame('after', 1)])
    })
    const follower = new Follower(url)
    await until(() => follower.log.includes('after'))
    expect(follower.odd).toEqual(['binary frame', 'not JSON', 'unknown run status odd'])
    expect(follower.kinds('closed')).toBe(0)
  })

  it('[SAFE-5.46] may be a line of 5 MB, of which 64 KiB are kept', async () => {
    const { url } = await backend(socket => {
      send(socket, [frame('x'.repeat(5_000_000), 1), frame('after', 2)])
    })
    const follower = new Follower(url)
    await follower.heard(2)
    expect(follower.log[0]?.length).toBeLessThan(70_000)
    expect(follower.log[1]).toBe('after')
  })

  it('[SAFE-4] may be invalid UTF-8: a byte costs a character, not the frame', async () => {
    const { url } = await backend(socket => {
      socket.send(Buffer.concat([Buffer.from('{"type":"log","message":"a'), Buffer.from([0xff]), Buffer.from('b"}')]), {
        binary: false,
      })
    })
    const follower = new Follower(url)
    await follower.heard(1)
    expect(follower.log).toEqual(['a\ufffdb'])
  })

  it(
    '[SAFE-5.47] beyond a bound waits in the backend’s socket, and none of it is lost',
    { timeout: 60_000 },
    async () => {
      const pause = vi.spyOn(WebSocket.prototype, 'pause')
      const resume = vi.spyOn(WebSocket.prototype, 'resume')
      const big = 'x'.repeat(1_000_000)
      const { url } = await backend(socket => {
        send(
          socket,
          Array.from({ length: 48 }, (_, n) => frame(`${String(n)} ${big}`, n)),
        )
      })
      // So slow until the bound is reached that the backend always has the next frames ready, also on a busy machine.
      const follower = new Follower(url, 'run-1', () => {
        const until = performance.now() + (pause.mock.calls.length === 0 ? 150 : 0)
        while (performance.now() < until);
      })
      await follower.heard(48)
      expect(pause).toHaveBeenCalled()
      expect(resume).toHaveBeenCalled()
      expect(follower.log.map(text => Number(text.split(' ')[0]))).toEqual([...Array(48).keys()])
    },
  )
})

describe('where it connects', () => {
  const asked = async (from: (url: URL) => URL, runId: string) => {
    const requests: IncomingMessage[] = []
    const { url } = await backend((_, __, request) => requests.push(request))
    new Follower(from(url), runId)
    await until(() => requests.length > 0)
    return requests[0]
  }

  it('[SAFE-4.43] names the run, whatever its id', async () => {
    const id = 'a b&c=d/ü#?'
    const request = await asked(url => url, id)
    const url = new URL(request?.url ?? '', 'http://x')
    expect(url.pathname).toBe('/api/execution/ws')
    expect([...url.searchParams]).toEqual([['run_id', id]])
  })

  it('[SAFE-2.41] sends credentials as a header, and behind a path goes there', async () => {
    const request = await asked(
      url => Object.assign(new URL('/team/', url), { username: 'me', password: 'secret' }),
      'r',
    )
    expect(request?.url).toBe('/team/api/execution/ws?run_id=r')
    expect(request?.headers.authorization).toBe(`Basic ${Buffer.from('me:secret').toString('base64')}`)
  })
})

describe('a connection that is lost', () => {
  /** Timers stand still until the test moves them. */
  const holdTimers = () => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const nextRetry = async () => {
    await until(() => vi.getTimerCount() > 0)
    vi.advanceTimersToNextTimer()
  }

  it('[RUN-2] [RUN-9.7] after it brought something new is joined again at once', async () => {
    const { url } = await backend((socket, nth) => {
      send(socket, frames(nth))
      if (nth < 5) setImmediate(() => socket.terminate())
    })
    holdTimers()
    const follower = new Follower(url)
    await follower.heard(5)
    expect(vi.getTimerCount()).toBe(0)
    expect(follower.log).toEqual(lines(5))
    expect(follower.kinds('closed')).toBe(4)
  })

  it('[RUN-9.8] without anything new is joined again after a while, longer each time', async () => {
    const { url, sockets } = await backend(socket => {
      send(socket, frames(1))
      setImmediate(() => socket.terminate())
    })
    holdTimers()
    const follower = new Follower(url)
    for (let n = 2; n <= 4; n += 1) {
      await nextRetry()
      await until(() => sockets.length > n)
    }
    expect(follower.log).toEqual(['line 0'])
    expect(follower.stalls).toBe(1)
  })

  it('[RUN-9.8] that can’t be made is tried again after a growing while, with jitter, of at most 10 s', async () => {
    const server = createServer()
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const { port } = server.address() as AddressInfo
    await new Promise(resolve => server.close(resolve))
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] })
    const follower = new Follower(new URL(`http://127.0.0.1:${port}`))
    const delays: number[] = []
    for (let n = 0; n < 12; n += 1) {
      await until(() => vi.getTimerCount() > 0)
      const before = Date.now()
      vi.advanceTimersToNextTimer()
      delays.push(Date.now() - before)
    }
    for (const [n, delay] of delays.entries()) {
      const longest = Math.min(10_000, 250 * 2 ** n)
      expect(delay).toBeLessThanOrEqual(longest)
      expect(delay).toBeGreaterThanOrEqual(Math.floor(longest / 2))
    }
    expect(new Set(delays.slice(6)).size).toBeGreaterThan(1)
    expect(follower.observed).toEqual([])
    expect(follower.odd).toEqual([])
    expect(follower.stalls).toBe(0)
  })

  it('[RUN-9.8] that is answered by a web page is told of, and tried again', async () => {
    const server = createServer((_, response) => response.end('<html>'))
    await once(server.listen(0, '127.0.0.1'), 'listening')
    closing.push(() => server.close())
    holdTimers()
    const follower = new Follower(new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`))
    await nextRetry()
    await until(() => vi.getTimerCount() > 0)
    expect(follower.odd[0]).toMatch(/^stream: .*200/)
    expect(follower.observed).toEqual([])
  })

  it('[RUN-9.5] is lost since it closed, and until another has caught up', async () => {
    const { url, sockets } = await backend((socket, nth) => {
      send(socket, frames(nth === 1 ? 3 : 2))
    })
    const follower = new Follower(url)
    expect(follower.stream.lostAt).not.toBeNull()
    await follower.heard(3)
    expect(follower.stream.lostAt).toBeNull()
    sockets[0]?.terminate()
    await until(() => follower.kinds('message') === 5)
    expect(follower.stream.lostAt).not.toBeNull()
    send(sockets[1] ?? new WebSocket(null), [frame('line 2', 2)])
    await until(() => follower.kinds('message') === 6)
    expect(follower.stream.lostAt).toBeNull()
  })

  it(`[RUN-2.5] ${CUTS} times in 6,000 lines costs no line and doubles none`, { timeout: 60_000 }, async () => {
    const history = frames(6_000)
    const cuts = drawNumbers('cuts', CUTS, 50, 5_949).sort((a, b) => a - b)
    const { url, sockets } = await backend((socket, nth) => {
      const cut = cuts[nth - 1]
      send(socket, history.slice(0, cut))
      if (cut !== undefined) setImmediate(() => socket.terminate())
    })
    const follower = new Follower(url)
    await follower.heard(6_000)
    await until(() => sockets.length === CUTS + 1)
    expect(follower.log).toEqual(lines(6_000))
  })

  it('[RUN-4.23] says of each connection once that everything came again', async () => {
    const { url, sockets } = await backend(socket => {
      send(socket, frames(3))
    })
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'Date'] })
    const follower = new Follower(url)
    await follower.heard(3)
    vi.advanceTimersByTime(10_000)
    sockets[0]?.terminate()
    await until(() => follower.kinds('message') === 6)
    vi.advanceTimersByTime(10_000)
    const replayed = follower.observed.filter(({ kind }) => kind === 'replayed')
    expect(replayed).toMatchObject([{ connection: 1 }, { connection: 2 }])
  })
})

describe('a peer that never answers', () => {
  it('[RUN-9.9] is left in peace for 15 silent minutes, and heard after them', async () => {
    let pings = 0
    const { url, sockets } = await backend(socket => {
      socket.on('ping', () => (pings += 1))
      send(socket, frames(1))
    })
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'] })
    const follower = new Follower(url)
    await follower.heard(1)
    vi.advanceTimersByTime(15 * MINUTE)
    sockets[0]?.send(frame('line 1', 1))
    await follower.heard(2)
    expect(pings).toBe(0)
    expect(sockets).toHaveLength(1)
    expect(follower.stream.lostAt).toBeNull()
  })
})

describe('pings of a proxy on the way', () => {
  it('[SAFE-5.4] are answered', async () => {
    const heard: string[] = []
    const { url } = await backend(socket => {
      socket.on('pong', data => heard.push(data.toString('utf8'))).ping('are you there')
    })
    const { stream } = new Follower(url)
    await until(() => heard.length > 0)
    expect(heard).toEqual(['are you there'])
    stream.close()
  })

  it('[SAFE-5.4] that come in floods, from one that does not read, fill no memory', { timeout: 60_000 }, async () => {
    const pings = 250_000
    let [pongs, sent, isClosed] = [0, 0, false]
    const { url, sockets } = await backend(socket => {
      socket.on('pong', () => (pongs += 1)).on('close', () => (isClosed = true))
      socket.pause()
      for (let n = 0; n < pings; n += 1) socket.ping('x'.repeat(125), false, () => (sent += 1))
      socket.send(frame('after them', 1))
    })
    const { stream, log } = new Follower(url)
    await until(() => sent === pings && log.length > 0)
    stream.close()
    for (const socket of sockets) socket.resume()
    await until(() => isClosed)
    // The network itself buffers some of them.
    expect(pongs).toBeLessThan(pings / 2)
  })
})

describe('a run that is over', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'] })
  })

  const finished = async () => {
    const { url, sockets } = await backend(socket => {
      send(socket, frames(1))
    })
    const follower = new Follower(url)
    await follower.heard(1)
    follower.stream.finish()
    return { follower, sockets, socket: sockets[0] ?? new WebSocket(null) }
  }

  it('[RUN-4.4] is still heard: errors and siblings’ lines come late', async () => {
    const { follower, socket } = await finished()
    vi.advanceTimersByTime(29_000)
    expect(follower.stream.done).toBe(false)
    socket.send(frame('late', 1))
    await follower.heard(2)
    vi.advanceTimersByTime(29_000)
    expect(follower.kinds('closed')).toBe(0)
  })

  it('[RUN-9.10] is left after 30 s of silence', async () => {
    const { follower, sockets } = await finished()
    vi.advanceTimersByTime(31_000)
    await until(() => follower.stream.done)
    expect(follower.kinds('closed')).toBe(1)
    expect(sockets).toHaveLength(1)
  })

  it('[RUN-9.10] is left after 15 minutes, though its lines go on', async () => {
    const { follower, socket } = await finished()
    for (let n = 1; n <= 36; n += 1) {
      socket.send(frame('late', n))
      await follower.heard(n + 1)
      vi.advanceTimersByTime(25_000)
    }
    await until(() => follower.stream.done)
  })

  it('[RUN-9.11] is not joined again when it is cut', async () => {
    const { follower, sockets, socket } = await finished()
    socket.send(frame('late', 1))
    await follower.heard(2)
    socket.terminate()
    await until(() => follower.stream.done)
    follower.stream.rejoin()
    vi.advanceTimersByTime(MINUTE)
    expect(sockets).toHaveLength(1)
  })

  it('[RUN-9.11] waits no more for a connection', async () => {
    const { url } = await backend(socket => {
      socket.terminate()
    })
    const follower = new Follower(url)
    await until(() => follower.kinds('closed') > 0)
    follower.stream.finish()
    expect(follower.stream.done).toBe(true)
  })

  it('[RUN-4.20] and then is not, is followed on', async () => {
    const { follower, sockets, socket } = await finished()
    follower.stream.resume()
    vi.advanceTimersByTime(20 * MINUTE)
    expect(follower.stream.done).toBe(false)
    socket.send(frame('on', 1))
    await follower.heard(2)
    socket.terminate()
    await until(() => sockets.length === 2)
  })

  it('[RUN-4.20] and then is not, is joined again where it was left', async () => {
    const { follower, sockets } = await finished()
    vi.advanceTimersByTime(31_000)
    await until(() => follower.stream.done)
    follower.stream.resume()
    await until(() => sockets.length === 2)
    expect(follower.stream.done).toBe(false)
  })

  it('[RUN-9.11] is not left for a rejoin that was asked for before', async () => {
    const { follower, sockets, socket } = await finished()
    follower.stream.rejoin()
    socket.send(frame('late', 1))
    await follower.heard(2)
    expect(sockets).toHaveLength(1)
  })
})

describe('an order from here', () => {
  it('[RUN-4] to rejoin leaves and joins at once, for a whole replay', async () => {
    const { url, sockets } = await backend(socket => {
      send(socket, frames(3))
    })
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const follower = new Follower(url)
    await follower.heard(3)
    follower.stream.rejoin()
    await until(() => follower.kinds('message') === 6)
    follower.stream.rejoin()
    await until(() => follower.kinds('message') === 9)
    expect(sockets).toHaveLength(3)
    expect(follower.log).toEqual(lines(3))
  })

  it('[RUN-4] to rejoin ends the wait for the next try', async () => {
    const { url, sockets } = await backend((socket, nth) => {
      if (nth === 1) socket.terminate()
      else send(socket, frames(1))
    })
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const follower = new Follower(url)
    await until(() => vi.getTimerCount() > 0)
    follower.stream.rejoin()
    await follower.heard(1)
    expect(sockets).toHaveLength(2)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('[RUN-9] to close ends everything, also from within what is told', async () => {
    const { url, sockets } = await backend(socket => {
      send(socket, frames(1_000))
    })
    const follower = new Follower(url, 'run-1', (text, { stream }) => {
      if (text === 'line 9') stream.close()
    })
    await until(() => sockets[0]?.readyState === WebSocket.CLOSED)
    expect(follower.log).toEqual(lines(10))
    expect(follower.stream.done).toBe(true)
    follower.stream.open(false)
    follower.stream.rejoin()
    follower.stream.resume()
    follower.stream.finish()
    await new Promise(resolve => setImmediate(resolve))
    expect(sockets).toHaveLength(1)
    expect(follower.kinds('closed')).toBe(0)
  })

  it('[RUN-9.6] of a run that began long ago what is known is not current before its story is read', async () => {
    const { url } = await backend(socket => {
      send(socket, frames(20_000))
    })
    const lost: boolean[] = []
    const follower = new Follower(url, 'run-1', (_, { stream }) => lost.push(stream.lostAt !== null), true)
    expect(Date.now() - (follower.stream.lostAt ?? Infinity)).toBeGreaterThanOrEqual(2_000)
    await follower.heard(20_000)
    expect(lost).not.toContain(false)
    await until(() => follower.stream.lostAt === null)
    expect(follower.caughtUp).toBe(1)
  })

  it('[RUN-9.6] a message sent after we joined shows that the story is read', async () => {
    const { url } = await backend(socket => {
      const sent = new Date(Date.now() + 1_000).toISOString().replace('Z', '000001Z')
      send(socket, [...frames(10), JSON.stringify({ type: 'log', message: 'now', timestamp: sent })])
    })
    const follower = new Follower(url, 'run-1', undefined, true)
    await follower.heard(11)
    await until(() => follower.caughtUp === 1)
  })

  it('[RUN-9.7] a backend that cuts every connection after one new message is not joined in a busy loop', async () => {
    const { url, sockets } = await backend((socket, nth) => {
      socket.send(frame(`message ${nth}`, nth), () => {
        socket.terminate()
      })
    })
    const begin = performance.now()
    const follower = new Follower(url)
    await follower.heard(30)
    expect(performance.now() - begin).toBeGreaterThanOrEqual(900)
    expect(sockets.length).toBeLessThan(34)
  })
})
