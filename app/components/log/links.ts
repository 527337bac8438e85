/** More links of one line stay text. */
const MOST = 50
const LONGEST = 2_000
/** Pictures of characters that can't be seen are no part of an address, because they stand for others. */
const ADDRESS = /\bhttps?:\/\/[^\s<>"'`|\\^{}\u2400-\u2426\ufffd]+/gi

export interface FoundLink {
  readonly from: number
  readonly to: number
  readonly href: string
}

/** The addresses in a text as people write them: http and https only, without the punctuation that follows. */
export function linksIn(text: string): FoundLink[] {
  if (!text.includes('://')) return []
  const links: FoundLink[] = []
  for (const { 0: found, index } of text.matchAll(ADDRESS)) {
    // Before it is looked at: any agent may print a line of brackets.
    if (found.length > LONGEST) continue
    const address = withoutPunctuation(found)
    if (!isWebAddress(address)) continue
    links.push({ from: index, to: index + address.length, href: address })
    if (links.length === MOST) break
  }
  return links
}

function withoutPunctuation(text: string): string {
  const open = { ')': count(text, '('), ']': count(text, '[') }
  const closed = { ')': count(text, ')'), ']': count(text, ']') }
  let end = text.length
  for (; end > 0; end -= 1) {
    const last = text[end - 1] ?? ''
    if (!/[.,;:!?)\]*_~]/.test(last)) break
    if (last !== ')' && last !== ']') continue
    // A bracket that was opened in the address is part of it.
    if (open[last] >= closed[last]) break
    closed[last] -= 1
  }
  return text.slice(0, end)
}

const count = (text: string, character: string) => text.split(character).length - 1

function isWebAddress(text: string): boolean {
  if (!URL.canParse(text)) return false
  const { protocol, hostname } = new URL(text)
  return (protocol === 'http:' || protocol === 'https:') && hostname !== ''
}
