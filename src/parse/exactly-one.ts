// Mappings of the admin policy APIs that hold exactly one of several fields, and what a field of a newer API means there.
import { didYouMean } from '../diag/suggest.ts'
import { closed, field } from './decode.ts'
import type { MappingNode } from './node.ts'
import { fail, pathOf, type Value } from './report.ts'

/** The one field that is given, a field of a newer API, or `undefined` where none or several are. */
export type Chosen<Name extends string> =
  | { readonly [N in Name]: { readonly name: N; readonly value: Value } }[Name]
  | { readonly name: 'unknown'; readonly value: Value }

interface Choice<Name extends string> {
  readonly names: readonly Name[]
  /** What becomes of a rule with a field that is not known; absent: such a field is an error. */
  readonly unknown?: string | undefined
}

/** Reads a mapping of which exactly one field must be given. A field that looks mistyped is always an error. */
export function exactlyOne<Name extends string>(
  mapping: Value<MappingNode>,
  { names, unknown }: Choice<Name>,
): Chosen<Name> | undefined {
  const given = names.flatMap((name) => {
    const value = field(mapping, name)
    return value ? [{ name, value }] : []
  })
  const strange = [...mapping.node.entries.keys()].filter((name) => !names.includes(name as Name))
  const newer = strange.flatMap((name) => field(mapping, name) ?? [])
  const [only, second] = given
  if (!only && newer.length === 1 && unknown !== undefined && !looksMistyped(strange, names)) {
    const value = newer[0] as Value
    fail(value, {
      severity: 'warning',
      code: 'fails-closed',
      message: `\`${pathOf(value)}\` is not known, as in an API newer than Moat: ${unknown}`,
      ...(value.key && { at: value.key }),
      help: `check its spelling; known are ${listed(names)}`,
    })
    return { name: 'unknown', value }
  }
  closed(mapping, names)
  if (only && !second && newer.length === 0) return only
  if (strange.length > 0) return undefined
  return fail(mapping, {
    code: 'choose-one',
    message: `\`${pathOf(mapping)}\` must have exactly one of ${listed(names)}, ${only ? `not ${listed(given.map(({ name }) => name))}` : 'and has none'}`,
    ...(second?.value.key && { at: second.value.key }),
  })
}

function looksMistyped(strange: readonly string[], names: readonly string[]): boolean {
  return strange.some((name) => didYouMean(name, names) !== undefined)
}

function listed(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(', ')
}
