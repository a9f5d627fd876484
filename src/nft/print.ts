// A ruleset as `nft -f` text. The opposite of `read.ts`; each is tested against the other.
import type { Chain, Key, Match, NatTarget, NftSet, NftTable, Rule, Ruleset, Statement, VerdictMap } from './ruleset.ts'

/** The text that puts the whole ruleset in force in one transaction, replacing a table of that name if there is one. */
export function printRuleset(ruleset: Ruleset): string {
  const { name } = ruleset.table
  return `add table inet ${name}\ndelete table inet ${name}\n${printTable(ruleset.table)}`
}

/** `table inet NAME { … }`. */
export function printTable(table: NftTable): string {
  const blocks = [
    ...[...table.sets.values()].map(printSet),
    ...[...table.maps.values()].map(printMap),
    ...inDependencyOrder(table).map(printChain),
  ]
  return `table inet ${table.name} {\n${blocks.join('\n')}}\n`
}

/** Regular chains first: a jump may only name a chain that exists, wherever it stands. */
function inDependencyOrder(table: NftTable): Chain[] {
  const chains = [...table.chains.values()]
  return [...chains.filter((chain) => !chain.hook), ...chains.filter((chain) => chain.hook)]
}

export function printSet(set: NftSet): string {
  const lines = [
    `type ${set.type.join(' . ')}`,
    ...(set.interval ? ['flags interval'] : []),
    ...(set.comment === undefined ? [] : [`comment "${set.comment}"`]),
    ...(set.elements.length === 0 ? [] : [`elements = { ${set.elements.join(', ')} }`]),
  ]
  return block(`set ${set.name}`, lines)
}

export function printMap(map: VerdictMap): string {
  const elements = [...map.elements].map(([key, chain]) => printMapElement(key, chain))
  const lines = [
    `type ${map.type.join(' . ')} : verdict`,
    ...(elements.length === 0 ? [] : [`elements = { ${elements.join(', ')} }`]),
  ]
  return block(`map ${map.name}`, lines)
}

export function printMapElement(key: string, chain: string): string {
  return `${key} : goto ${chain}`
}

export function printChain(chain: Chain): string {
  return block(`chain ${chain.name}`, [...printChainHead(chain), ...chain.rules.map(printRule)])
}

/** The lines of a chain before its rules. */
function printChainHead({ hook }: Chain): string[] {
  return hook ? [`type ${hook.type} hook ${hook.hook} priority ${hook.priority}; policy accept;`] : []
}

function block(head: string, lines: readonly string[]): string {
  return `\t${head} {\n${lines.map((line) => `\t\t${line}\n`).join('')}\t}\n`
}

/** One rule, without its table and chain. */
export function printRule(rule: Rule): string {
  const parts = [...rule.matches.map(printMatch), ...rule.statements.map(printStatement)]
  if (rule.comment !== undefined) parts.push(`comment "${rule.comment}"`)
  return parts.join(' ')
}

function printKeys(keys: readonly Key[]): string {
  return keys.join(' . ')
}

function printMatch({ keys, not, right }: Match): string {
  const operator = not ? ' != ' : ' '
  if ('set' in right) return `${printKeys(keys)}${operator}@${right.set}`
  const values = right.values.length === 1 ? (right.values[0] as string) : `{ ${right.values.join(', ')} }`
  return `${printKeys(keys)}${operator}${values}`
}

/** A conntrack mark as nft lists it. */
export function printMark(mark: number): string {
  return `0x${mark.toString(16).padStart(8, '0')}`
}

function printStatement(statement: Statement): string {
  switch (statement.do) {
    case 'accept':
    case 'drop':
    case 'masquerade':
    case 'return':
      return statement.do
    case 'jump':
    case 'goto':
      return `${statement.do} ${statement.chain}`
    case 'vmap':
      return `${printKeys(statement.keys)} vmap @${statement.map}`
    case 'log':
      return `log prefix "${statement.prefix}" group ${statement.group} queue-threshold 1`
    case 'reject':
      return statement.with === 'tcp reset' ? 'reject with tcp reset' : `reject with icmpx ${statement.with}`
    case 'set mark':
      return `ct mark set ${printMark(statement.mark)}`
    case 'dnat':
      return `dnat ${statement.family} to ${printTargets(statement.to)}`
  }
}

function printTargets(targets: readonly NatTarget[]): string {
  const [only] = targets
  if (only && targets.length === 1) {
    return only.address.includes(':') ? `[${only.address}]:${only.port}` : `${only.address}:${only.port}`
  }
  const entries = targets.map(({ address, port }, i) => `${i} : ${address} . ${port}`)
  return `numgen random mod ${targets.length} map { ${entries.join(', ')} }`
}
