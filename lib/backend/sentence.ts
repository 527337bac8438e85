import type { MessageClaim, Tier } from '../run/observation'
import { terminalParts } from '../run/text/terminal-text'

/**
 * The sentences in which backends report batches in plain text, after `[Orchestrator]`-like tags, emoji and ANSI codes. A text
 * counts only if the whole of it is the sentence [RUN-3].
 */

const LEAD = /^(?:\s|\[[^\]\n]{0,300}\]|[\p{Extended_Pictographic}\p{Emoji_Modifier}\u200D\uFE0F])+/u
const QUOTES = ["''", '""', '``', '‘’', '“”']
const MAX_SENTENCE = 2_000

/**
 * The text without escape sequences, without tags and emoji at its front, and without white space at its ends. Bells and 8-bit
 * sequences stay: names must match exactly [RUN-3], and an apparent sequence may be a badly decoded letter.
 */
function bare(text: string): string {
  let kept = ''
  for (const { kind, from, to } of terminalParts(text)) {
    if (kind === 'text' || text[from] !== '\u001b') kept += text.slice(from, to)
  }
  return kept.replace(LEAD, '').trim()
}

/** The text between two matching quotes at its ends, with any quotes inside it; null if there are no such quotes. */
function unquote(text: string): string | null {
  return text.length > 2 && QUOTES.includes(text.charAt(0) + text.charAt(text.length - 1)) ? text.slice(1, -1) : null
}

type Reader = (words: readonly string[], tier: Tier) => MessageClaim | null

const byName =
  (sentence: 'mission' | 'merged' | 'skipped', nameOf = (words: string): string | null => words): Reader =>
  ([, words = ''], tier) => {
    const ref = nameOf(words)
    return ref === null ? null : { kind: 'batch-complete', tier, sentence, by: 'name', ref, branch: null }
  }

const SENTENCES: readonly [RegExp, Reader][] = [
  [/^Spawning batch: (.+)$/, ([, name = ''], tier) => ({ kind: 'batch-start', tier, name })],
  [
    /^Batch (.+) completed on branch (\S+)$/,
    ([, ref = '', branch = ''], tier) => ({
      kind: 'batch-complete',
      tier,
      sentence: 'completed',
      by: 'id',
      ref,
      branch,
    }),
  ],
  [/^Mission completed: (.+)$/, byName('mission')],
  [/^Successfully merged batch (.+?)\.?$/, byName('merged', unquote)],
  [/^Conflicts resolved, batch (.+) completed\.?$/, byName('merged', unquote)],
  [/^Batch (.+) already completed, skipping\.?$/, byName('skipped', unquote)],
]

/** The claim of a batch in a text, or null. `tier` says how good a claim of its sender is. */
export function readSentence(text: string, tier: Tier): MessageClaim | null {
  if (text.length > MAX_SENTENCE) return null
  const sentence = bare(text)
  for (const [pattern, read] of SENTENCES) {
    const words = pattern.exec(sentence)
    if (words) return read(words, tier)
  }
  return null
}
