import { createServer } from 'node:http'
import { WebSocketServer } from 'ws'
import { z } from 'zod'
import { logScope, runScope } from '../lib/sync/scope'
import { answerCommands } from './program'
import { RawPage } from './raw-page'

/**
 * The floor of sending to many pages: it is one page of the product, and sends each frame that it gets to all clients of its own, over
 * bare WebSockets. So its clients get the same bytes at the same moments as the pages of the product.
 */
const server = createServer()
const sockets = new WebSocketServer({ server, perMessageDeflate: false })

const command = z.object({ product: z.string(), run: z.string() })

answerCommands(command, async ({ product, run }) => {
  const scopes = [runScope(run), logScope(run)]
  await RawPage.open(
    product,
    scopes.map(scope => ({ scope })),
    {
      frame: text => {
        const bytes = Buffer.from(text)
        for (const socket of sockets.clients) socket.send(bytes, { binary: false })
      },
      closed: () => process.exit(1),
    },
  )
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return server.address()
})
