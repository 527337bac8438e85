import { vi } from 'vitest'
import { documentCodec } from '../../sync/state-codec'
import { digest } from '../../sync/digest'
import { apply, type Document } from '../../sync/document'
import { diffOfDocument } from '../../sync/state-schemas'
import { isObject, parseJson, type Json, type JsonObject } from '../../sync/json'
import type { Observation } from '../../run/observation'
import { RunState } from '../../hub/runs/run-state'
import { Runs } from '../../hub/runs/runs'
import type { RecordsFault } from './disk'
import type { SimulationFault } from './simulation'

/**
 * Planted faults of the whole system; some story must show each. `lib/testing/simulation/pages` has more faults, of pages alone.
 */

const withFields = (change: (fields: JsonObject) => JsonObject) => (document: Document) =>
  'runId' in document.fields ? { ...document, fields: { ...document.fields, ...change(document.fields) } } : document

const withBatches = (change: (batch: JsonObject, run: JsonObject) => JsonObject) => (document: Document) => ({
  ...document,
  items:
    'runId' in document.fields
      ? document.items.map(item => ({ ...item, ...change(item, document.fields) }))
      : document.items,
})

const plus = (value: Json | undefined, n: number) => (typeof value === 'number' ? value + n : 0)
const linkOf = ({ link }: JsonObject, which: string) => (isObject(link ?? null) && isObject(link) ? link[which] : null)

/** A recorder that loses entries that it should keep. */
const loses =
  (isLost: (observation: Observation) => boolean): RecordsFault =>
  (entry, urgent) =>
    entry.kind === 'observed' && isLost(entry.observation) ? null : { entry, urgent }

