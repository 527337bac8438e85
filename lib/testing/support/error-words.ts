/** What an error has to say [SAY-1] [SAY-1.9]: each part by a pattern that fits it. */
export interface Required {
  what: RegExp
  where: RegExp
  next: RegExp
}

/**
 * What no error may hold [SAY-2]: credentials [SAY-2.1], a stack [SAY-2.2], planted text [SAY-2.3], a value that was never set, words
 * of the runtime alone.
 */
const FORBIDDEN: readonly [string, RegExp][] = [
  ['credentials in a URL', /:\/\/[^/\s]*@/],
  ['a planted secret', /planted|hunter2|sk-ant/],
  ['a stack', /\n\s+at |node:internal|\.ts:\d/],
  ['a missing value', /\bundefined\b|\bNaN\b|\[object /],
  ['the runtime’s own words', /^(fetch failed|connect E[A-Z]+|ENOENT: |EACCES: |TypeError|Error:)/],
  ['a line break', /[\r\n]/],
]

/** What is wrong with the text of an error; empty where it says all that it has to. */
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
