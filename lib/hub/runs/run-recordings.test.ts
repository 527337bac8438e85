import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pino } from 'pino'
import { afterEach, describe, expect, it } from 'vitest'
import { BACKEND, Folders, hostWith, pathOf } from '../../testing/hub/recorded-run'
import { AgentLogs, LogBudget } from '../logs'
import { Recorder, type Header } from '../recording'
import { RunRecordings } from './run-recordings'
import { RunState } from './run-state'

const folders = new Folders()
const recorders: Recorder[] = []
afterEach(() => {
  for (const recorder of recorders.splice(0)) recorder.close()
  folders.end()
})

/** Rebuilds all runs that are recorded in a folder. Also returns the lines of the server's log. */
async function rebuilt(folder: string) {
  const logged: string[] = []
  const recorder = new Recorder(folder, pino({ level: 'silent' }))
  recorders.push(recorder)
  const log = pino({ level: 'warn' }, { write: (line: string) => void logged.push(line) })
  const recordings = new RunRecordings(BACKEND, recorder, log)
  const unheard = {
    ...{ opened: () => undefined, appended: () => undefined },
    ...{ rebuilt: () => undefined, closed: () => undefined },
  }
  const all = await recordings.rebuild({
    agentLogs: new AgentLogs(new LogBudget(), unheard),
    reopen: ({ runId, spec, since }: Header) =>
      new RunState(
        runId,
        hostWith(() => undefined),
        spec,
        since,
      ),
    abandon: () => Promise.resolve(),
  })
  return { all, logged }
}

describe('recordings of a folder', () => {
  it.each([
    ['of another version', '{"groundtruth":2,"backend":"x","runId":"r1","spec":null,"since":1}\n{"kind":"archived"}\n'],
    ['that can’t be read', 'garbage\n'],
  ])('[REC-1.7] one %s is not played, is reported in the server’s log, and stays as it is', async (_, text) => {
    const folder = folders.make()
    const path = join(folder, 'recordings', 'other.jsonl')
    mkdirSync(dirname(path))
    writeFileSync(path, text)
    const { all, logged } = await rebuilt(folder)
    expect(all).toEqual([])
    expect(logged).toHaveLength(1)
    expect(logged[0]).toContain(path)
    expect(readFileSync(path, 'utf8')).toBe(text)
  })

  it('[REC-4.3] of lines that can’t be read, the server’s log and the run’s log say how many there were', async () => {
    const { recorder, run } = folders.recorded()
    run.state.note('A note.')
    recorder.close()
    const path = pathOf(recorder)
    appendFileSync(path, 'garbage\n{}\n{"kind":"no')
    const { all, logged } = await rebuilt(dirname(dirname(path)))
    expect(logged.map(line => JSON.parse(line) as unknown)).toMatchObject([{ path, runId: 'r1', lines: 3 }])
    const texts = all[0]?.state?.log.tail(Infinity).map(({ text }) => text)
    expect(texts).toEqual(['A note.', expect.stringMatching(/^3 lines of this run’s recording could not be read/)])
  })
})
