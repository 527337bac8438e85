/** Splits an error into its first paragraph and the rest: causes, or a backtrace of sixty lines [RUN-12]. */
export function splitError(error: string): { first: string; rest: string | null } {
  const text = error
    .replace(/^Execution failed:/, '')
    .replaceAll('\r\n', '\n')
    .trim()
  const gap = /\n[ \t]*\n/.exec(text)
  if (!gap) return { first: text, rest: null }
  return { first: text.slice(0, gap.index).trimEnd(), rest: text.slice(gap.index + gap[0].length) }
}
