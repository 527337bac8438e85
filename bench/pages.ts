import { setTimeout as sleep } from 'node:timers/promises'
import { WebSocket } from 'ws'
import { z } from 'zod'
import { logScope, runScope } from '../lib/sync/scope'
import { answerCommands } from './program'
import { isPush, RawPage } from './raw-page'
import { textOf } from './text-of'

/** Many pages of a run, or as many clients of the relay, in a process of their own. */

/** How many connections are opened at once. */
const AT_ONCE = 16
/** A page whose connection broke waits between half of this and three times as long, ms, as the pages of the product do. */
const RECONNECT = 1_000

let deliveries = 0
/** Connections that opened after the first ones broke, and when the last of them was right again, ms of the system's clock. */
let back = 0
let lastBackAt = 0
let mayReturn = true

const command = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('open pages'), url: z.string(), run: z.string(), count: z.number() }),
  z.object({ kind: z.literal('open clients'), port: z.number(), count: z.number() }),
  z.object({ kind: z.literal('deliveries') }),
  z.object({ kind: z.literal('back') }),
])

async function openPage(url: string, run: string): Promise<void> {
  const scopes = [runScope(run), logScope(run)]
  await RawPage.open(
    url,
    scopes.map(scope => ({ scope })),
    {
      frame: text => {
        if (scopes.some(scope => isPush(text, scope))) deliveries += 1
      },
      closed: () => void reopen(url, run),
    },
  )
}

async function reopen(url: string, run: string): Promise<void> {
  if (!mayReturn) return
  await sleep(RECONNECT * (0.5 + 2.5 * Math.random()))
  try {
    await openPage(url, run)
    back += 1
    lastBackAt = Date.now()
  } catch {
    // The `closed` of the failed attempt tries again.
  }
}

function openClient(port: number): Promise<void> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}`, { perMessageDeflate: false, skipUTF8Validation: true })
  socket.on('message', data => {
    if (textOf(data).startsWith('42["push"')) deliveries += 1
  })
  return new Promise((resolve, reject) => socket.once('open', resolve).on('error', reject))
}

async function openAll(count: number, open: () => Promise<void>): Promise<void> {
  let left = count
  const opener = async () => {
    while (left > 0) {
      left -= 1
      await open()
    }
  }
  mayReturn = false
  await Promise.all(Array.from({ length: AT_ONCE }, opener))
  mayReturn = true
}

answerCommands(command, async asked => {
  switch (asked.kind) {
    case 'open pages':
      return openAll(asked.count, () => openPage(asked.url, asked.run))
    case 'open clients':
      return openAll(asked.count, () => openClient(asked.port))
    case 'deliveries':
      return deliveries
    case 'back':
      return { back, lastBackAt }
  }
})
