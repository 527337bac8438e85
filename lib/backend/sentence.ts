import type { Says, Tier } from '../run/observation'

/**
 * The sentences by which backends tell of batches in plain text, after `[Orchestrator]`-like tags, emoji and ANSI codes.
 * A text counts only if it *is* the sentence, from its first word to its last [RUN-3].
 */

const ANSI = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[@-Z\\-_])/g
const LEAD = /^(?:\s|\[[^\]\n]{0,300}\]|\p{Extended_Pictographic}\uFE0F?)+/u
const QUOTED = /^(['"`‘“])(.+)(['"`’”])\.?$/
const CLOSING = new Map([
  ["'", "'"],
  ['"', '"'],
  ['`', '`'],
  ['‘', '’'],
  ['“', '”'],
])
const MAX_SENTENCE = 2_000

/** Text without ANSI codes, tags and emoji at its front, and white space at its ends. */
function bare(text: string): string {
  return text.replace(ANSI, '').replace(LEAD, '').trim()
}

function unquote(text: string): string {
  const [, opening = '', inside = '', closing = ''] = QUOTED.exec(text) ?? []
  return opening !== '' && CLOSING.get(opening) === closing ? inside : text
}

type Reader = (match: RegExpExecArray, tier: Tier) => Says

const byName =
  (sentence: 'mission' | 'merged' | 'skipped'): Reader =>
  ([, name = ''], tier) => ({ kind: 'batch-complete', tier, sentence, by: 'name', ref: unquote(name), branch: null })

const SENTENCES: readonly [RegExp, Reader][] = [
  [/^Spawning batch: (.+)$/, ([, name = ''], tier) => ({ kind: 'batch-start', tier, name: unquote(name) })],
  [
    /^Batch (.+) completed on branch (\S+)$/,
    ([, id = '', branch = ''], tier) => ({
      kind: 'batch-complete',
      tier,
      sentence: 'completed',
      by: 'id',
      ref: unquote(id),
      branch: unquote(branch),
    }),
  ],
  [/^Mission completed: (.+)$/, byName('mission')],
  [/^Successfully merged batch (['"`‘“].+)$/, byName('merged')],
  [/^Conflicts resolved, batch (['"`‘“].+) completed\.?$/, byName('merged')],
  [/^Batch (['"`‘“].+) already completed, skipping\.?$/, byName('skipped')],
]

/** What a text says of a batch, or null. `tier` is how good its sender's word is. */
export function readSentence(text: string, tier: Tier): Says | null {
  if (text.length > MAX_SENTENCE) return null
  const sentence = bare(text)
  for (const [pattern, read] of SENTENCES) {
    const match = pattern.exec(sentence)
    if (match) return read(match, tier)
  }
  return null
}
