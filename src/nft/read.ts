// nft text back to a table: what `print.ts` prints, and the kernel's listing of the same. Anything else is refused.
import { cidrRange, formatAddress, parseCidr } from '../sets/ip-address.ts'
import { compare } from './names.ts'
import { readRule } from './read-rule.ts'
import type { Chain, DataType, Hook, NftSet, NftTable, VerdictMap } from './ruleset.ts'
import { Tokens } from './tokens.ts'

/** Reads one table, as printed by `printTable` or `printRuleset` or listed by `nft list table`; throws `UnreadableRuleset`. */
export function readTable(text: string): NftTable {
  const tokens = new Tokens(text)
  skipPreamble(tokens)
  tokens.expect('table inet')
  const name = tokens.next('a name')
  tokens.expect('{')
  const sets = new Map<string, NftSet>()
  const maps = new Map<string, VerdictMap>()
  const chains = new Map<string, Chain>()
  for (tokens.skipEnds(); !tokens.take('}'); tokens.skipEnds()) {
    const kind = tokens.next('`set`, `map`, `chain` or `}`')
    const block = tokens.next('a name')
    tokens.expect('{')
    if (kind === 'set') sets.set(block, readSet(block, tokens))
    else if (kind === 'map') maps.set(block, readMap(block, tokens))
    else if (kind === 'chain') chains.set(block, readChain(block, tokens))
    else tokens.fail('`set`, `map` or `chain`')
  }
  tokens.skipEnds()
  if (!tokens.done()) tokens.fail('the end')
  return { name, sets, maps, chains }
}

/** `add table …` and `delete table …` of a replacement. */
function skipPreamble(tokens: Tokens): void {
  tokens.skipEnds()
  while (tokens.take('add table inet') || tokens.take('delete table inet')) {
    tokens.next('a name')
    tokens.skipEnds()
  }
}

interface Body {
  type: DataType[]
  interval: boolean
  comment: string | undefined
  elements: string[]
}

function readBody(tokens: Tokens): Body {
  const body: Body = { type: [], interval: false, comment: undefined, elements: [] }
  for (tokens.skipEnds(); !tokens.take('}'); tokens.skipEnds()) {
    if (tokens.take('type')) {
      do body.type.push(tokens.next('a type') as DataType)
      while (tokens.take('.') || tokens.take(':'))
    } else if (tokens.take('flags interval')) body.interval = true
    else if (tokens.take('comment')) body.comment = tokens.quoted()
    else if (tokens.take('elements =')) body.elements = tokens.list()
    else tokens.fail('`type`, `flags interval`, `comment`, `elements` or `}`')
  }
  return body
}

function readSet(name: string, tokens: Tokens): NftSet {
  const { type, interval, comment, elements } = readBody(tokens)
  return {
    name,
    type,
    interval,
    ...(comment !== undefined && { comment }),
    elements: interval ? elements.map(asRange) : elements.sort(compare),
  }
}

/** nft lists a range that is a CIDR block as one. */
function asRange(element: string): string {
  const cidr = element.includes('/') ? parseCidr(element) : undefined
  if (!cidr) return element
  const [start, end] = cidrRange(cidr)
  const [first, last] =
    typeof start === 'number'
      ? [formatAddress({ family: 4, value: start }), formatAddress({ family: 4, value: (end as number) - 1 })]
      : [formatAddress({ family: 6, value: start }), formatAddress({ family: 6, value: (end as bigint) - 1n })]
  return first === last ? first : `${first}-${last}`
}

function readMap(name: string, tokens: Tokens): VerdictMap {
  const { type, elements } = readBody(tokens)
  if (type.pop() !== 'verdict') tokens.fail('a verdict map before this')
  const entries = elements.map((element): [string, string] => {
    const at = element.indexOf(' : goto ')
    if (at < 0) tokens.fail('`key : goto chain` in every element before this')
    return [element.slice(0, at), element.slice(at + ' : goto '.length)]
  })
  return { name, type, elements: new Map(entries.sort(([a], [b]) => compare(a, b))) }
}

/** Named priorities as nft lists them. */
const PRIORITIES: Readonly<Record<string, number>> = { raw: -300, dstnat: -100, filter: 0, srcnat: 100 }

function readChain(name: string, tokens: Tokens): Chain {
  let hook: Hook | undefined
  const rules = []
  for (tokens.skipEnds(); !tokens.take('}'); tokens.skipEnds()) {
    if (tokens.take('type')) {
      const type = tokens.next('a chain type') as Hook['type']
      tokens.expect('hook')
      const at = tokens.next('a hook') as Hook['hook']
      tokens.expect('priority')
      hook = { type, hook: at, priority: readPriority(tokens) }
      tokens.expect('; policy accept ;')
    } else rules.push(readRule(tokens))
  }
  return { name, ...(hook && { hook }), rules }
}

function readPriority(tokens: Tokens): number {
  const named = PRIORITIES[tokens.peek()]
  if (named === undefined) return tokens.number()
  tokens.next('a priority')
  if (tokens.take('+')) return named + tokens.number()
  return tokens.take('-') ? named - tokens.number() : named
}
