import { readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { describe, expect, it } from 'vitest'

/** Every rule in the RULES.md files is proved by a test that cites its id, and every cited id belongs to a rule. */

const ID = String.raw`[A-Z]+-\d+(?:\.\d+)?`
/** `| SAFE-4.1 | …`: a rule. */
const ROW = new RegExp(String.raw`^\| (${ID}) \|`)
/** `## SAFE-4: …`: a section. It may have parts in several files, each with a heading. */
const HEADING = new RegExp(`^##+ (${ID}):`)
const CITATION = new RegExp(String.raw`\[(${ID})\]`, 'g')

interface File {
  /** From the repository's root. */
  path: string
  text: string
}

const isRules = ({ path }: File) => /^(app|lib\/[\w-]+)\/RULES\.md$/.test(path)
const isCode = ({ path }: File) => /\.(ts|tsx|css|mjs)$/.test(path)
const isTest = ({ path }: File) => /\.test\.tsx?$|^e2e\/[^/]+\.spec\.ts$|^lib\/testing\//.test(path)

const citedIn = ({ text }: File): string[] => [...text.matchAll(CITATION)].map(([, id = '']) => id)
const matchesIn = ({ text }: File, pattern: RegExp): string[] =>
  text.split('\n').flatMap(line => pattern.exec(line)?.[1] ?? [])
const repeated = (ids: string[]): string[] => ids.filter((id, index) => ids.indexOf(id) !== index)

/** The paths in backquotes in the column "proved in" of a file's tables, with the first cell of their row. */
function provedIn({ text }: File): { id: string; name: string }[] {
  let column = -1
  return text.split('\n').flatMap(line => {
    if (!line.startsWith('|')) {
      column = -1
      return []
    }
    const cells = line.split(/(?<!\\)\|/).map(cell => cell.trim())
    if (column === -1) {
      column = cells.indexOf('proved in')
      // A table without that column has no cells to check.
      if (column === -1) column = cells.length
      return []
    }
    const names = [...(cells[column] ?? '').matchAll(/`([^`]+)`/g)].map(([, name = '']) => name)
    return names.map(name => ({ id: cells[1] ?? '', name }))
  })
}

/** The faults of the rules; `isFile` says whether a path from the root names a file. */
function faultsOf(files: File[], isFile: (path: string) => boolean) {
  const rules = files.filter(isRules)
  const rows = rules.flatMap(file => matchesIn(file, ROW))
  const headings = rules.map(file => matchesIn(file, HEADING))
  const sections = new Set(headings.flat())
  const known = new Set([...rows, ...sections])
  const cited = new Set(files.filter(isTest).flatMap(citedIn))
  const isProof = (path: string) => ['', '.test.ts', '.test.tsx', '.spec.ts', '.ts'].some(end => isFile(path + end))
  return {
    'cited by no test': rows.filter(id => !cited.has(id)),
    'cited and no rule': files
      .filter(isCode)
      .flatMap(file => [...new Set(citedIn(file))].filter(id => !known.has(id)).map(id => `${id} in ${file.path}`)),
    'defined twice': [...repeated(rows), ...headings.flatMap(repeated), ...rows.filter(id => sections.has(id))],
    'proved in no file': rules.flatMap(file =>
      provedIn(file)
        .filter(({ name }) => !isProof(normalize(join(dirname(file.path), name))))
        .map(({ id, name }) => `${id} ${name} in ${file.path}`),
    ),
  }
}

describe('the rules', () => {
  const root = join(import.meta.dirname, '../..')
  const isFile = (path: string) => statSync(join(root, path), { throwIfNoEntry: false })?.isFile() === true
  const foreign = new Set(['node_modules', '.git', '.next', 'dist', 'reports', 'test-results', 'playwright-report'])
  const paths = readdirSync(root)
    .filter(name => !foreign.has(name))
    .flatMap(name =>
      isFile(name)
        ? [name]
        : readdirSync(join(root, name), { recursive: true, encoding: 'utf8' }).map(path => join(name, path)),
    )
  // This file contains sample ids that are not rules.
  const files = paths
    .filter(path => /RULES\.md$|\.(ts|tsx|css|mjs)$/.test(path) && path !== 'lib/testing/rules.test.ts' && isFile(path))
    .map(path => ({ path, text: readFileSync(join(root, path), 'utf8') }))
  const faults = faultsOf(files, isFile)

  it('are found', () => {
    expect(files.filter(isRules).length).toBeGreaterThanOrEqual(6)
    expect(files.filter(isTest).length).toBeGreaterThan(200)
  })

  it.each(Object.entries(faults))('none is %s', (_, found) => {
    expect(found).toEqual([])
  })
})

describe('this check', () => {
  const table = (...rows: string[]) => ['| | rule | proved in |', '|---|---|---|', ...rows].join('\n')
  const rules: File = {
    path: 'lib/a/RULES.md',
    text: `## A-1: a section\n\n${table('| A-1.1 | It holds. | `one`, `../b/two` |', '| A-1.2 | So does it. | `../../e2e/three` |')}`,
  }
  const one: File = { path: 'lib/a/one.test.ts', text: "it('[A-1.1] holds')" }
  const three: File = { path: 'e2e/three.spec.ts', text: "test('[A-1] [A-1.2] holds')" }
  const isFile = (path: string) => ['lib/a/one.test.ts', 'lib/b/two.test.tsx', 'e2e/three.spec.ts'].includes(path)
  const foundIn = (...files: File[]) => Object.entries(faultsOf(files, isFile)).filter(([, found]) => found.length > 0)

  it('finds no fault where there is none', () => {
    const code: File = { path: 'lib/a/code.ts', text: '/** It holds [A-1.1], as all do [A-1]. */' }
    expect(foundIn(rules, one, three, code)).toEqual([])
  })

  it('finds a row that only code cites', () => {
    expect(foundIn(rules, one, { path: 'lib/a/code.ts', text: '[A-1.2]' })).toEqual([['cited by no test', ['A-1.2']]])
  })

  it.each(['lib/a/code.ts', 'app/a.tsx', 'app/a.css', '.ci/a.mjs'])('finds an id that is no rule’s in %s', path => {
    const found = ['cited and no rule', [`A-1.3 in ${path}`]]
    expect(foundIn(rules, one, three, { path, text: '[A-1.3] [A-1.3] [A-1]' })).toEqual([found])
  })

  it('finds an id that is defined twice: by rows, by headings of one file, or by both', () => {
    const row: File = { path: 'lib/b/RULES.md', text: table('| A-1.1 | It holds. | |') }
    expect(foundIn(rules, one, three, row)).toEqual([['defined twice', ['A-1.1']]])
    const headings: File = { path: 'lib/b/RULES.md', text: '## B-1: one\n\n## B-1: another' }
    expect(foundIn(rules, one, three, headings)).toEqual([['defined twice', ['B-1']]])
    const both: File = { path: 'lib/b/RULES.md', text: table('| A-1 | It holds. | |') }
    expect(foundIn(rules, one, three, both)).toEqual([['defined twice', ['A-1']]])
    const part: File = { path: 'lib/b/RULES.md', text: '## A-1: another part of the section' }
    expect(foundIn(rules, one, three, part)).toEqual([])
  })

  it('finds a test that is no file, in the last table as in the first', () => {
    const text = `${rules.text}\n\n| kind | shown |\n|---|---|\n| \`x\` | \`y\` |\n\n${table('| A-2.1 | So. | `one`, `gone` |')}`
    const cited: File = { path: 'lib/b/two.test.tsx', text: '[A-2.1]' }
    const found = ['proved in no file', ['A-2.1 gone in lib/a/RULES.md']]
    expect(foundIn({ ...rules, text }, one, three, cited)).toEqual([found])
  })
})
