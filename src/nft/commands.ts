// Single nft commands, one a line, that make the parts of a table.
import { printMapElement, printRule } from './print.ts'
import type { Chain, NftSet, VerdictMap } from './ruleset.ts'

// `table` is `inet NAME` throughout.

/** Declares a set without its elements. */
export function addSet(table: string, set: NftSet): string {
  const flags = set.interval ? ' flags interval;' : ''
  const comment = set.comment === undefined ? '' : ` comment "${set.comment}";`
  return `add set ${table} ${set.name} { type ${set.type.join(' . ')};${flags}${comment} }`
}

/** Declares a verdict map without its elements. */
export function addMap(table: string, map: VerdictMap): string {
  return `add map ${table} ${map.name} { type ${map.type.join(' . ')} : verdict; }`
}

/** Declares a chain without its rules. */
export function addChain(table: string, { name, hook }: Chain): string {
  if (!hook) return `add chain ${table} ${name}`
  return `add chain ${table} ${name} { type ${hook.type} hook ${hook.hook} priority ${hook.priority}; policy accept; }`
}

/** Nothing when there are no elements. */
export function addElements(table: string, name: string, elements: readonly string[]): string[] {
  return elements.length === 0 ? [] : [`add element ${table} ${name} { ${elements.join(', ')} }`]
}

export function addMapElements(
  table: string,
  name: string,
  elements: readonly (readonly [string, string])[],
): string[] {
  return addElements(
    table,
    name,
    elements.map(([key, chain]) => printMapElement(key, chain)),
  )
}

/** A command for each rule of a chain, in order. */
export function addRules(table: string, chain: Chain): string[] {
  return chain.rules.map((rule) => `add rule ${table} ${chain.name} ${printRule(rule)}`)
}