export const faults: Record<string, SimulationFault> = {
  '[SYNC-1] a page that applies a diff where it does not fit': {
    hears: (heard, { version }) =>
      heard.event === 'push' && heard.message.to > version
        ? { ...heard, message: { ...heard.message, from: version } }
        : heard,
  },
  '[SYNC-2] a server that uses an epoch again after a restart': { incarnation: 'always the same' },
  '[SYNC-6] a page that paints without looking at the clock': { neverLooks: true },
  '[SYNC-6] a page that does not notice that its clock was set': { ignoresClockSet: true },
  '[SYNC-6] a digest that leaves the batches out, and a diff that forgets some': {
    body: {
      ...documentCodec,
      digest: ({ fields }) => digest({ fields, items: [] }),
      apply: (state, text) => {
        const { items: _forgotten, ...rest } = diffOfDocument.parse(parseJson(text))
        return apply(state, rest)
      },
    },
  },
  '[SYNC-1] a diff that forgets what was removed': {
    body: {
      ...documentCodec,
      digest: () => 0,
      apply: (state, text) => {
        const { removed: _forgotten, ...rest } = diffOfDocument.parse(parseJson(text))
        return apply(state, rest)
      },
    },
  },
  '[SYNC-9] a server that loses an eviction': { forgets: 'close' },
  '[RUN-1] a server that counts completions twice': {
    source: withFields(({ counts }) =>
      isObject(counts)
        ? { counts: { ...counts, completed: plus(counts['completed'], Number(counts['completed'])) } }
        : {},
    ),
  },
  '[RUN-7] a server that restarts the timer when it connects': {
    source: withFields(({ startedAt, linkSince }) =>
      typeof startedAt === 'string' && typeof linkSince === 'string' ? { startedAt: linkSince } : {},
    ),
  },
  '[RUN-4] a server that forgets an abort': {
    frame: text => (text.includes('Execution aborted by user.') ? null : text),
  },
  '[RUN-2] a server that loses what agents print': {
    frame: text => (text.includes('"message":"working"') ? null : text),
  },
  '[RUN-3] a server that believes an agent’s line': {
    frame: text =>
      text.replace(/"(type_?)":"(log|error)","message":"Spawning/, '"$1":"batch_start","message":"Spawning'),
  },
  '[RUN-6] a server that takes any error for the end of a run': {
    frame: text => text.replace('"type":"error","message":"working"', '"type":"status","message":"","status":"failed"'),
  },
  '[RUN-3] a server that believes an agent that all is done': {
    frame: text =>
      text.replace(/"(type_?)":"(log|error)","message":"All batches/, '"$1":"success","message":"All batches'),
  },
  '[RUN-9] a server that takes a lost connection for a failed run': {
    source: withFields(run => (linkOf(run, 'backend') === 'live' ? {} : { status: 'failed' })),
  },
  '[REC-3] a recorder that writes only after pages were told': { records: entry => ({ entry, urgent: false }) },
  '[REC-3] a recorder that loses what ends a batch': {
    records: loses(observed => observed.kind === 'message' && observed.says.kind === 'batch-complete'),
  },
  '[REC-3] a recorder that loses the stop': { records: loses(({ kind }) => kind === 'stop') },
  '[REC-3] a recorder that loses the abort': {
    records: loses(observed => observed.kind === 'message' && observed.says.kind === 'execution-aborted'),
  },
  '[REC-3] a recorder that loses that a start was accepted': { records: loses(({ kind }) => kind === 'accepted') },
  '[REC-3] a recorder that loses how agents ended': {
    records: loses(observed => observed.kind === 'container' && observed.container.exitCode !== null),
  },
  '[REC-7] a server that rebuilds nothing': { records: () => null },
  '[RUN-11] a server that does not hear that its run is forgotten': {
    frame: text => (text.includes('Execution not found.') ? null : text),
  },
  '[DOCK-2] a server that takes an ended agent for none': {
    source: withBatches(({ verdict }) => (verdict === 'late' ? { verdict: 'ghost' } : {})),
  },
  '[DOCK-2] a server that forgets how agents ended': {
    source: withBatches(({ verdict, status }) =>
      verdict === 'conflict' && status === 'completed' ? { verdict: 'agrees' } : {},
    ),
  },
  '[DOCK-3] a server that says ghost while Docker is away': {
    source: withBatches(({ status, container }, run) =>
      status === 'running' && container === null && linkOf(run, 'docker') !== 'live' ? { verdict: 'ghost' } : {},
    ),
  },
  '[RUN-13] a server that never looks into the history': {
    answer: (pathname, text) =>
      /^\/api\/history\/[^/]+$/.test(pathname) ? JSON.stringify({ success: true, runs: [] }) : text,
  },
  '[RUN-13] a server that does not see that an entry has ended': {
    answer: (pathname, text) =>
      pathname.startsWith('/api/history/')
        ? text
            .replace(/"status":"(completed|failed|aborted)","dry/g, '"status":"running","dry')
            .replace(/"ended_at":"[^"]*"/g, '"ended_at":null')
        : text,
  },
  '[RUN-13] a server that does not hear which entry is a run’s own': {
    frame: text => text.replace('Created run history entry: ', 'Created a run history entry: '),
  },
  '[RUN-13] a server that never gives up a run of the history': {
    source: withFields(({ basis, inferred }) =>
      basis === 'history' && inferred === true ? { status: 'running', endedAt: null } : {},
    ),
  },
  '[RUN-13] a server that does not read in the plan what is at work': {
    answer: (pathname, text) =>
      pathname === '/api/plans/detail' ? text.replaceAll('"status":"running"', '"status":"pending"') : text,
  },
  '[RUN-13] a server that does not hear which entry a run goes on with': {
    frame: text => text.replace('Resuming run: ', 'Resuming the run: '),
  },
  '[RUN-13] a server that leaves a run open which another one has resumed': {
    source: withFields(({ error }) =>
      error === 'Another run resumed what this one had begun.' ? { status: 'running', endedAt: null } : {},
    ),
  },
  '[RUN-13] a server that believes in an entry that was not found': {
    frame: text => text.replace(/Run \S+ not found, starting fresh/, 'Resuming run: run-2026-01-01-001001'),
  },
  '[RUN-8] a server that forgets what was completed before': {
    frame: text => text.replace('"Resuming: ', '"Resuming '),
  },
  '[RUN-8] a server that takes what another run wrote into the plan for a run’s own': {
    plant: () => {
      const planted = vi.spyOn(Runs.prototype, 'hasOther').mockReturnValue(false)
      return () => planted.mockRestore()
    },
  },
  '[RUN-8] a server that takes the entry of another run for that of one that has none': {
    frame: text =>
      text.replace(
        /Failed to create history entry: Another run is already in progress: (\S+) [^"]*/,
        'Created run history entry: $1',
      ),
  },
  '[RUN-8.11] a server that takes what another run wrote into an entry for the doing of all that share it': {
    plant: () => {
      const planted = vi.spyOn(Runs.prototype, 'hasOtherOf').mockReturnValue(false)
      return () => planted.mockRestore()
    },
  },
  '[RUN-13.5] a server that reads no plan of a run that was given up': {
    plant: () => {
      const planted = vi.spyOn(RunState.prototype, 'isGivenUp', 'get').mockReturnValue(false)
      return () => planted.mockRestore()
    },
  },
  '[RUN-13.6] a server that takes a run which begins when another ends for its resume': {
    plant: () => {
      const planted = vi.spyOn(RunState.prototype, 'isResume', 'get').mockReturnValue(true)
      return () => planted.mockRestore()
    },
  },
  '[RUN-13] a server that reads an entry and its run’s end by two clocks': {
    plant: () => {
      const planted = vi.spyOn(RunState.prototype, 'onItsClock').mockImplementation(entry => entry)
      return () => planted.mockRestore()
    },
  },
}
