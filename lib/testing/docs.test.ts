import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = resolve(import.meta.dirname, '../..')

const markdownIn = (folder: string): string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter(path => path.endsWith('.md'))
    .map(path => join(folder, path))

const documents = ['README.md', ...['app', 'docs', 'e2e', 'lib'].flatMap(markdownIn)].sort()

/** The text without what Markdown shows as code, because a link there is an example. Line numbers stay the same. */
const withoutCode = (text: string): string =>
  text
    .replace(/^([ \t]*)(```|~~~)[\s\S]*?^\1\2[ \t]*$/gm, block => block.replace(/[^\n]/g, ''))
    .replace(/(`+)(?!`)[^\n]*?[^`\n]\1(?!`)/g, code => code.replace(/[[\]()<>"]/g, ' '))

/** The anchors that GitHub gives a document's headings, and those that the document sets itself. */
function anchorsOf(text: string): Set<string> {
  const anchors = new Set<string>()
  const bare = text.replace(/^([ \t]*)(```|~~~)[\s\S]*?^\1\2[ \t]*$/gm, '')
  for (const [, heading = ''] of bare.matchAll(/^#{1,6}[ \t]+(.+?)[ \t]*#*$/gm)) {
    const shown = heading.replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    const anchor = shown
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\p{M}_\- ]/gu, '')
      .replaceAll(' ', '-')
    let unique = anchor
    for (let n = 1; anchors.has(unique); n += 1) unique = `${anchor}-${n}`
    anchors.add(unique)
  }
  for (const [, anchor = ''] of bare.matchAll(/<a\s+(?:id|name)="([^"]+)"/g)) anchors.add(anchor)
  return anchors
}

const LINKS = [
  /\]\(\s*<?([^\s)>]+)>?(?:\s+"[^"]*")?\s*\)/g,
  /^[ \t]*\[[^\]]+\]:[ \t]*<?([^\s>]+)>?/gm,
  /\b(?:href|src)="([^"]+)"/g,
]

/** The targets of a document's links to other files and to anchors, with their lines. */
function linksIn(text: string): { target: string; line: number }[] {
  const shown = withoutCode(text)
  return LINKS.flatMap(pattern =>
    [...shown.matchAll(pattern)].flatMap(({ 1: target = '', index }) => {
      const isElsewhere = /^([a-z][a-z\d+.-]*:|\/\/)/i.test(target)
      return isElsewhere ? [] : [{ target, line: shown.slice(0, index).split('\n').length }]
    }),
  )
}

/** The broken links of a document, a sentence each. */
function brokenLinks(path: string, text: string): string[] {
  return linksIn(text).flatMap(({ target, line }) => {
    const [file = '', anchor] = target.split('#')
    const there = file === '' ? join(root, path) : resolve(dirname(join(root, path)), decodeURIComponent(file))
    const at = `${path}:${line}: ${target}`
    if (relative(root, there).startsWith('..')) return [`${at} leads out of the project`]
    if (!existsSync(there)) return [`${at} names no file`]
    if (anchor === undefined || !there.endsWith('.md')) return []
    const content = file === '' ? text : readFileSync(there, 'utf8')
    return anchorsOf(content).has(decodeURIComponent(anchor)) ? [] : [`${at} names no heading`]
  })
}

/** The project's files and folders that a document names in its text and that do not exist. */
const missingFiles = (text: string): string[] =>
  [...text.matchAll(/`((?:app|bench|docs|e2e|lib|\.ci)\/[\w./[\]-]+)`/g)].flatMap(([, path = '']) =>
    existsSync(join(root, path)) ? [] : [path],
  )

describe('files that the README and the pages name', () => {
  it.each(['README.md', ...markdownIn('docs')])('%s: each is there', path => {
    expect(missingFiles(readFileSync(join(root, path), 'utf8'))).toEqual([])
  })

  it('are found missing where they are not there', () => {
    expect(missingFiles('`lib/run/fold.ts`, `lib/none.ts`, `app/runs/[runId]/page.tsx`, `e2e/`, `app/<path>`')).toEqual(
      ['lib/none.ts'],
    )
  })
})

describe('links between Markdown files', () => {
  it.each(documents)('%s: each leads to a file and a heading', path => {
    expect(brokenLinks(path, readFileSync(join(root, path), 'utf8'))).toEqual([])
  })

  it('are looked for in the README, the pages and the rules', () => {
    expect(documents).toEqual(expect.arrayContaining(['README.md', 'docs/contributing.md', 'lib/run/RULES.md']))
  })

  it('are found broken where they lead nowhere', () => {
    const text = [
      '# One `word`, two',
      '[file](docs/none.md) [heading](#none) [there](#one-word-two) ![image](e2e/none.png "title")',
      '[elsewhere](https://example.org/none) `[code](none.md)`',
      '```',
      '[code](none.md)',
      '# Code',
      '```',
      '[out](../none.md) [code](#code) <img src="none.svg">',
      '[ref]: lib/none.ts',
      '[page](docs/contributing.md#none) [page](docs/contributing.md#the-layers)',
    ].join('\n')
    expect(brokenLinks('README.md', text).sort()).toEqual([
      'README.md:10: docs/contributing.md#none names no heading',
      'README.md:2: #none names no heading',
      'README.md:2: docs/none.md names no file',
      'README.md:2: e2e/none.png names no file',
      'README.md:8: #code names no heading',
      'README.md:8: ../none.md leads out of the project',
      'README.md:8: none.svg names no file',
      'README.md:9: lib/none.ts names no file',
    ])
  })

  it('find the second of two equal headings, as GitHub does', () => {
    expect([...anchorsOf('## Logs\n### Logs\n## A — b (c), `d_e`\n')]).toEqual(['logs', 'logs-1', 'a--b-c-d_e'])
  })
})
