import type { RecordingFile } from '../../../hub/recording'
import { fileName } from '../../../run/text/display-text'
import { IMPORTS, RECORDING_TYPE } from '../guard'
import { importId } from '../inputs'
import { refusals } from '../refusals'
import type { Reply } from '../reply'
import { attachment, found, runIdOf, type Call } from './call'
import { logsOf, searchOf } from './logs'

/** The run as a file, which any dashboard can import and a test can replay [IMP-1]. */
export async function exportRun({ hub, segment }: Call): Promise<Reply> {
  const unknown = () => refusals.noSuchRecording(segment)
  const id = found(runIdOf(segment), unknown)
  return recordingReply(id, found(await hub.exportRun(id), unknown))
}

export async function listImports({ hub }: Call): Promise<Reply> {
  return { status: 200, json: { imports: hub.imports.list() } }
}

export async function importRun({ hub, person, note, pieces }: Call): Promise<Reply> {
  const { importId, created } = await hub.imports.add(pieces(), person?.name ?? undefined)
  note({ importId })
  return { status: created ? 201 : 200, headers: { location: `${IMPORTS}/${importId}` }, json: { importId } }
}

export async function getImport({ hub, segment }: Call): Promise<Reply> {
  const snapshot = await hub.imports.snapshot(importIdOf(segment))
  return { status: 200, json: found(snapshot, () => refusals.noSuchImport(segment)) }
}

export async function getImportLogs(call: Call): Promise<Reply> {
  const id = importIdOf(call.segment)
  const unknown = () => refusals.noSuchImport(call.segment)
  return logsOf(call, id, call.hub.imports.logs, unknown)
}

export async function searchImportLog(call: Call): Promise<Reply> {
  const id = importIdOf(call.segment)
  const unknown = () => refusals.noSuchImport(call.segment)
  return searchOf(call, id, call.hub.imports.logs, unknown)
}

export async function getImportRecording({ hub, segment }: Call): Promise<Reply> {
  const id = importIdOf(segment)
  const recording = await hub.imports.recording(id)
  return recordingReply(
    id,
    found(recording, () => refusals.noSuchImport(segment)),
  )
}

export async function removeImport({ hub, segment, note }: Call): Promise<Reply> {
  const id = importIdOf(segment)
  note({ importId: id })
  await hub.imports.remove(id)
  return { status: 200, json: {} }
}

function recordingReply(id: string, recording: RecordingFile): Reply {
  const headers = { 'content-type': `${RECORDING_TYPE}; charset=utf-8`, ...attachment(fileName([id], '.jsonl')) }
  return { status: 200, headers, text: recording }
}

const importIdOf = (segment: string): string =>
  found(importId.safeParse(segment).data, () => refusals.noSuchImport(segment))
