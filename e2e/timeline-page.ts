import { expect, type Page } from '@playwright/test'
import type { Snapshot } from '../lib/run/model'
import type { Dashboard } from './dashboard'

/** A bar as text: batch, kind, and both times in ms since the run's start; the second is empty while the bar is open. */
export type BarText = string

/** The bars that the page shows, in the order of the rows. */
export const barsShown = (page: Page): Promise<BarText[]> =>
  page
    .getByTestId('timeline-bar')
    .evaluateAll(bars =>
      bars.map(bar => ['batchId', 'kind', 'from', 'to'].map(key => (bar as HTMLElement).dataset[key] ?? '?').join(' ')),
    )

/** The bars that a snapshot should give, if both clocks are the same and every batch has one container at most. */
export function barsExpected({ startedAt, endedAt, status, batches }: Snapshot): BarText[] {
  if (startedAt === null) return []
  const since = (at: string | null) => (at === null ? '' : String(Date.parse(at) - Date.parse(startedAt)))
  return batches.flatMap(({ id, dependsOn, container, ...batch }) => {
    const ends = dependsOn.map(needed => batches.find(other => other.id === needed)?.endedAt ?? null)
    const ready = ends.includes(null) ? null : Math.max(0, ...ends.map(end => Number(since(end))))
    const bars: string[] = []
    const add = (kind: string, from: string, to: string) => {
      if (from !== to) bars.push(`${id} ${kind} ${from} ${to}`)
    }
    if (batch.startedAt === null) {
      const until = status === 'running' || status === 'starting' ? '' : since(endedAt)
      if (ready !== null) add('waiting', String(ready), until)
      return bars
    }
    const [start, end] = [since(batch.startedAt), since(batch.endedAt)]
    const [begun, worked] = [since(container?.startedAt ?? null), since(container?.finishedAt ?? null)]
    if (ready !== null && ready < Number(start)) add('waiting', String(ready), start)
    if (begun !== '') add('starting', start, begun)
    add('running', begun === '' ? start : begun, worked === '' ? end : worked)
    if (worked !== '') add('merging', worked, end)
    if (begun !== '') add('evidence', begun, worked)
    return bars
  })
}

/** Waits until the page shows the state that the server has, and compares its bars with those of this state. */
export async function expectBars(page: Page, dashboard: Dashboard, runId: string): Promise<Snapshot> {
  let snapshot = await dashboard.snapshot(runId)
  await expect(async () => {
    snapshot = await dashboard.snapshot(runId)
    await expect(page.locator('main')).toHaveAttribute('data-state-version', String(snapshot.version), {
      timeout: 1_000,
    })
    expect(await barsShown(page)).toEqual(barsExpected(snapshot))
  }).toPass({ timeout: 20_000 })
  return snapshot
}

/** Compares the places of all bars with what their attributes and the axis say; a bar may be a few pixels wider, to be seen. */
export async function expectPlaces(page: Page): Promise<void> {
  const wrong = await page.getByTestId('timeline-bar').evaluateAll(bars =>
    bars.flatMap(bar => {
      const track = bar.parentElement?.getBoundingClientRect()
      const style = getComputedStyle(bar)
      const [begin, span] = ['--begin', '--span'].map(name => Number(style.getPropertyValue(name)))
      const [from, to] = ['data-from', 'data-to'].map(name => Number(bar.getAttribute(name)))
      const box = bar.getBoundingClientRect()
      if (!track || (!begin && begin !== 0) || !span || from === undefined || to === undefined)
        return ['not in a chart']
      const left = track.left + ((from - begin) / span) * track.width
      const width = ((to - from) / span) * track.width
      const isRight = Math.abs(box.left - left) < 1 && box.width > width - 1 && box.width < width + 6
      return isRight ? [] : [`${bar.outerHTML} is at ${box.left} + ${box.width}, not at ${left} + ${width}`]
    }),
  )
  expect(wrong).toEqual([])
}

/**
 * An exported recording in which the agents of started batches also worked in containers: from a tenth of their time on, and until
 * nine tenths. The container of a running batch is at work, or has ended if it is in `ended`.
 */
export function withContainers(recording: string, { batches }: Snapshot, ended: readonly string[]): string {
  const lines = recording.trimEnd().split('\n')
  const last = lines.pop() ?? ''
  const { at } = JSON.parse(last) as { at: number }
  const observed = batches.flatMap(({ id, startedAt, endedAt }, n) => {
    if (startedAt === null) return []
    const start = Date.parse(startedAt)
    const took = (endedAt === null ? at : Date.parse(endedAt)) - start
    const began = start + Math.floor(took / 10)
    const finished = endedAt !== null || ended.includes(id) ? start + Math.floor((took * 9) / 10) : null
    const container = {
      ...{ id: n.toString(16).padStart(64, '0'), name: `ckrv-${id}`, image: 'ckrv-agent', role: 'batch' },
      marks: { runId: null, batchId: id, tree: null, mission: null },
      ...{ state: finished === null ? 'running' : 'exited', exitCode: finished === null ? null : 0 },
      ...{
        oomKilled: false,
        timedOut: false,
        removed: false,
        createdAt: start,
        startedAt: began,
        finishedAt: finished,
      },
      ...{ seenRunningAt: began, seenEndedAt: finished },
    }
    const observation = { kind: 'container', at: finished ?? began, batch: { id, by: 'label' }, container }
    return [JSON.stringify({ kind: 'observed', fresh: false, observation })]
  })
  return [...lines, ...observed, last, ''].join('\n')
}
