import { describe, expect, it } from 'vitest'
import { CAPACITY } from './run-broadcast'
import { call, Listener, planOf, start, started } from '../../testing/backend/reference-backend'

const specs = { s: { plan: planOf({ a: [], b: ['a'] }) } }

/** A backend whose run r1 is held in batch `a` until it is released. */
async function held(options: { generation?: 'A' | 'B' | 'C' } = {}) {
  const backend = await started({ specs, ...options, script: () => ({ ms: 0, lines: [] }) })
  backend.hold('a')
  await start(backend, 's')
  return backend
}

const DONE = 'All batches completed successfully.'

describe('the stream of a run', () => {
  it('replays all from the first message, and goes on live', async () => {
    const backend = await held()
    const early = await Listener.join(backend)
    await early.until('Simulated agent')
    const late = await Listener.join(backend)
    await late.until('Simulated agent')
    expect(late.frames).toEqual(early.frames)
    backend.release('a')
    await Promise.all([early.until(DONE), late.until(DONE)])
    expect(late.frames).toEqual(early.frames)
    const after = await Listener.join(backend)
    await after.until(DONE)
    expect(after.frames).toEqual(early.frames)
    expect(new Set(early.frames).size).toBe(early.frames.length)
  })

  it('never closes a finished run, and answers neither Ping nor Close', async () => {
    const backend = await held()
    const listener = await Listener.join(backend)
    let pongs = 0
    listener.socket.on('pong', () => (pongs += 1))
    listener.socket.ping()
    listener.socket.close()
    backend.release('a')
    await listener.until(DONE)
    expect(pongs).toBe(0)
    expect(listener.socket.readyState).toBe(listener.socket.CLOSING)
  })

  it('tells of an unknown run without a time, and cuts the line without a Close frame', async () => {
    const backend = await held()
    const listener = await Listener.join(backend, 'r2')
    expect(await listener.closed).toBe(1006)
    expect(listener.frames).toEqual(['{"message":"Execution not found.","type":"error"}'])
  })

  it('takes any run id that a URL can carry', async () => {
    const backend = await started({ specs })
    const runId = '__proto__ %/&?ü'
    await start(backend, 's', runId)
    const listener = await Listener.join(backend, runId)
    await listener.until(DONE)
  })

  it('loses a message live that the history holds: half of the join race', async () => {
    const backend = await held()
    const listener = await Listener.join(backend)
    await listener.until('Simulated agent')
    backend.lose(frame => frame.includes('"batch_complete"'))
    backend.release('a')
    await listener.until(DONE)
    const again = await Listener.join(backend)
    await again.until(DONE)
    expect(again.frames.filter(frame => !listener.frames.includes(frame))).toEqual(
      again.frames.filter(frame => frame.includes('"batch_complete"')),
    )
    expect(again.frames.length).toBe(listener.frames.length + 2)
  })

  it('sends a message twice, byte by byte the same, that the history holds once: its other half', async () => {
    const backend = await held()
    const listener = await Listener.join(backend)
    await listener.until('Simulated agent')
    backend.duplicate(2)
    backend.release('a')
    await listener.until(DONE)
    const again = await Listener.join(backend)
    await again.until(DONE)
    const doubled = again.frames.find(frame => frame.includes('"completed","batch_id":"a"'))
    expect(listener.frames.filter(frame => frame === doubled)).toHaveLength(2)
    expect([...new Set(listener.frames)]).toEqual(again.frames)
  })

  it('delays what is live, in order', async () => {
    const backend = await held()
    const listener = await Listener.join(backend)
    await listener.until('Simulated agent')
    backend.delay(50)
    const began = performance.now()
    backend.release('a')
    await listener.until(DONE)
    expect(performance.now() - began).toBeGreaterThanOrEqual(45)
    const again = await Listener.join(backend)
    await again.until(DONE)
    expect(listener.frames).toEqual(again.frames)
  })

  it.each(['A', 'B', 'C'] as const)(
    '%s: a long burst cuts whoever reads it, and joining again replays it',
    async generation => {
      const backend = await held({ generation })
      const listener = await Listener.join(backend)
      await listener.until('Simulated agent')
      backend.burst('a', 6000)
      backend.release('a')
      expect(await listener.closed).toBe(1006)
      expect(listener.frames.length).toBeLessThan(6000)
      const again = await Listener.through(backend, DONE)
      expect(again.frames.filter(frame => frame.includes('of a burst in a'))).toHaveLength(6000)
      expect(again.frames.slice(0, listener.frames.length)).toEqual(listener.frames)
    },
  )

  it('B: a reader gets some of a burst before it is cut', async () => {
    const backend = await held()
    const listener = await Listener.join(backend)
    backend.burst('a', 6000)
    backend.release('a')
    await listener.closed
    expect(listener.frames.filter(frame => frame.includes('of a burst')).length).toBeGreaterThan(500)
  })

  it('a burst that fits what may be unread cuts nobody', async () => {
    const backend = await held()
    const listener = await Listener.join(backend)
    backend.burst('a', CAPACITY - 100)
    backend.release('a')
    await listener.until(DONE)
  })

  it('cuts a reader that does not drain, and no other', async () => {
    const backend = await held({ generation: 'C' })
    const [slow, quick] = [await Listener.join(backend), await Listener.join(backend)]
    slow.socket.pause()
    const text = 'x'.repeat(16_000)
    for (let printed = 0; printed < 2000; printed++) {
      const before = quick.frames.length
      backend.print('a', 'stdout', text)
      await quick.until(frames => frames.length > before)
    }
    slow.socket.resume()
    expect(await slow.closed).toBe(1006)
    expect(slow.frames.length).toBeLessThan(quick.frames.length)
    expect(quick.socket.readyState).toBe(quick.socket.OPEN)
  })

  it('sends any bytes past the history', async () => {
    const backend = await held()
    const listener = await Listener.join(backend)
    await listener.until('Simulated agent')
    backend.sendRaw('r1', '{"type":')
    await listener.until('{"type":')
    listener.socket.on('error', () => listener.socket.terminate())
    backend.sendRaw('r1', Buffer.from([0xff, 0xfe]))
    await listener.closed
    const again = await Listener.join(backend)
    await again.until('Simulated agent')
    expect(again.frames).not.toContain('{"type":')
  })

  it('drops the readers of one run or of all', async () => {
    const backend = await held()
    await start(backend, 's', 'r2')
    const [one, two] = [await Listener.join(backend, 'r1'), await Listener.join(backend, 'r2')]
    backend.dropSockets('r1')
    expect(await one.closed).toBe(1006)
    expect(two.socket.readyState).toBe(two.socket.OPEN)
    backend.dropSockets()
    expect(await two.closed).toBe(1006)
  })
})

