import type * as z from 'zod/mini'

/**
 * What the server may send to pages, made of its schema, with a text of somebody else's in every field that holds one: a
 * field that is added later is filled, too.
 */

/** Picks what a field holds, or undefined where the choice is free. */
type Pick = (path: string) => unknown

const TIME = /(^|\.)(\w+At|\w+Since|at|since|until|now)$/

/**
 * A value of the schema. Each text is `textOf` its path, each list has one element, each enumeration its first member,
 * numbers are 1, nothing is null; `pick` says otherwise, by path, such as `batches.status`.
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
      return TIME.test(path) ? '2026-11-23T13:00:00.000Z' : textOf(path)
    case 'number':
      return 1
    case 'boolean':
      return false
    default:
      throw new Error(`${path}: no value is known for a ${def.type}; add one here`)
  }
}
