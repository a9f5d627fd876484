// A stand-in for the kernel's tables: applies the nft commands that Moat writes, strictly, to tables in memory.
import { readRule } from '../../src/nft/read-rule.ts'
import { readTable } from '../../src/nft/read.ts'
import type { Chain, DataType, Hook, NftSet, VerdictMap } from '../../src/nft/ruleset.ts'
import { Tokens } from '../../src/nft/tokens.ts'

interface MutableTable {
  readonly name: string
  readonly sets: Map<string, NftSet>
  readonly maps: Map<string, VerdictMap>
  readonly chains: Map<string, Chain>
}

/** Tables by name. */
export type Kernel = Map<string, MutableTable>

/** Applies one `nft -f` text; throws at what nft would refuse: an unknown name, a repeated element, something still in use. */
export function applyNft(kernel: Kernel, text: string): void {
  if (text.includes('\ntable inet ')) {
    const table = readTable(text)
    kernel.set(table.name, {
      ...table,
      sets: new Map(table.sets),
      maps: new Map(table.maps),
      chains: new Map(table.chains),
    })
    return
  }
  for (const line of text.split('\n')) if (line !== '') applyCommand(kernel, line)
}

function applyCommand(kernel: Kernel, line: string): void {
  const [verb, kind, , name, object] = line.split(' ') as [string, string, string, string, string | undefined]
  if (kind === 'table') {
    if (verb === 'add' && !kernel.has(name))
      kernel.set(name, { name, sets: new Map(), maps: new Map(), chains: new Map() })
    if (verb === 'delete') kernel.delete(name)
    return
  }
  const table = kernel.get(name)
  if (!table || object === undefined) throw new Error(`no such table: ${line}`)
  const body = line.split(' ').slice(5).join(' ')
  switch (`${verb} ${kind}`) {
    case 'add set':
      return put(table.sets, object, setOf(object, body))
    case 'add map':
      return put(table.maps, object, { name: object, type: typesOf(body).slice(0, -1), elements: new Map() })
    case 'add chain':
      return put(table.chains, object, chainOf(object, body))
    case 'add rule': {
      const chain = get(table.chains, object)
      const rule = readRule(new Tokens(body))
      checkReferences(table, JSON.stringify(rule))
      return void table.chains.set(object, { ...chain, rules: [...chain.rules, rule] })
    }
    case 'flush chain':
      return void table.chains.set(object, { ...get(table.chains, object), rules: [] })
    case 'add element':
    case 'delete element':
      return changeElements(table, { verb, object, items: new Tokens(body).list() })
    case 'delete chain':
      unused(table, `"chain":"${object}"`)
      if ([...table.maps.values()].some(({ elements }) => [...elements.values()].includes(object)))
        throw new Error(line)
      if (get(table.chains, object).rules.length > 0) throw new Error(`rules left: ${line}`)
      return void table.chains.delete(object)
    case 'delete map':
      unused(table, `"map":"${object}"`)
      get(table.maps, object)
      return void table.maps.delete(object)
    case 'delete set':
      unused(table, `"set":"${object}"`)
      get(table.sets, object)
      return void table.sets.delete(object)
    default:
      throw new Error(`unknown command: ${line}`)
  }
}

function get<T>(things: ReadonlyMap<string, T>, name: string): T {
  const thing = things.get(name)
  if (thing === undefined) throw new Error(`no such thing: ${name}`)
  return thing
}

function put<T>(things: Map<string, T>, name: string, thing: T): void {
  if (things.has(name)) throw new Error(`already there: ${name}`)
  things.set(name, thing)
}

function unused(table: MutableTable, reference: string): void {
  for (const { name, rules } of table.chains.values()) {
    if (JSON.stringify(rules).includes(reference)) throw new Error(`${reference} is in use in ${name}`)
  }
}

function checkReferences(table: MutableTable, rule: string): void {
  for (const [, kind, name] of rule.matchAll(/"(chain|map|set)":"([^"]+)"/g)) {
    get<unknown>(kind === 'chain' ? table.chains : kind === 'map' ? table.maps : table.sets, name as string)
  }
}

function typesOf(body: string): DataType[] {
  return (/type ([^;]+);/.exec(body)?.[1] ?? '').split(/ [.:] /) as DataType[]
}

function setOf(name: string, body: string): NftSet {
  const comment = /comment "([^"]*)"/.exec(body)?.[1]
  const interval = body.includes('flags interval;')
  return { name, type: typesOf(body), interval, ...(comment !== undefined && { comment }), elements: [] }
}

function chainOf(name: string, body: string): Chain {
  const hook = /type (\w+) hook (\w+) priority (-?\d+);/.exec(body)
  if (!hook) return { name, rules: [] }
  return {
    name,
    hook: { type: hook[1] as Hook['type'], hook: hook[2] as Hook['hook'], priority: Number(hook[3]) },
    rules: [],
  }
}

function changeElements(
  table: MutableTable,
  { verb, object, items }: { verb: string; object: string; items: string[] },
): void {
  const map = table.maps.get(object)
  if (map) {
    const elements = new Map(map.elements)
    for (const item of items) {
      const [key, chain] = item.split(' : goto ') as [string, string]
      if (verb === 'add') put(elements, key, get(table.chains, chain).name)
      else if (!elements.delete(key)) throw new Error(`no element ${key} in ${object}`)
    }
    return void table.maps.set(object, { ...map, elements })
  }
  const set = get(table.sets, object)
  const elements = new Set(set.elements)
  for (const item of items) {
    if (elements.has(item) === (verb === 'add')) throw new Error(`${verb} element ${item} in ${object}`)
    if (verb === 'add') elements.add(item)
    else elements.delete(item)
  }
  table.sets.set(object, { ...set, elements: set.interval ? [...elements] : [...elements].sort() })
}
