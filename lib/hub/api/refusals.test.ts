import { rmSync } from 'node:fs'
import { afterEach, describe, expect, it } from 'vitest'
import { CLAIMS_ALONE } from '../../run/links'
import { hubRefusals } from './refusals'
import { Folders } from '../../testing/hub/recorded-run'

const folders = new Folders()
afterEach(() => folders.end())

describe('[IMP-1.7] a recording that can’t be exported', () => {
  it('is refused with why and what to do, where its file is gone', async () => {
    const { recorder, recordings, run } = folders.recorded()
    recordings.append(run.state, { kind: 'note', at: 1, text: 'a word' }, true)
    for (const path of recorder.files()) rmSync(path)
    const exported = recordings.exported(run.state, { kind: 'exported', at: 1, links: CLAIMS_ALONE })
    const why = await exported!.then(
      () => null,
      (error: unknown) => hubRefusals.recordingUnreadable(error),
    )
    expect(why).toMatchObject({ code: 'unwritable' })
    expect(why!.message).toBe(
      'The recording can’t be exported: its file is gone from the data folder. See to the data folder and its rights: the server’s log names it. Then export again.',
    )
  })

  it('names no path, whatever the system says', () => {
    const error = Object.assign(new Error("EACCES: permission denied, open '/home/ann/x'"), { code: 'EACCES' })
    expect(hubRefusals.recordingUnreadable(error).message).toContain('can’t be read from the data folder (EACCES)')
    expect(hubRefusals.recordingUnreadable(error).message).not.toContain('/home')
  })
})
