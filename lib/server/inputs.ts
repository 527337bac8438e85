import { z } from 'zod'

// Control characters break terminals and headers; half a surrogate pair cannot be part of a URL.
const clean = (text: string) => !/[\p{Cc}\p{Cs}]/u.test(text)

const name = (max: number) =>
  z
    .string()
    .min(1)
    // As a scope counts them: what can be started can be followed by pages, too.
    .refine(text => text.length <= max, `must have at most ${max} characters`)
    .refine(clean, 'must not contain control characters or broken ones')

export const specName = name(128).refine(
  text => !/[/\\]/.test(text) && !text.startsWith('.'),
  'must be one path segment without a leading dot',
)

export const runId = name(200).refine(
  text => !text.includes('/') && text !== '.' && text !== '..',
  'must not contain a slash or be a dot or two',
)

/** As Docker writes it: in full, or its beginning as `docker ps` shows it. */
export const containerId = z.string().regex(/^[0-9a-f]{12,64}$/)

/** As `Imports` names them. */
export const importId = z.string().regex(/^[0-9a-f]{32}$/)

/** Strict: a mistyped `dryRun` must not start real agents. */
export const startBody = z.strictObject({
  spec: specName,
  runId: runId.exactOptional(),
  dryRun: z.boolean().exactOptional(),
  model: name(128).exactOptional(),
  resumeRunId: runId.exactOptional(),
})

export const followBody = z.strictObject({ spec: specName.exactOptional() })

const count = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d{1,15}$/, 'must be a whole number')
    .transform(Number)
    .pipe(z.number().min(min).max(max))

export const logsQuery = z.strictObject({
  // Whatever a plan calls its batches: an id is only ever looked up.
  batch: z.string().min(1).max(200).exactOptional(),
  after: count(0, Number.MAX_SAFE_INTEGER).default(0),
  limit: count(1, 10_000).default(1_000),
})

/** What is wrong with an input, as one sentence per problem: `spec: must be …`. */
export function problemsOf(error: z.ZodError): string {
  return error.issues.map(issue => [...issue.path.map(String), issue.message].join(': ')).join('; ')
}
