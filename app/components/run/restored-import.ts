import { importRecording } from '../../late-api'
import type { Notice } from '../../notice'

/** Imports a recording again that was removed: the same file has the same address again. */
export async function restoredImport(recording: Blob): Promise<Notice> {
  const answer = await importRecording(recording)
  return { text: answer.ok ? 'The import is back.' : `The import is not back: ${answer.error}` }
}
