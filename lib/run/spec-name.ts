/** No spec that can be asked for has a longer name, characters. */
const LONGEST_SPEC_NAME = 200

/** Whether a page or a request can name this spec: it must be one segment of a path, as the spec's folder is. */
export const isSpecName = (name: string): boolean =>
  name.length <= LONGEST_SPEC_NAME && !/^\.{0,2}$|[/\\\p{Cc}\p{Cs}]/u.test(name)
