import { WebSocket } from 'ws'
import { z } from 'zod'
import { answerCommands } from './program'
import { textOf } from './text-of'

/** The floor of reading the backend: it reads the stream of each run, parses each message, and keeps nothing. */
let messages = 0
let types = 0

const command = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('read'), url: z.string(), runs: z.array(z.string()) }),
  z.object({ kind: z.literal('messages') }),
])

function read(url: string, run: string): Promise<void> {
  const address = `${url.replace(/^http/, 'ws')}/api/execution/ws?run_id=${run}`
  const socket = new WebSocket(address, { perMessageDeflate: false, skipUTF8Validation: true })
  socket.on('message', data => {
    const message: unknown = JSON.parse(textOf(data))
    messages += 1
    if (typeof message === 'object' && message !== null && 'type' in message) types += 1
  })
  return new Promise((resolve, reject) => socket.once('open', resolve).on('error', reject))
}

answerCommands(command, async asked => {
  if (asked.kind === 'read') await Promise.all(asked.runs.map(run => read(asked.url, run)))
  else if (types === messages) return messages
  else throw new Error('The backend sent something else than messages.')
  return null
})
