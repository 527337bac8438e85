import type * as z from 'zod/mini'

/**
 * Data that the server may send to pages, generated from its schema, with a text from outside in every field that holds one. A
 * field that is added later is filled too.
 */

/** Picks the value of a field, or undefined if any value will do. */
type Pick = (path: string) => unknown

const TIME = /(^|\.)(\w+At|\w+Since|at|since|until|now)$/

/**
 * A value of the schema. By default each text is `textOf` its path, each list has one element, each enumeration is its first
 * member, numbers are 1, and nothing is null. `pick` overrides this by path, such as `batches.status`.
 */
export function filled<T extends z.ZodMiniType>(
  schema: T,
  textOf: (path: string) => string,
  pick: Pick = () => undefined,
) {
  return schema.parse(valueOf(schema.def, '', textOf, pick))
}

interface Def {
  type: string
  shape?: Record<string, { def: Def }>
  element?: { def: Def }
  innerType?: { def: Def }
  entries?: Record<string, string>
  values?: unknown[]
}

function valueOf(def: Def, path: string, textOf: (path: string) => string, pick: Pick): unknown {
  const picked = pick(path)
  if (picked !== undefined) return picked
  const inner = (part: { def: Def } | undefined, name: string) => {
    if (!part) throw new Error(`${path}: ${def.type} has no ${name}`)
    return valueOf(part.def, path, textOf, pick)
  }
  switch (def.type) {
    case 'object':
      return Object.fromEntries(
        Object.entries(def.shape ?? {}).map(([key, part]) => [
          key,
          valueOf(part.def, path === '' ? key : `${path}.${key}`, textOf, pick),
        ]),
      )
    case 'array':
      return [inner(def.element, 'element')]
    case 'nullable':
    case 'optional':
    case 'default':
      return inner(def.innerType, 'inner type')
    case 'enum':
      return Object.values(def.entries ?? {})[0]
    case 'literal':
      return def.values?.[0]
    case 'string':
      // The names of sites come from the server's own configuration, which checks them.
      if (path.split('.').at(-1) === 'site') return 'ann'
      return TIME.test(path) ? '2026-11-23T13:00:00.000Z' : textOf(path)
    case 'number':
      return 1
    case 'boolean':
      return false
    default:
      throw new Error(`${path}: no value is known for a ${def.type}; add one here`)
  }
}
