import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { logScope, runScope } from '../lib/sync/scope'
import { Backend } from './backend'
import { withCleanup } from './cleanup'
import { Product } from './product'
import { RawPage } from './raw-page'
import { measured, type Row } from './results'
import { median } from './statistics'

const BATCHES = 200
const CHANGES = { perSecond: 5, changeEvery: 1 }
const STORY = { perSecond: 500, changeEvery: 10 }
/** How long the run goes on before a page loses its connection, and how long the page is away, ms. */
const BEFORE = 10_000
const AWAY = 2_000

const known = z.object({ epoch: z.string(), version: z.number() })

/** How much a page receives for one change, and when it connects again, beside the backend's replay of the same run. */
export async function messageSize(): Promise<Row[]> {
  return withCleanup(async defer => {
    const backend = await Backend.start(defer)
    const product = await Product.start(backend, defer)
    const run = await backend.beginOne(BATCHES)
    await product.follow([run])
    const scopes = [runScope(run.id), logScope(run.id)]
    const frames: string[] = []
    const events = { frame: (text: string) => frames.push(text), closed: () => undefined }
    const page = await RawPage.open(
      product.url,
      scopes.map(scope => ({ scope })),
      events,
    )
    defer(() => page.close())
    await sleep(500)

    frames.length = 0
    await backend.load([run], CHANGES)
    await sleep(BEFORE / 2)
    await backend.rest()
    const pushes = frames.filter(text => text.startsWith('42["push"')).map(text => Buffer.byteLength(text))

    await backend.load([run], STORY)
    await sleep(BEFORE)
    const had = scopes.map(scope => ({ scope, ...newest(frames, scope) }))
    page.close()
    await sleep(AWAY)
    await backend.rest()
    frames.length = 0
    const again = await RawPage.open(product.url, had, events)
    defer(() => again.close())
    const answers = frames.filter(text => text.startsWith('43'))
    const reconnect = answers.reduce((sum, text) => sum + Buffer.byteLength(text), 0) / 1_000
    const replay = (await backend.replayBytes(run)) / 1_000
    return [
      measured({
        what: `bytes of one batch’s change, ${BATCHES} batches`,
        ...{ unit: 'B', value: median(pushes), n: `median of ${pushes.length} messages` },
      }),
      measured({
        what: `bytes of a reconnect after ${AWAY / 1_000} s, run and log, ${STORY.perSecond} messages/s; the floor is the backend’s replay`,
        ...{ unit: 'kB', value: reconnect, floor: { value: replay }, n: '1 reconnect' },
      }),
    ]
  })
}

/** Epoch and version of the newest step that came of a scope. */
function newest(frames: readonly string[], scope: string): z.infer<typeof known> {
  const text = frames.findLast(frame => frame.startsWith('42["push"') && frame.includes(JSON.stringify(scope)))
  if (text === undefined) throw new Error(`No step of ${scope} came.`)
  const [, step] = z
    .tuple([z.literal('push'), z.object({ epoch: z.string(), to: z.number() })])
    .parse(JSON.parse(text.slice(2)))
  return { epoch: step.epoch, version: step.to }
}
