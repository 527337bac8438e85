import type { RecordingFile } from '../../../hub/recording'
import { fileName } from '../../../run/text/display-text'
import { IMPORTS, RECORDING_TYPE } from '../guard'
import { importId } from '../inputs'
import { refusals } from '../refusals'
import type { Reply } from '../reply'
import { attachment, found, runIdOf, type Call } from './call'
import type { SiteCall } from './at-site'
import { logsOf, searchOf } from './logs'

/** The run as a file, which any dashboard can import and a test can replay [IMP-1]. */
export async function exportRun({ hub, segment }: SiteCall): Promise<Reply> {
  const unknown = () => refusals.noSuchRecording(segment)
  const id = found(runIdOf(segment), unknown)
  return recordingReply(id, found(await hub.exportRun(id), unknown))
}

export async function listImports({ imports }: Call): Promise<Reply> {
  return { status: 200, json: { imports: imports.list() } }
}

export async function importRun({ imports, person, note, pieces }: Call): Promise<Reply> {
  const { importId, created } = await imports.add(pieces(), person?.name ?? undefined)
  note({ importId })
  return { status: created ? 201 : 200, headers: { location: `${IMPORTS}/${importId}` }, json: { importId } }
}

export async function getImport({ imports, segment }: Call): Promise<Reply> {
  const snapshot = await imports.snapshot(importIdOf(segment))
  return { status: 200, json: found(snapshot, () => refusals.noSuchImport(segment)) }
}

export async function getImportLogs(call: Call): Promise<Reply> {
  const id = importIdOf(call.segment)
  const unknown = () => refusals.noSuchImport(call.segment)
  return logsOf(call, id, call.imports.logs, unknown)
}

export async function searchImportLog(call: Call): Promise<Reply> {
  const id = importIdOf(call.segment)
  const unknown = () => refusals.noSuchImport(call.segment)
  return searchOf(call, id, call.imports.logs, unknown)
}

export async function getImportRecording({ imports, segment }: Call): Promise<Reply> {
  const id = importIdOf(segment)
  const recording = await imports.recording(id)
  return recordingReply(
    id,
    found(recording, () => refusals.noSuchImport(segment)),
  )
}

export async function removeImport({ imports, segment, note }: Call): Promise<Reply> {
  const id = importIdOf(segment)
  note({ importId: id })
  await imports.remove(id)
  return { status: 200, json: {} }
}

function recordingReply(id: string, recording: RecordingFile): Reply {
  const headers = { 'content-type': `${RECORDING_TYPE}; charset=utf-8`, ...attachment(fileName([id], '.jsonl')) }
  return { status: 200, headers, text: recording }
}

const importIdOf = (segment: string): string =>
  found(importId.safeParse(segment).data, () => refusals.noSuchImport(segment))
