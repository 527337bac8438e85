import type { LogChoice, LogsApi } from '../../../hub/api'
import { fileName } from '../../../run/text/display-text'
import { logsQuery, searchQuery } from '../inputs'
import { DOWNLOAD_PAGE, lineText, mergedLineText, pickedLog, wholeLog } from '../log-download'
import { refusals } from '../refusals'
import type { Reply } from '../reply'
import type { SiteCall } from './at-site'
import { attachment, found, parse, runIdOf, wantsText, type Call } from './call'

/** The backend's lines of a run; with `batch`, the output of that batch's containers. */
export async function getLogs(call: SiteCall): Promise<Reply> {
  const unknown = () => refusals.noSuchRun(call.segment)
  const id = found(runIdOf(call.segment), unknown)
  return logsOf(call, id, call.hub.logs, unknown)
}

export async function logsOf(
  { query, accept, segment }: Call,
  id: string,
  logs: LogsApi,
  unknown: () => Error,
): Promise<Reply> {
  const asked = parse(logsQuery, Object.fromEntries(query))
  const { batch, of: whose, after, before, limit, ...filter } = asked
  const choice = choiceOf(batch, whose)
  const place = { ...choice, after, limit, ...(before !== undefined && { before }) }
  const none = batch === undefined ? unknown : () => refusals.noSuchBatch(segment, batch)
  const isPicked = Object.keys(filter).length > 0
  if (!wantsText(accept)) {
    if (isPicked) return jsonReply(found(await logs.pick(id, place, filter), none))
    return { status: 200, json: found(await logs.page(id, place), none) }
  }
  const file = [id, batch ?? whose ?? null, isPicked ? 'filtered' : null]
  const headers = attachment(fileName(file, '.log'))
  // A download is of the whole log, wherever the query would begin.
  const asText = whose === 'all' ? mergedLineText : lineText
  if (isPicked) {
    const pick = (from: number) => logs.pick(id, { ...choice, after: from, ...DOWNLOAD_PAGE }, filter)
    return { status: 200, headers, text: pickedLog(pick, found(await pick(0), none), filter, asText) }
  }
  const read = (from: number) => logs.page(id, { ...choice, after: from, ...DOWNLOAD_PAGE })
  return { status: 200, headers, text: wholeLog(read, found(await read(0), none), asText) }
}

/** Throws if both are given: a batch's log is not the merged one. */
function choiceOf(batch: string | undefined, of: 'run' | 'all' | undefined): LogChoice {
  if (of !== undefined && batch !== undefined) throw refusals.badInput('of: must not stand beside batch.')
  if (batch !== undefined) return { batch }
  return of === 'all' ? { merged: true } : {}
}

/** The numbers of the lines of such a log that fit. */
export async function searchLog(call: SiteCall): Promise<Reply> {
  const unknown = () => refusals.noSuchRun(call.segment)
  const id = found(runIdOf(call.segment), unknown)
  return searchOf(call, id, call.hub.logs, unknown)
}

export async function searchOf(
  { query, segment }: Call,
  id: string,
  logs: LogsApi,
  unknown: () => Error,
): Promise<Reply> {
  const { batch, of, ...asked } = parse(searchQuery, Object.fromEntries(query))
  const steps = found(
    await logs.search(id, { ...choiceOf(batch, of), ...asked }),
    batch === undefined ? unknown : () => refusals.noSuchBatch(segment, batch),
  )
  return jsonReply(steps)
}

const jsonReply = (steps: Generator<void, unknown>): Reply => ({
  ...{ status: 200, headers: { 'content-type': 'application/json; charset=utf-8' }, text: asJson(steps) },
})

/** Yields nothing after each step but the last, so that other work runs in between, and the search ends with its reader. */
async function* asJson(steps: Generator<void, unknown>): AsyncGenerator<string> {
  let step = steps.next()
  for (; step.done !== true; step = steps.next()) yield ''
  yield JSON.stringify(step.value)
}
