import type { LogLine } from '../../../lib/run/model'
import { parsedLine, piecesOf } from './line-text'
import { gapText } from './log-words'
import type { DatedRow } from './row'
import { indexOf } from './rows'

/**
 * What to copy for a selection of several lines: each line's text on a line of its own, without times and numbers, also of lines
 * that are out of view. Null for a selection within one line: the browser copies that right.
 */
export function copiedText(range: Range, rows: readonly DatedRow[]): string | null {
  const [first, last] = [lineOf(range.startContainer), lineOf(range.endContainer)]
  if (!first || !last || first === last) return null
  const [from, to] = [seqOf(first), seqOf(last)]
  const texts: { seq: number; text: string }[] = []
  for (let index = indexOf(rows, from); index < rows.length; index += 1) {
    const row = rows[index]
    if (!row || row.seq > to) break
    const { seq } = row
    if (row.kind === 'gap') texts.push({ seq, text: `[${gapText(seq, row.to, 'failed')}]` })
    if (row.kind !== 'line') continue
    if (seq === from) texts.push({ seq, text: selectedPart(first, range, 'start') })
    else if (seq < to) texts.push({ seq, text: shownText(row.line) })
    else {
      const part = selectedPart(last, range, 'end')
      // A selection of whole lines ends before the first character of the next one.
      if (part !== '') texts.push({ seq, text: part })
    }
    // A line that is folded because another one says the same is a line of the log all the same.
    const folded = row.twins?.isOpen === false ? row.twins.lines : []
    for (const line of folded)
      if (line.seq > from && line.seq < to) texts.push({ seq: line.seq, text: shownText(line) })
  }
  const inOrder = texts.toSorted((a, b) => a.seq - b.seq)
  return inOrder.map(({ text }) => text).join('\n')
}

const shownText = (line: LogLine): string =>
  piecesOf(parsedLine(line), null, false)
    .map(({ text }) => text)
    .join('')

const lineOf = (node: Node): HTMLElement | null => {
  const element = node instanceof Element ? node : node.parentElement
  return element?.closest<HTMLElement>('[data-seq]') ?? null
}

const seqOf = (line: HTMLElement): number => Number(line.dataset['seq'])

/** The selected part of the text of the line in which the selection starts or ends. */
function selectedPart(line: HTMLElement, selected: Range, edge: 'start' | 'end'): string {
  const text = line.lastElementChild
  if (!text) return ''
  const part = document.createRange()
  part.selectNodeContents(text)
  // The button that unfolds a progress bar is no part of the text.
  const button = text.querySelector('button')
  if (button) part.setStartAfter(button)
  if (edge === 'start') {
    if (selected.comparePoint(part.startContainer, part.startOffset) < 0)
      part.setStart(selected.startContainer, selected.startOffset)
  } else if (selected.comparePoint(part.endContainer, part.endOffset) > 0) {
    if (selected.comparePoint(part.startContainer, part.startOffset) > 0) return ''
    part.setEnd(selected.endContainer, selected.endOffset)
  }
  return part.toString()
}
