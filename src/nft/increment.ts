// From the ruleset in force to the next one: the smallest transaction, and a new generation only where something is taken away.
import { withGeneration } from './compile-hooks.ts'
import { isOrdered, isolationMap } from './names.ts'
import { addChain, addElements, addMapElements, addRules, addSet, addMap } from './commands.ts'
import { printRule, printRuleset } from './print.ts'
import type { Chain, NftSet, NftTable, Rule, Ruleset } from './ruleset.ts'

export interface Increment {
  /** What is in force afterwards: the next ruleset, of the right generation. */
  readonly ruleset: Ruleset
  /** One `nft -f` transaction; empty when nothing changes. */
  readonly text: string
  /** True when live connections are looked at again, so that those newly denied are cut. */
  readonly cuts: boolean
}

/** Both rulesets must be of the same table. */
export function increment(old: Ruleset, next: Ruleset): Increment {
  const cuts = narrows(old.table, withGeneration(next, old.generation).table)
  const ruleset = withGeneration(next, cuts ? old.generation + 1 : old.generation)
  const text = incompatible(old.table, ruleset.table) ? printRuleset(ruleset) : lines(changes(old.table, ruleset.table))
  return { ruleset, text, cuts }
}

function lines(commands: readonly string[]): string {
  return commands.map((command) => `${command}\n`).join('')
}

/** Commands in an order that nft accepts in one transaction: nothing is named before it exists or deleted while in use. */
function changes(old: NftTable, next: NftTable): string[] {
  const table = `inet ${next.name}`
  const rewritten = [...next.chains.values()].filter((chain) => !sameRules(old.chains.get(chain.name), chain))
  const goneChains = gone(old.chains, next.chains)
  return [
    ...added(old.sets, next.sets).map((set) => addSet(table, set)),
    ...added(old.maps, next.maps).map((map) => addMap(table, map)),
    ...added(old.chains, next.chains).map((chain) => addChain(table, chain)),
    ...[...next.sets.values()].flatMap((set) => addElements(table, set.name, missing(set, old.sets.get(set.name)))),
    ...[...old.maps.values()].flatMap((map) => {
      const after = next.maps.get(map.name)?.elements
      const keys = [...map.elements].flatMap(([key, chain]) => (after?.get(key) === chain ? [] : [key]))
      return deleteElements(table, map.name, keys)
    }),
    ...rewritten.flatMap((chain) => (old.chains.has(chain.name) ? [`flush chain ${table} ${chain.name}`] : [])),
    ...goneChains.map(({ name }) => `flush chain ${table} ${name}`),
    ...rewritten.flatMap((chain) => addRules(table, chain)),
    ...[...next.maps.values()].flatMap((map) => {
      const before = old.maps.get(map.name)?.elements
      return addMapElements(
        table,
        map.name,
        [...map.elements].filter(([key, chain]) => before?.get(key) !== chain),
      )
    }),
    ...[...old.sets.values()].flatMap((set) => {
      const after = next.sets.get(set.name)
      return after ? deleteElements(table, set.name, missing(set, after)) : []
    }),
    ...goneChains.map(({ name }) => `delete chain ${table} ${name}`),
    ...gone(old.maps, next.maps).map(({ name }) => `delete map ${table} ${name}`),
    ...gone(old.sets, next.sets).map(({ name }) => `delete set ${table} ${name}`),
  ]
}

function added<T>(old: ReadonlyMap<string, T>, next: ReadonlyMap<string, T>): T[] {
  return [...next].flatMap(([name, value]) => (old.has(name) ? [] : [value]))
}

function gone<T>(old: ReadonlyMap<string, T>, next: ReadonlyMap<string, T>): T[] {
  return added(next, old)
}

/** The elements of `set` that `other` lacks. */
function missing(set: NftSet, other: NftSet | undefined): string[] {
  const there = new Set(other?.elements)
  return set.elements.filter((element) => !there.has(element))
}

function deleteElements(table: string, name: string, elements: readonly string[]): string[] {
  return elements.length === 0 ? [] : [`delete element ${table} ${name} { ${elements.join(', ')} }`]
}

function sameRules(a: Chain | undefined, b: Chain): boolean {
  if (a === undefined) return b.rules.length === 0
  return (
    a === b || (a.rules.length === b.rules.length && a.rules.every((rule, i) => sameRule(rule, b.rules[i] as Rule)))
  )
}

function sameRule(a: Rule, b: Rule): boolean {
  return a === b || printRule(a) === printRule(b)
}

/** True when a name stands for things that no element or rule can turn into each other. */
function incompatible(old: NftTable, next: NftTable): boolean {
  return (
    [...next.sets.values()].some((set) => {
      const before = old.sets.get(set.name)
      return before && (before.interval !== set.interval || before.type.join() !== set.type.join())
    }) ||
    [...next.chains.values()].some((chain) => {
      const before = old.chains.get(chain.name)
      return before && JSON.stringify(before.hook) !== JSON.stringify(chain.hook)
    })
  )
}

/**
 * True when some connection that the old rules accept might be denied by the next ones; both are of one generation here.
 * Without rules whose order decides only what admits counts: elements of sets, rules that accept or jump, and pods that are
 * not isolated. With them any change counts, for what is new in a set may be what a rule denies.
 */
export function narrows(old: NftTable, next: NftTable): boolean {
  if ([old, next].some(({ chains }) => [...chains.keys()].some(isOrdered))) return changes(old, next).length > 0
  return (
    [...old.sets.values()].some((set) => {
      const after = next.sets.get(set.name)
      return after !== undefined && missing(set, after).length > 0
    }) ||
    (['egress', 'ingress'] as const).some((direction) =>
      ([4, 6] as const).some((family) => {
        const name = isolationMap(direction, family)
        const before = old.maps.get(name)?.elements
        return [...(next.maps.get(name)?.elements ?? [])].some(([address, chain]) => before?.get(address) !== chain)
      }),
    ) ||
    [...old.chains.values()].some((chain) => {
      const after = next.chains.get(chain.name)
      if (chain.hook) return !after || !sameRules(chain, after)
      return after !== undefined && admissions(chain).some((rule) => !admissions(after).includes(rule))
    })
  )
}

/** What a chain's rules let through, as texts without comments. */
function admissions(chain: Chain): string[] {
  return chain.rules
    .filter(({ statements }) =>
      statements.some(
        (s) => s.do === 'accept' || s.do === 'jump' || (s.do === 'goto' && s.chain.startsWith('accepted-')),
      ),
    )
    .map(({ matches, statements }) => printRule({ matches, statements }))
}
