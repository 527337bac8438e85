/** More links of one line stay text. */
const MOST = 50
const LONGEST = 2_000
/** Pictures of characters that can't be seen are no part of an address, because they stand for others. */
const ADDRESS = /\bhttps?:\/\/[^\s<>"'`|\\^{}\u2400-\u2426\ufffd]+/gi
const PAIRS = { ')': '(', ']': '[' } as const

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
    const address = withoutPunctuation(found)
    if (address.length > LONGEST || !isWebAddress(address)) continue
    links.push({ from: index, to: index + address.length, href: address })
    if (links.length === MOST) break
  }
  return links
}

function withoutPunctuation(text: string): string {
  let end = text.length
  for (; end > 0; end -= 1) {
    const last = text[end - 1] ?? ''
    if ((last === ')' || last === ']') && count(text, PAIRS[last], end) >= count(text, last, end)) break
    if (!/[.,;:!?)\]*_~]/.test(last)) break
  }
  return text.slice(0, end)
}

const count = (text: string, character: string, end: number) => text.slice(0, end).split(character).length - 1

function isWebAddress(text: string): boolean {
  if (!URL.canParse(text)) return false
  const { protocol, hostname } = new URL(text)
  return (protocol === 'http:' || protocol === 'https:') && hostname !== ''
}
