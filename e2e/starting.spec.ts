import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { WebSocketServer } from 'ws'
import { Dashboard } from './dashboard'
import { expect, test as base } from './fixtures'
import { RunPage } from './run-page'

const batch = { id: 'setup', name: 'Setup', depends_on: [], status: 'pending', branch: null }

/** A backend that answers the requests of a start; the test decides which messages its stream sends, and when. */
const test = base.extend<{ puppet: { url: string; say: (message: object) => void } }>({
  puppet: async ({}, use) => {
    const server = createServer((request, response) => {
      const plan = request.url?.startsWith('/api/plans/') === true
      response.setHeader('content-type', 'application/json')
      if (request.url === '/health') response.end('OK')
      else response.end(JSON.stringify({ success: true, message: null, ...(plan && { batches: [batch] }) }))
    })
    const streams = new WebSocketServer({ server })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const history: string[] = []
    streams.on('connection', socket => history.forEach(text => socket.send(text)))
    const say = (message: object) => {
      const timestamp = new Date().toISOString().replace('Z', '000001+00:00')
      history.push(JSON.stringify({ message: '', ...message, timestamp }))
      for (const socket of streams.clients) socket.send(history.at(-1) ?? '')
    }
    await use({ url: `http://127.0.0.1:${port}`, say })
    for (const socket of streams.clients) socket.terminate()
    server.closeAllConnections()
    server.close()
  },
})

test('[RUN-7] the page goes from starting to running to completed, and the timer starts with the execution', async ({
  page,
  puppet,
}) => {
  const dashboard = await Dashboard.launch({ BACKEND_URL: puppet.url })
  const run = await new RunPage(page, dashboard, await dashboard.start('001-todo')).open()
  await run.expectStatus('starting')
  await expect(run.completed).toHaveText('0/1')
  await run.live()
  expect(await run.seconds()).toBe(0)

  puppet.say({ type: 'start', message: 'Starting execution for spec: 001-todo' })
  await expect.poll(() => run.seconds()).toBeGreaterThanOrEqual(1)
  await run.expectStatus('starting')

  puppet.say({ type: 'status', status: 'running' })
  await run.expectStatus('running')
  puppet.say({ type: 'batch_status', status: 'running', batch_id: 'setup', batch_name: 'Setup' })
  await expect(run.card('setup')).toHaveAttribute('data-status', 'running')
  puppet.say({ type: 'batch_status', status: 'completed', batch_id: 'setup', batch_name: 'setup', branch: 'b' })
  await expect(run.completed).toHaveText('1/1')
  puppet.say({ type: 'status', status: 'completed' })
  await run.expectStatus('completed')

  const seen = await run.seen()
  const statuses = seen.map(({ status }) => status).filter((status, index, all) => status !== all[index - 1])
  expect(statuses).toEqual(['starting', 'running', 'completed'])
  expect(seen.map(({ seconds }) => seconds)).toEqual(seen.map(({ seconds }) => seconds).sort((a, b) => a - b))
  await dashboard.stop()
})
