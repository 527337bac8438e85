import { isMap, isScalar, isSeq, LineCounter, parseDocument, stringify, type Node } from 'yaml'

/** A project file that cannot be used; the text and the position in the message are those of the backend's parser. */
export class BadFile extends Error {}

/** The required shape of the items in a file's list, for one reader. */
export interface Items {
  list: string
  struct: string
  required: readonly string[]
}

/**
 * Parses a file that holds a list of structs. Throws `BadFile` for the first item that is not a struct or lacks a field, otherwise
 * for the first syntax error: the backend's parser streams, so it finds the errors in this order.
 */
export function parseItems(text: string, { list, struct, required }: Items): unknown {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines })
  const place = (node: Node) => {
    const { line, col } = lines.linePos(node.range?.[0] ?? 0)
    return `at line ${line} column ${col}`
  }
  const items = isMap(document.contents) ? document.contents.get(list, true) : undefined
  if (!isSeq<Node>(items)) throw new BadFile(`missing field \`${list}\``)
  for (const [index, item] of items.items.entries()) {
    const where = `${list}[${index}]`
    if (!isMap(item))
      throw new BadFile(`${where}: invalid type: ${typeOf(item)}, expected struct ${struct} ${place(item)}`)
    const missing = required.find(field => !item.has(field))
    if (missing !== undefined) throw new BadFile(`${where}: missing field \`${missing}\` ${place(item)}`)
  }
  const [wrong] = document.errors
  if (wrong !== undefined) throw new BadFile(wrong.message.split('\n', 1)[0])
  return document.toJS()
}

function typeOf(node: Node): string {
  if (!isScalar(node)) return 'sequence'
  const { value } = node
  if (typeof value === 'string') return `string "${value}"`
  if (typeof value === 'number') return Number.isInteger(value) ? `integer \`${value}\`` : `floating point \`${value}\``
  return typeof value === 'boolean' ? `boolean \`${value}\`` : 'unit value'
}

/** YAML in the backend's block style. */
export const toYaml = (value: unknown): string =>
  stringify(value, { indentSeq: false, lineWidth: 0, singleQuote: true })
