// A ruleset as several small transactions, for a netlink socket whose buffer cannot be raised (rootless).
import { addChain, addElements, addMap, addMapElements, addRules, addSet } from './commands.ts'
import type { NftTable, Ruleset } from './ruleset.ts'

export interface ChunkOptions {
  /** The table that this one replaces, by another name; absent: none. It need not exist. */
  readonly replaces?: string
  /** The most text in a transaction, unless one command alone is longer; 60 000 when absent: 80 000
   * were always taken with a buffer of 212 992 bytes. */
  readonly maxBytes?: number
}

/** Elements in one command at most; commands are never split, only transactions are. */
const ELEMENTS = 250

/**
 * `nft -f` texts to run in order. All but the last build the table without any hook, so that nothing has changed until the
 * last, which attaches it and deletes the replaced table in one transaction. Each line is one command, so a text that is
 * still too long, except the last, may be split at any line.
 */
export function chunks(ruleset: Ruleset, options: ChunkOptions = {}): string[] {
  const { table } = ruleset
  return [...packed(inert(table), options.maxBytes ?? 60_000), `${attach(table, options.replaces).join('\n')}\n`]
}

/** The same ruleset in a table of another name. */
export function withTable(ruleset: Ruleset, name: string): Ruleset {
  return { ...ruleset, table: { ...ruleset.table, name } }
}

/** Everything but the base chains, on a clean table. */
function inert(table: NftTable): string[] {
  const at = `inet ${table.name}`
  const regular = [...table.chains.values()].filter((chain) => !chain.hook)
  return [
    `add table ${at}`,
    `delete table ${at}`,
    `add table ${at}`,
    ...[...table.sets.values()].flatMap((set) => [
      addSet(at, set),
      ...slices(set.elements).flatMap((some) => addElements(at, set.name, some)),
    ]),
    ...regular.map((chain) => addChain(at, chain)),
    ...regular.flatMap((chain) => addRules(at, chain)),
    ...[...table.maps.values()].flatMap((map) => [
      addMap(at, map),
      ...slices([...map.elements]).flatMap((some) => addMapElements(at, map.name, some)),
    ]),
  ]
}

function attach(table: NftTable, replaces: string | undefined): string[] {
  const at = `inet ${table.name}`
  const hooked = [...table.chains.values()].filter((chain) => chain.hook)
  return [
    ...hooked.map((chain) => addChain(at, chain)),
    ...hooked.flatMap((chain) => addRules(at, chain)),
    ...(replaces === undefined ? [] : [`add table inet ${replaces}`, `delete table inet ${replaces}`]),
  ]
}

function slices<T>(list: readonly T[]): T[][] {
  const out: T[][] = []
  for (let i = 0; i < list.length; i += ELEMENTS) out.push(list.slice(i, i + ELEMENTS))
  return out
}

function packed(commands: readonly string[], maxBytes: number): string[] {
  const texts: string[] = []
  let text = ''
  for (const command of commands) {
    if (text !== '' && text.length + command.length + 1 > maxBytes) {
      texts.push(text)
      text = ''
    }
    text += `${command}\n`
  }
  return [...texts, text]
}
