/** The required parts of an error's text [SAY-1] [SAY-1.9]; each is a pattern that must match. */
export interface Required {
  what: RegExp
  where: RegExp
  next: RegExp
}

/**
 * Texts that no error may contain [SAY-2]: credentials [SAY-2.1], a stack [SAY-2.2], planted text [SAY-2.3], a value that was never
 * set, or a bare message of the runtime.
 */
const FORBIDDEN: readonly [string, RegExp][] = [
  ['credentials in a URL', /:\/\/[^/\s]*@/],
  ['a planted secret', /planted|hunter2|sk-ant/],
  ['a stack', /\n\s+at |node:internal|\.ts:\d/],
  ['a missing value', /\bundefined\b|\bNaN\b|\[object /],
  ['the runtime’s own words', /^(fetch failed|connect E[A-Z]+|ENOENT: |EACCES: |TypeError|Error:)/],
  ['a line break', /[\r\n]/],
]

/** The faults of an error's text; empty if it contains everything required. */
export function faultsOf(text: string, { what, where, next }: Required): string[] {
  return [
    ...(what.test(text) ? [] : [`does not say what happened: ${what.source}`]),
    ...(where.test(text) ? [] : [`does not say where: ${where.source}`]),
    ...(next.test(text) ? [] : [`does not say what to do next: ${next.source}`]),
    ...(/^[\p{Lu}\p{Ll}\d]/u.test(text) && /[.)]$/.test(text) ? [] : ['is no sentence']),
    ...(text.length <= 600 ? [] : [`has ${text.length} characters`]),
    ...FORBIDDEN.filter(([, pattern]) => pattern.test(text)).map(([name]) => `holds ${name}`),
  ].map(fault => `${fault} | ${text}`)
}
