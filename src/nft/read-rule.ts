// One rule read from its tokens: the opposite of `printRule`.
import type { Key, Match, NatTarget, Rule, Statement } from './ruleset.ts'
import type { Tokens } from './tokens.ts'

const KEYS: readonly Key[] = [
  'ct original ip saddr',
  'ct original ip6 saddr',
  'ct reply ip saddr',
  'ct reply ip6 saddr',
  'ct reply proto-src',
  'ct state',
  'ct direction',
  'ct mark',
  'meta l4proto',
  'meta nfproto',
  'iifname',
  'ip saddr',
  'ip6 saddr',
  'ip daddr',
  'ip6 daddr',
  'th dport',
]

/** Reads up to the end of the line. */
export function readRule(tokens: Tokens): Rule {
  const matches: Match[] = []
  const statements: Statement[] = []
  let comment: string | undefined
  if (tokens.atEnd()) tokens.fail('a match or a statement')
  while (!tokens.atEnd()) {
    const keys = readKeys(tokens)
    if (keys.length === 0) {
      if (tokens.take('comment')) comment = tokens.quoted()
      else statements.push(readStatement(tokens))
    } else if (tokens.take('vmap')) statements.push({ do: 'vmap', keys, map: reference(tokens.next('a map')) })
    else if (keys[0] === 'ct mark' && tokens.take('set')) statements.push({ do: 'set mark', mark: tokens.number() })
    else matches.push(readMatch(tokens, keys))
  }
  return { matches, statements, ...(comment !== undefined && { comment }) }
}

function readKeys(tokens: Tokens): Key[] {
  const keys: Key[] = []
  do {
    const key = KEYS.find((candidate) => tokens.take(candidate))
    if (key) keys.push(key)
    else if (keys.length > 0) tokens.fail('a key')
  } while (keys.length > 0 && tokens.take('.'))
  return keys
}

function reference(token: string): string {
  return token.replace(/^@/, '')
}

function readMatch(tokens: Tokens, keys: readonly Key[]): Match {
  const not = tokens.take('!=')
  return { keys, ...(not && { not }), right: readRight(tokens) }
}

function readRight(tokens: Tokens): Match['right'] {
  if (tokens.peek() === '{') return { values: tokens.list() }
  const token = tokens.next('a value')
  return token.startsWith('@') ? { set: reference(token) } : { values: [token] }
}

function readStatement(tokens: Tokens): Statement {
  for (const verdict of ['accept', 'drop', 'masquerade', 'return'] as const) {
    if (tokens.take(verdict)) return { do: verdict }
  }
  for (const to of ['jump', 'goto'] as const) if (tokens.take(to)) return { do: to, chain: tokens.next('a chain') }
  if (tokens.take('log prefix')) {
    const prefix = tokens.quoted()
    tokens.expect('group')
    const group = tokens.number()
    tokens.expect('queue-threshold 1')
    return { do: 'log', prefix, group }
  }
  if (tokens.take('reject')) return { do: 'reject', with: readRejection(tokens) }
  if (tokens.take('dnat')) {
    const family = tokens.next('`ip` or `ip6`') as 'ip' | 'ip6'
    tokens.expect('to')
    return { do: 'dnat', family, to: readTargets(tokens) }
  }
  return tokens.fail('a match or a statement')
}

/** nft lists the default rejection without saying which. */
function readRejection(tokens: Tokens): (Statement & { do: 'reject' })['with'] {
  if (tokens.take('with tcp reset')) return 'tcp reset'
  if (tokens.take('with icmpx admin-prohibited')) return 'admin-prohibited'
  tokens.take('with icmpx port-unreachable')
  return 'port-unreachable'
}

function readTargets(tokens: Tokens): NatTarget[] {
  if (!tokens.take('numgen random mod')) {
    const target = /^\[?([^\]]*)\]?:(\d+)$/.exec(tokens.next('an address and port'))
    return target ? [{ address: target[1] as string, port: Number(target[2]) }] : tokens.fail('more after an address')
  }
  tokens.number()
  tokens.expect('map')
  return tokens.list().map((entry) => {
    const target = /^\d+ : (\S+) \. (\d+)$/.exec(entry)
    return target ? { address: target[1] as string, port: Number(target[2]) } : tokens.fail('endpoints before this')
  })
}
