// What the policies speak of: label keys and values, port names, address borders. Nothing else can tell endpoints apart.
import type { NetworkPolicy, Rule } from '../policy/network-policy.ts'
import type { Labels, Selector } from '../policy/selector.ts'
import type { ContainerPort } from '../policy/snapshot.ts'
import type { Address } from '../sets/ip-address.ts'
import type { IpSet } from '../sets/ip-set.ts'
import { addressesOf } from './match.ts'

/** Label keys that some selector asks for, each with the values it is compared to. */
type Mentioned = ReadonlyMap<string, ReadonlySet<string>>

export interface Vocabulary {
  /** Namespaces that have policies of their own. */
  readonly governed: ReadonlySet<string>
  readonly podLabels: Mentioned
  readonly namespaceLabels: Mentioned
  readonly portNames: ReadonlySet<string>
  /** Borders of the ipBlocks, ascending: two addresses of one family between the same borders are in the same blocks. */
  readonly borders: { readonly v4: readonly number[]; readonly v6: readonly bigint[] }
}

function mention(into: Map<string, Set<string>>, selector: Selector): void {
  for (const { key, values } of selector.requirements) {
    const known = into.get(key) ?? new Set()
    for (const value of values) known.add(value)
    into.set(key, known)
  }
}

function ascending<T extends number | bigint>(values: Iterable<T>): T[] {
  return [...new Set(values)].sort((a, b) => (a < b ? -1 : 1))
}

/** Everything that these policies speak of. */
export function vocabularyOf(policies: readonly NetworkPolicy[]): Vocabulary {
  const podLabels = new Map<string, Set<string>>()
  const namespaceLabels = new Map<string, Set<string>>()
  const portNames = new Set<string>()
  const v4: number[] = []
  const v6: bigint[] = []
  const readRule = (rule: Rule): void => {
    for (const port of rule.ports === 'any' ? [] : rule.ports) if (port.kind === 'named') portNames.add(port.name)
    for (const peer of rule.peers === 'any' ? [] : rule.peers) {
      if (peer.kind === 'pods') {
        mention(podLabels, peer.pods)
        if (peer.namespaces !== 'own') mention(namespaceLabels, peer.namespaces)
      } else {
        const block = addressesOf(peer)
        v4.push(...block.v4)
        v6.push(...block.v6)
      }
    }
  }
  for (const policy of policies) {
    mention(podLabels, policy.subject)
    for (const rule of [...(policy.ingress ?? []), ...(policy.egress ?? [])]) readRule(rule)
  }
  const governed = new Set(policies.map((policy) => policy.namespace))
  return { governed, podLabels, namespaceLabels, portNames, borders: { v4: ascending(v4), v6: ascending(v6) } }
}

/** The part of the labels that selectors can see, by key; a value that none compares to is only known to be there. */
export function visibleLabels(labels: Labels, mentioned: Mentioned): string[] {
  const seen: string[] = []
  for (const [key, value] of labels) {
    const values = mentioned.get(key)
    if (values) seen.push(values.has(value) ? `${key}=${value}` : key)
  }
  return seen.sort()
}

/** The part of the container ports that rules can see. */
export function visiblePorts(ports: readonly ContainerPort[], names: ReadonlySet<string>): string[] {
  if (names.size === 0) return []
  const seen = ports.filter(({ name }) => name !== undefined && names.has(name))
  return [...new Set(seen.map(({ name, protocol, port }) => `${name} ${protocol} ${port}`))].sort()
}

/** Which piece between borders an address lies in, as `4:index` or `6:index`. */
export function pieceOf(address: Address, borders: Vocabulary['borders']): string {
  return address.family === 4 ? `4:${rank(borders.v4, address.value)}` : `6:${rank(borders.v6, address.value)}`
}

function rank<T extends number | bigint>(sorted: readonly T[], value: T): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >>> 1
    const bound = sorted[middle] as T
    if (bound <= value) low = middle + 1
    else high = middle
  }
  return low
}

/** The addresses of both families, cut at the borders: two addresses of one piece are in the same blocks. */
export function piecesOf({ v4, v6 }: Vocabulary['borders']): IpSet[] {
  const [low, high] = [
    [0, ...v4],
    [0n, ...v6],
  ] as const
  const inner4 = [...new Set([...low, 2 ** 32])]
  const inner6 = [...new Set([...high, 1n << 128n])]
  return [
    ...inner4.slice(1).map((end, i): IpSet => ({ v4: [inner4[i] as number, end], v6: [] })),
    ...inner6.slice(1).map((end, i): IpSet => ({ v4: [], v6: [inner6[i] as bigint, end] })),
  ]
}
