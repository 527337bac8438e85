import { appendFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { serverNow } from '../../clock/clock'
import { Folders } from '../../testing/hub/recorded-run'
import { HubError } from '../api/hub-api'
import { Pasts } from './pasts'

const folders = new Folders()
afterEach(() => folders.end())

const run = { runId: 'r1' }
const header = (since = 1) =>
  `${JSON.stringify({ groundtruth: 1, backend: 'http://b', runId: 'r1', spec: 's', since })}\n`
const asked = (at: number) =>
  `${JSON.stringify({ kind: 'observed', fresh: false, observation: { kind: 'asked', at, dryRun: true } })}\n`

function recording(text: string) {
  const path = join(folders.make(), 'r1.jsonl')
  writeFileSync(path, text)
  let readings = 0
  const refused: string[] = []
  const file = (): string | null | undefined => {
    readings += 1
    return path
  }
  const meter = { refused: (bound: string) => void refused.push(bound) }
  return { path, file, meter, refused, readings: () => readings }
}

const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => null,
    (error: unknown) => (error instanceof HubError ? error.code : error),
  )

describe('the pasts of runs', () => {
  it('[PAST-2.1] are read once for all who look back at moments that were recorded by then', async () => {
    const { file, meter, readings } = recording(header() + asked(5))
    const pasts = new Pasts(file, meter)
    const all = await Promise.all([pasts.of(run, 1), pasts.of(run, 5), pasts.of(run, 3)])
    expect(new Set(all).size).toBe(1)
    expect(await pasts.of(run, 4)).toBe(all[0])
    expect(readings()).toBe(1)
  })

  it('[PAST-2.1] are read again for a later moment', async () => {
    const { path, file, meter } = recording(header() + asked(5))
    const pasts = new Pasts(file, meter)
    const before = (await pasts.of(run, serverNow())).moments.changes
    appendFileSync(path, asked(2_000))
    expect((await pasts.of(run, serverNow() + 1)).moments.changes).toHaveLength(before.length + 1)
  })

  it('[PAST-2.2] of a run without a recording are refused, and none takes more than its bounds', async () => {
    const { file, meter, refused } = recording(header() + asked(5))
    expect(await codeOf(new Pasts(() => undefined, meter).of(run))).toBe('not-found')
    expect(await codeOf(new Pasts(() => null, meter).of(run))).toBe('unwritable')
    expect(await codeOf(new Pasts(() => join(folders.make(), 'none'), meter).of(run))).toBe('unwritable')
    expect(refused).toEqual([])
    expect(await codeOf(new Pasts(file, meter, { one: 1 }).of(run))).toBe('too-much')
    expect(await codeOf(new Pasts(file, meter, { waiting: 0 }).of(run))).toBe('too-much')
    expect(refused).toEqual(['pasts', 'pasts'])
  })

  it('[PAST-2.2] are read after one that could not be read', async () => {
    const { path, meter } = recording(header() + asked(5))
    const paths = [join(folders.make(), 'none'), path]
    const pasts = new Pasts(() => paths.shift(), meter)
    expect(await codeOf(pasts.of(run))).toBe('unwritable')
    expect((await pasts.of(run)).moments.changes).toHaveLength(1)
  })

  it('[PAST-2.3] have the times of the process that writes, also where the machine’s clock was set meanwhile', async () => {
    const clock = { kind: 'our-clock', at: 20, by: 3_600_000, ahead: 3_600_000 }
    const { file, meter } = recording(
      header() +
        asked(5) +
        `${JSON.stringify({ kind: 'observed', fresh: false, observation: clock })}\n` +
        asked(2_000),
    )
    const { moments } = await new Pasts(file, meter).of(run)
    expect(moments.changes.map(at => Date.parse(at))).toEqual([5, 2_000])
    expect(Date.parse(moments.from)).toBe(1)
  })
})
