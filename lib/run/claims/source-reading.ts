import { completedBeforeFinding, unnamedOf } from './completed-before'
import { concluded, type ConcludedClaims } from './concluded-claims'
import { claimEntry, outcomeOfEntry, statusOfEntry } from './discovered-run'
import { Durations } from '../time/durations'
import type { ContainersByBatch } from '../evidence/containers-by-batch'
import type { Links } from '../links'
import type { ClaimedBatch } from './claimed-batches'
import { noted } from '../findings'
import type { Finding, RunFields, RunStatus } from '../model'
import type { HistoryReading } from '../observation'
import { findOutcome, outcomeByContinuation, type Outcome, type OutcomeNow } from './outcome'
import { MAX_BATCHES, type BatchClaim } from './roster'
import type { Run } from '../run'
import type { StreamReader } from './stream-reader'
import type { Instant } from '../time/time'

/** The claims of one of the two sources, stream or history, before they are compared with the evidence. */
export interface SourceReading {
  readonly basis: RunFields['basis']
  readonly historyId: string | null
  readonly ending: OutcomeNow
  readonly startedAt: Instant | null
  readonly durations: Durations
  /** The status of the run while it is not over. */
  readonly status: (batches: readonly ClaimedBatch[]) => RunStatus
  readonly claims: readonly BatchClaim[]
  /** The places of the batches whose claim may have changed since the last reading. */
  readonly changed: Set<number>
  /** False if the number of all batches is not known. */
  readonly totalKnown: boolean
  /** The backend said that it runs agents without containers. */
  readonly isLocal: boolean
  /** For how many batches the plan or the history is ahead of the stream [RUN-9]. */
  readonly ahead: number
  /** How many batches the backend counts as completed before the run that can't be identified [RUN-8.6]. */
  readonly unnamed: number
  readonly findings: readonly Finding[]
}

/** The parts that go on from the last reading. */
interface Parts {
  readonly reader: StreamReader
  readonly concluded: ConcludedClaims
  readonly containers: ContainersByBatch
  readonly evidenced: ReadonlySet<string>
}

export function readStream(run: Run, kept: Parts, links: Links, now: number): SourceReading {
  const { reader, concluded, containers, evidenced } = kept
  const begunAbout = containers.begunAbout.bind(containers)
  const { claims: stream, messages } = reader.read(run, begunAbout, evidenced.size > 0)
  const ending = findOutcome(run, stream.ends, messages, links.backend, now)
  const changed = concluded.update(run, stream, ending.outcome, containers)
  const { all, required, ahead } = concluded
  const { roster, before } = stream
  const unnamed = unnamedOf(before.told, all)
  const isExplained = ending.outcome?.status === 'completed' && unnamed === 0
  return {
    basis: 'stream',
    historyId: stream.historyId,
    ending,
    startedAt: stream.startedAt,
    durations: new Durations(run, messages, leastOf(ending.outcome)),
    status: batches => {
      if (stream.isRunning || batches.some(({ startedAt, endedAt }) => (startedAt ?? endedAt) !== null))
        return 'running'
      return run.accepted || run.first ? 'starting' : 'idle'
    },
    claims: all,
    changed,
    totalKnown: roster.isWhole,
    isLocal: stream.isLocal,
    ahead,
    unnamed,
    findings: [...notCounted(run, roster), ...(isExplained ? [] : completedBeforeFinding(before, required, unnamed))],
  }
}

export function readEntry(
  run: Run,
  entry: HistoryReading,
  { reader }: Parts,
  links: Links,
  now: number,
): SourceReading {
  reader.forget()
  const roster = claimEntry(run, entry)
  const { batches } = roster
  const { outcome: end, ...rest } = outcomeOfEntry(run, entry, links, now)
  const outcome = outcomeByContinuation(run) ?? end
  return {
    basis: 'history',
    historyId: entry.id,
    ending: { ...rest, outcome, findings: [], needsReplay: false },
    startedAt: entry.startedAt === null ? null : { ms: entry.startedAt, ns: 0 },
    durations: new Durations(run, [], leastOf(outcome)),
    status: () => statusOfEntry(entry, batches),
    claims: outcome ? batches.map(batch => concluded(batch, outcome)) : batches,
    changed: new Set(batches.keys()),
    totalKnown: roster.isWhole,
    isLocal: false,
    ahead: 0,
    unnamed: 0,
    findings: notCounted(run, roster),
  }
}

const leastOf = (outcome: Outcome | null): Instant | null => (outcome?.isLeast ? outcome.time : null)

/** Reports each bound that was reached, and batches that may exist beside the shown ones [SAFE-5] [RUN-8.16]. */
function notCounted(run: Run, { overflow, repeats }: { overflow: boolean; repeats: boolean }): Finding[] {
  const reached: Finding[] = []
  if (run.overflow) {
    const text = 'More state messages or containers came than are kept; some of them do not count.'
    reached.push(noted('overflow', text))
  }
  if (overflow) {
    const text = `This run has more than ${MAX_BATCHES.toLocaleString('en')} batches; the rest are not shown.`
    reached.push(noted('too-many-batches', text))
  }
  if (repeats) {
    const text = 'The plan gives one id to several batches: only the first is shown, and the total is not known.'
    reached.push(noted('repeated-id', `${text} Give each batch an id of its own.`))
  }
  return reached
}
