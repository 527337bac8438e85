import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { describe, expect, it } from 'vitest'

const GLOBAL = 'styles/base.css'

/** The style sheets and components of a folder, by path. */
function filesIn(folder: string): Map<string, string> {
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
    path => path.endsWith('.css') || (path.endsWith('.tsx') && !path.endsWith('.test.tsx')),
  )
  return new Map(paths.map(path => [path, readFileSync(join(folder, path), 'utf8')]))
}

const rulesOf = (css: string) => css.replace(/\/\*[^]*?\*\//g, '')

/** The classes that the selectors of a style sheet name. */
function classesOf(css: string): Set<string> {
  const selectors = [...rulesOf(css).matchAll(/[^{};]+(?=\{)/g)].filter(([text]) => !text.trim().startsWith('@'))
  return new Set(selectors.flatMap(([text]) => [...text.matchAll(/\.([A-Za-z][\w-]*)/g)].map(([, name = '']) => name)))
}

/** The classes that the `composes` of a style sheet name: its own, and global ones. */
function composedBy(css: string): { own: string[]; global: string[] } {
  const all = [...rulesOf(css).matchAll(/composes:([^;]*?)(?: from ([^;]+))?;/g)]
  const names = (of: RegExpExecArray[]) => of.flatMap(([, text = '']) => text.trim().split(/\s+/))
  return {
    own: names(all.filter(each => each[2] === undefined)),
    global: names(all.filter(each => each[2] === 'global')),
  }
}

/** The words of the literal class names in a component. */
function literalsOf(component: string): string[] {
  const values = [...component.matchAll(/className=(?:"([^"]*)"|\{((?:[^{}]|\{[^{}]*\})*)\})/g)].flatMap(
    ([, plain, expression = '']) =>
      plain === undefined
        ? [...expression.matchAll(/(?:^|[?:,(])\s*'([^']*)'/g)].map(([, text = '']) => text)
        : [plain],
  )
  return values.flatMap(value => value.split(' '))
}

/** Each class that a component names and no style sheet has, or a style sheet has and nothing names; a sentence each. */
function faults(files: ReadonlyMap<string, string>): string[] {
  const found: string[] = []
  const used = new Map([...files.keys()].filter(path => path.endsWith('.css')).map(path => [path, new Set<string>()]))
  const classes = new Map([...used.keys()].map(path => [path, classesOf(files.get(path) ?? '')]))
  const check = (sheet: string, name: string, by: string) => {
    if (classes.get(sheet)?.has(name) !== true) found.push(`${by} names .${name}, which ${sheet} does not have`)
    used.get(sheet)?.add(name)
  }
  for (const [path, text] of files) {
    if (path.endsWith('.css')) {
      const { own, global } = composedBy(text)
      for (const name of own) check(path, name, path)
      for (const name of global) check(GLOBAL, name, path)
      continue
    }
    for (const name of literalsOf(text)) check(GLOBAL, name, path)
    const body = text.replace(/^import .*$/gm, '')
    for (const [, binding = '', from = ''] of text.matchAll(/import (\w+) from '([^']+\.module\.css)'/g)) {
      const sheet = normalize(join(dirname(path), from))
      const uses = body.matchAll(new RegExp(`(?<![\\w.])${binding}(?:\\.(\\w+)|\\[)`, 'g'))
      for (const [, name] of uses) {
        if (name === undefined) found.push(`${path} computes the name of a class of ${sheet}`)
        else check(sheet, name, path)
      }
    }
  }
  for (const [sheet, names] of classes)
    for (const name of names)
      if (used.get(sheet)?.has(name) !== true) found.push(`${sheet} has .${name}, which nothing names`)
  return found
}

describe('the classes of the style sheets', () => {
  it('are those that the components name', () => {
    const files = filesIn(import.meta.dirname)
    expect([...files.keys()].filter(path => path.endsWith('.module.css')).length).toBeGreaterThan(30)
    expect(faults(files)).toEqual([])
  })

  it('are found missing, and found unused', () => {
    const files = new Map([
      [GLOBAL, '.num { color: red }\n.gone { color: red }'],
      [
        'run/a.module.css',
        '.row { composes: num from global; }\n.head { composes: rwo; }\n/* .old */ .row > .unused::before {}',
      ],
      [
        'run/a.tsx',
        'import styles from \'./a.module.css\'\n<p className={styles.row} /><p className={styles.hed}><b className="nmu" />',
      ],
      [
        'b.tsx',
        "import a from './run/a.module.css'\n<p className={classNames('nun', a.head)} /><p className={a[state]} />",
      ],
    ])
    expect(faults(files).sort()).toEqual([
      'b.tsx computes the name of a class of run/a.module.css',
      'b.tsx names .nun, which styles/base.css does not have',
      'run/a.module.css has .unused, which nothing names',
      'run/a.module.css names .rwo, which run/a.module.css does not have',
      'run/a.tsx names .hed, which run/a.module.css does not have',
      'run/a.tsx names .nmu, which styles/base.css does not have',
      'styles/base.css has .gone, which nothing names',
    ])
  })
})