describe('stop', () => {
  it('is told to live sockets, is not in the history, and the agents go on', async () => {
    const backend = await held()
    const listener = await Listener.join(backend)
    await listener.until('Simulated agent')
    const answers = [await stop(backend), await stop(backend)]
    expect(answers).toEqual([
      { success: true, message: 'Execution aborted.' },
      { success: false, message: 'Execution not found or already stopped' },
    ])
    await listener.until('Execution aborted by user.')
    backend.print('a', 'stdout', 'still at work')
    backend.release('a')
    await listener.until('still at work')
    const again = await Listener.join(backend)
    await again.until('still at work')
    expect(again.frames).toEqual(listener.frames.filter(frame => !frame.includes('aborted by user')))
    expect(again.frames.some(frame => frame.includes('batch_complete'))).toBe(false)
  })

  it('after the end answers true once and says "aborted" to open sockets', async () => {
    const backend = await started({ specs })
    await start(backend, 's')
    const listener = await Listener.join(backend)
    await listener.until(DONE)
    expect((await stop(backend))['success']).toBe(true)
    await listener.until('Execution aborted by user.')
    expect((await stop(backend))['success']).toBe(false)
  })

  it('C: sends and keeps status aborted, and stops the agents', async () => {
    const backend = await held({ generation: 'C' })
    const listener = await Listener.join(backend)
    await listener.until('Simulated agent')
    await stop(backend)
    await listener.until('"status":"aborted"')
    const again = await Listener.join(backend)
    await again.until('"status":"aborted"')
    expect(again.frames).toEqual(listener.frames)
    const { answer } = await call(backend, 'GET', '/api/history/s')
    expect(answer).toMatchObject({ runs: [{ status: 'aborted' }] })
  })
})

const stop = async (backend: Awaited<ReturnType<typeof held>>) => {
  const { answer } = await call(backend, 'POST', '/api/execution/stop', { run_id: 'r1' })
  return typeof answer === 'string' ? {} : answer
}

describe('kill and restart', () => {
  it('cuts every socket, closes the port and forgets every run', async () => {
    const backend = await held()
    const listener = await Listener.join(backend)
    await backend.kill()
    expect(await listener.closed).toBe(1006)
    await expect(call(backend, 'GET', '/health')).rejects.toThrow()
    await backend.restart()
    expect((await call(backend, 'GET', '/health')).answer).toBe('OK')
    const after = await Listener.join(backend)
    expect(await after.closed).toBe(1006)
    expect(after.frames).toEqual(['{"message":"Execution not found.","type":"error"}'])
  })

  it('leaves the run in progress in its history, so the next one gets no entry', async () => {
    const backend = await held()
    await (await Listener.join(backend)).until('Simulated agent')
    await backend.restart()
    backend.release('a')
    await start(backend, 's')
    const listener = await Listener.join(backend)
    await listener.until(DONE)
    expect(listener.masked()[2]).toContain(
      '"warning","message":"Failed to create history entry: Another run is already in progress: run-xxxx (started at …)',
    )
    const { answer } = await call(backend, 'GET', '/api/history/s')
    expect(answer).toMatchObject({ total_count: 1, runs: [{ status: 'running' }] })
  })

  it('listens on the same port again, and close leaves nothing behind', async () => {
    const backend = await started({ specs })
    await backend.restart()
    await backend.close()
    const other = await started({ specs, port: backend.port })
    expect(other.url).toBe(backend.url)
    await expect(started({ specs, port: backend.port })).rejects.toThrow('EADDRINUSE')
  })
})
