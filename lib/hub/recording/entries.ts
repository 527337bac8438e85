import { hasMoreValues } from '../../run/text/json-size'
import * as z from 'zod'
import { links } from '../../run/links'
import { keptLine } from '../../run/text/kept-text'
import { logLine } from '../../run/model'
import { observation } from '../../run/observation'

/**
 * The format of a recording: one JSON value a line. The first line is the header, each other line is an entry. Played in
 * order, they rebuild the run and its logs [REC-1]. A reader skips and reports lines that it does not understand.
 */

export const header = z.object({
  /** The version of the format. */
  groundtruth: z.literal(1),
  /** The backend's URL, without credentials: a run's id is unique on one backend only. */
  backend: z.string(),
  runId: z.string(),
  /** The spec of the run, if it was known before the run's first message. */
  spec: z.string().nullable(),
  /** When the run became known here, ms. */
  since: z.number(),
})
export type Header = z.infer<typeof header>

export const entry = z.discriminatedUnion('kind', [
  /** An observation that changed something. `fresh`: its line was put into the log. */
  z.object({ kind: z.literal('observed'), fresh: z.boolean(), observation }),
  /** A note of our own in the run's log. */
  z.object({ kind: z.literal('note'), at: z.number(), text: keptLine }),
  /** A line of a container that works on this batch, or a notice about its output. */
  z.object({
    kind: z.literal('output'),
    container: z.string(),
    batch: z.string(),
    at: logLine.shape.at,
    stream: logLine.shape.stream,
    text: keptLine,
  }),
  /** The container works on another batch or run after all: its lines are no longer in this log [DOCK-4]. */
  z.object({ kind: z.literal('left'), container: z.string() }),
  /** The run had this id before [RUN-13]. */
  z.object({ kind: z.literal('renamed'), from: z.string() }),
  /** The backend sends nothing more for this run. */
  z.object({ kind: z.literal('archived') }),
  /** A gap: nothing between these moments (ms) could be recorded. `to` null: nor could anything after `from`. */
  z.object({ kind: z.literal('hole'), from: z.number(), to: z.number().nullable() }),
  /** Another process continues the recording, by its own clock. Written only if the machine's clock was set before [RUN-16.14]. */
  z.object({ kind: z.literal('resumed'), at: z.number() }),
  /** From then on, ms, the run's sources were this fresh. What Docker listed is only kept while a batch waits for its container. */
  z.object({ kind: z.literal('linked'), at: z.number(), links }),
  /** The end of an exported recording: when it was exported, ms, and how fresh the run's sources were then [IMP-1]. */
  z.object({ kind: z.literal('exported'), at: z.number(), links }),
])
export type Entry = z.infer<typeof entry>

/** One line of a recording, including its line break. */
export const lineOf = (part: Header | Entry): string => `${JSON.stringify(part)}\n`

/** A plan of 2,000 batches with 20,000 dependencies holds some 40,000 values. */
const MOST_VALUES = 50_000

/** The content of a line. Null if the line can't be read: it is torn, garbage, or of another version. */
export function readLine<T>(schema: z.ZodType<T>, line: string): T | null {
  if (hasMoreValues(line, MOST_VALUES)) return null
  try {
    return schema.safeParse(JSON.parse(line)).data ?? null
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
}
