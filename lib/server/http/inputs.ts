import { z } from 'zod'
import { isRunId, LONGEST_RUN_ID } from '../../run/run-id'
import { isSpecName } from '../../run/spec-name'
import { LONGEST_NAME, LONGEST_NOTE } from '../../run/text/kept-text'
import { readPattern } from '../../run/text/pattern-matcher'
import { LONGEST_SOUGHT } from '../../run/text/text-matcher'

/** How many problems one answer names at most, and how many characters of an unknown name it repeats. */
const MOST_TOLD = 5
const LONGEST_TOLD = 40

// Control characters break terminals and headers; half a surrogate pair cannot be part of a URL.
const clean = (text: string) => !/[\p{Cc}\p{Cs}]/u.test(text)

const text = () => z.string({ error: ({ input }) => (input === undefined ? 'is missing.' : 'must be text.') })

const name = (max: number) =>
  text()
    .min(1, 'must not be empty.')
    // The same length as in a scope, so pages can follow every run that can be started.
    .refine(text => text.length <= max, `must have at most ${max} characters.`)
    .refine(clean, 'must not contain control characters or broken ones.')

export const specName = name(128).refine(
  text => !/[/\\]/.test(text) && !text.startsWith('.'),
  'must be one path segment without a leading dot.',
)

/** The name of a spec as a run may have it: it is only looked up. */
export const anySpec = z.string().refine(isSpecName, 'must be one path segment.')

export const runId = name(LONGEST_RUN_ID).refine(isRunId, 'must not contain a slash or be a dot or two.')

/** A container's id as Docker writes it: in full, or the beginning that `docker ps` shows. */
export const containerId = z.string().regex(/^[0-9a-f]{12,64}$/)

/** An import's id as `Imports` makes it. */
export const importId = z.string().regex(/^[0-9a-f]{32}$/)

/**
 * Accepts these fields only.
 * @param what names the object in messages
 */
function strict<T extends z.ZodRawShape>(what: string, shape: T) {
  const takes = `It takes ${Object.keys(shape).join(', ')}.`
  return z.strictObject(shape, {
    error: issue => {
      if (issue.code !== 'unrecognized_keys') return `${what} must be an object of fields. ${takes}`
      const keys = issue.keys.slice(0, MOST_TOLD).map(key => JSON.stringify(key.slice(0, LONGEST_TOLD)))
      return `${what} must not hold ${keys.join(', ')}. ${takes}`
    },
  })
}

/** Strict: a mistyped `dryRun` must not start real agents. */
export const startBody = strict('The body', {
  spec: specName,
  runId: runId.exactOptional(),
  dryRun: z.boolean('must be true or false.').exactOptional(),
  model: name(128).exactOptional(),
  resumeRunId: runId.exactOptional(),
  site: text().exactOptional(),
})

export const followBody = strict('The body', { spec: specName.exactOptional() })

export const noteBody = strict('The body', {
  text: name(LONGEST_NOTE),
  settles: z.boolean('must be true or false.').exactOptional(),
})

const count = (min: number, max: number) =>
  text()
    .regex(/^\d{1,15}$/, 'must be a whole number.')
    .transform(Number)
    .pipe(z.number().min(min, `must be ${min} at least.`).max(max, `must be ${max} at most.`))

// A batch may have any name in a plan, so any text is accepted: the id is only looked up.
const batch = () => text().min(1, 'must not be empty.').max(200, 'must have at most 200 characters.').exactOptional()

/** An id as long as any that is kept. */
const wholeBatch = text()
  .min(1, 'must not be empty.')
  .max(LONGEST_NAME, `must have at most ${LONGEST_NAME} characters.`)

export const tasksQuery = strict('The query', { batch: wholeBatch })

/** A moment as ISO 8601 with its offset from UTC; gives ms. */
const moment = text()
  .refine(
    text => z.iso.datetime({ offset: true }).safeParse(text).success,
    'must be a time such as 2026-01-31T12:00:00Z.',
  )
  .transform(text => Date.parse(text))

export const momentQuery = z.object({ at: moment })

/** `all`: the merged log. Not a batch's id, so that no batch can be called like it. */
const sought = () =>
  text().min(1, 'must not be empty.').max(LONGEST_SOUGHT, `must have at most ${LONGEST_SOUGHT} characters.`)

const of = () => z.enum(['run', 'all'], 'must be run or all.').exactOptional()

const lineFilter = {
  text: sought().exactOptional(),
  /** In the syntax of RE2. */
  pattern: sought()
    .superRefine((pattern, context) => {
      const { problem } = readPattern(pattern)
      if (problem !== null) context.addIssue({ code: 'custom', message: problem })
    })
    .exactOptional(),
  stream: text()
    .transform(names => names.split(','))
    .pipe(
      z.array(z.enum(['stdout', 'stderr', 'system'], 'must be stdout, stderr or system, or some of them with commas.')),
    )
    .exactOptional(),
  source: name(LONGEST_SOUGHT).exactOptional(),
  level: z.enum(['error'], 'must be error.').exactOptional(),
}

interface Sought {
  text?: string
  pattern?: string
}
const isOneOf = ({ text, pattern }: Sought) => text === undefined || pattern === undefined
const notBoth = { path: ['pattern'], message: 'must not stand beside text.' }

export const logsQuery = strict('The query', {
  batch: batch(),
  of: of(),
  after: count(0, Number.MAX_SAFE_INTEGER).default(0),
  before: count(1, Number.MAX_SAFE_INTEGER).exactOptional(),
  limit: count(1, 10_000).default(1_000),
  ...lineFilter,
}).refine(isOneOf, notBoth)

export const searchQuery = strict('The query', { batch: batch(), of: of(), ...lineFilter })
  .refine(isOneOf, notBoth)
  .refine(({ batch: _, of: __, ...filter }) => Object.keys(filter).length > 0, {
    path: ['text'],
    message: 'is missing. Send text, pattern, level, stream or source.',
  })

/** Says what is wrong with an input, in one sentence per problem: `spec: must be ….` */
export function problemsOf(error: z.ZodError): string {
  const told = error.issues.slice(0, MOST_TOLD)
  return told.map(issue => [...issue.path.map(String), issue.message].join(': ')).join(' ')
}
