import { hasMoreValues } from '../../run/json-size'
import * as z from 'zod'
import { links } from '../../run/evidence'
import { keptLine } from '../../run/kept-text'
import { logLine } from '../../run/model'
import { observation } from '../../run/observation'

/**
 * The format of a recording: JSON, one thing a line. The first line is the header, each other one an entry; played in
 * order, they rebuild the run and its logs [REC-1]. What a reader does not understand it leaves alone and reports.
 */

export const header = z.object({
  /** The version of the format. */
  groundtruth: z.literal(1),
  /** The backend's URL, without credentials: a run's id is unique on one backend only. */
  backend: z.string(),
  runId: z.string(),
  /** Whose plan it executes, where that was said before the run's first word. */
  spec: z.string().nullable(),
  /** Since when the run is known here, ms. */
  since: z.number(),
})
export type Header = z.infer<typeof header>

export const entry = z.discriminatedUnion('kind', [
  /** An observation that changed something. `fresh`: its line was put into the log. */
  z.object({ kind: z.literal('observed'), fresh: z.boolean(), observation }),
  /** A word of our own in the run's log. */
  z.object({ kind: z.literal('note'), at: z.number(), text: keptLine }),
  /** A line that a container printed that works on this batch, or what is to be said of its output. */
  z.object({
    kind: z.literal('output'),
    container: z.string(),
    batch: z.string(),
    at: logLine.shape.at,
    stream: logLine.shape.stream,
    text: keptLine,
  }),
  /** The container works on another batch or run after all: what it printed is no longer here [DOCK-4]. */
  z.object({ kind: z.literal('left'), container: z.string() }),
  /** The run was known by this id before [RUN-13]. */
  z.object({ kind: z.literal('renamed'), from: z.string() }),
  /** Nothing more comes from the backend. */
  z.object({ kind: z.literal('archived') }),
  /** What happened between these moments (ms) could not be recorded, whatever it was; `to` null: nor what came after. */
  z.object({ kind: z.literal('hole'), from: z.number(), to: z.number().nullable() }),
  /** Another process goes on with the recording, by its own clock; only where the machine's was set before [RUN-16.14]. */
  z.object({ kind: z.literal('resumed'), at: z.number() }),
  /** The end of an exported recording: when that was, ms, and how fresh the run's sources were then [IMP-1]. */
  z.object({ kind: z.literal('exported'), at: z.number(), links }),
])
export type Entry = z.infer<typeof entry>

/** One line of a recording, its end included. */
export const lineOf = (part: Header | Entry): string => `${JSON.stringify(part)}\n`

/** A plan of 2,000 batches with 20,000 needs holds some 40,000. */
const MOST_VALUES = 50_000

/** What a line holds; null where it can't be read: torn, garbage, or of another version. */
export function readLine<T>(schema: z.ZodType<T>, line: string): T | null {
  if (hasMoreValues(line, MOST_VALUES)) return null
  try {
    return schema.safeParse(JSON.parse(line)).data ?? null
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
}
