// Which of many classes a peer matches, without asking each of them: indexes by labels, namespaces and addresses.
import { NAMESPACE_NAME_LABEL, type Namespace, type Pod } from '../policy/snapshot.ts'
import type { Selector } from '../policy/selector.ts'
import type { IntervalSet } from '../sets/interval-set.ts'
import type { Address } from '../sets/ip-address.ts'
import type { EndpointClass } from './classes.ts'
import type { CompiledPeer } from './compiled-peer.ts'
import type { Match } from './match.ts'

/** Positions, in no order; the lists are shared. */
export type Positions = readonly number[]

/** Positions that a peer matches alike: in the one way over IPv4, in the other over IPv6. */
export interface Hit {
  readonly positions: Positions
  readonly 4: Match
  readonly 6: Match
}

/** So few candidates are asked at once, without looking for fewer. */
const FEW = 16

interface Addressed<T extends number | bigint> {
  readonly value: T
  readonly position: number
}

function push<K>(lists: Map<K, number[]>, key: K, position: number): void {
  const list = lists.get(key)
  if (list) list.push(position)
  else lists.set(key, [position])
}

/** The first place in the ascending list whose value is not below the bound. */
function lowerBound<T extends number | bigint>(sorted: readonly Addressed<T>[], bound: T): number {
  let [low, high] = [0, sorted.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((sorted[middle] as Addressed<T>).value < bound) low = middle + 1
    else high = middle
  }
  return low
}

function within<T extends number | bigint>(sorted: readonly Addressed<T>[], set: IntervalSet<T>): number[] {
  const found: number[] = []
  for (let i = 0; i < set.length; i += 2) {
    const end = set[i + 1] as T
    for (let at = lowerBound(sorted, set[i] as T); at < sorted.length; at++) {
      const { value, position } = sorted[at] as Addressed<T>
      if (value >= end) break
      found.push(position)
    }
  }
  return found
}

function ascending<T extends number | bigint>(some: Addressed<T>[]): Addressed<T>[] {
  return some.sort((a, b) => (a.value < b.value ? -1 : a.value > b.value ? 1 : 0))
}

export class PeerIndex {
  readonly #classes: readonly EndpointClass[]
  readonly #all: Positions
  readonly #byNamespace = new Map<Namespace, number[]>()
  readonly #namespaces = new Map<string, Namespace>()
  readonly #byLabel = new Map<string, Map<string, number[]>>()
  /** Namespaces by label key and value, as far as their labels are known. */
  readonly #labelled = new Map<string, Map<string, Namespace[]>>()
  readonly #undeclared: Namespace[] = []
  readonly #v4: readonly Addressed<number>[]
  readonly #v6: readonly Addressed<bigint>[]
  /** Pods whose addresses are not known: on the host network, and not. */
  readonly #unknown: readonly [number[], number[]] = [[], []]
  readonly #known = new Map<CompiledPeer, readonly Hit[]>()

  constructor(classes: readonly EndpointClass[]) {
    this.#classes = classes
    this.#all = classes.map((_, position) => position)
    const v4: Addressed<number>[] = []
    const v6: Addressed<bigint>[] = []
    const place = (address: Address, position: number): void => {
      if (address.family === 4) v4.push({ value: address.value, position })
      else v6.push({ value: address.value, position })
    }
    for (const [position, one] of classes.entries()) {
      if (one.kind === 'outside') place(one.endpoint.address, position)
      else {
        this.#addPod(one.pod, one.namespace, position)
        for (const address of one.pod.addresses) place(address, position)
      }
    }
    this.#v4 = ascending(v4)
    this.#v6 = ascending(v6)
  }

  /** The positions that the peer matches, those that it matches alike together. */
  hits(peer: CompiledPeer): readonly Hit[] {
    const known = this.#known.get(peer)
    if (known) return known
    const found = this.#find(peer)
    this.#known.set(peer, found)
    return found
  }

  #addPod(pod: Pod, namespace: Namespace, position: number): void {
    if (pod.addresses.length === 0) this.#unknown[pod.hostNetwork ? 0 : 1].push(position)
    for (const [key, value] of pod.labels) {
      const values = this.#byLabel.get(key) ?? new Map<string, number[]>()
      this.#byLabel.set(key, values)
      push(values, value, position)
    }
    const known = this.#namespaces.get(namespace.name)
    push(this.#byNamespace, known ?? namespace, position)
    if (known) return
    this.#namespaces.set(namespace.name, namespace)
    if (!namespace.declared) this.#undeclared.push(namespace)
    for (const [key, value] of namespace.labels) {
      const values = this.#labelled.get(key) ?? new Map<string, Namespace[]>()
      this.#labelled.set(key, values)
      const list = values.get(value)
      if (list) list.push(namespace)
      else values.set(value, [namespace])
    }
  }

  #find(peer: CompiledPeer): Hit[] {
    const found = new Map<string, Hit & { readonly positions: number[] }>()
    /** Matched surely over both families, as most are. */
    const sure: number[] = []
    const all = (): Hit[] => [
      ...(sure.length > 0 ? [{ positions: sure, 4: 'yes', 6: 'yes' } as const] : []),
      ...found.values(),
    ]
    const ask = (position: number): void => {
      const one = this.#classes[position] as EndpointClass
      const four = peer.match(one, 4)
      const six = peer.block || one.kind === 'outside' ? peer.match(one, 6) : four
      if (four === 'no' && six === 'no') return
      if (four === 'yes' && six === 'yes') {
        sure.push(position)
        return
      }
      const known = found.get(`${four} ${six}`)
      if (known) known.positions.push(position)
      else found.set(`${four} ${six}`, { positions: [position], 4: four, 6: six })
    }
    if (!peer.block) {
      for (const position of this.#candidates(peer)) ask(position)
      return all()
    }
    for (const position of new Set([...within(this.#v4, peer.block.v4), ...within(this.#v6, peer.block.v6)])) {
      ask(position)
    }
    const unknown = this.#unknown.flatMap((positions): Hit[] => {
      const one = this.#classes[positions[0] ?? -1]
      if (!one) return []
      const [four, six] = [peer.match(one, 4), peer.match(one, 6)]
      return four === 'no' && six === 'no' ? [] : [{ positions, 4: four, 6: six }]
    })
    return [...all(), ...unknown]
  }

  /** Positions among which all are that the peer can match. */
  #candidates({ namespace, namespaces, pods }: CompiledPeer): Positions {
    if (!pods) return this.#all
    let shortest = this.#all
    for (const { key, operator, values } of pods.requirements) {
      if (operator !== 'In') continue
      const postings = this.#byLabel.get(key)
      const list =
        values.length === 1
          ? (postings?.get(values[0] as string) ?? [])
          : [...new Set(values)].flatMap((value) => postings?.get(value) ?? [])
      if (list.length < shortest.length) shortest = list
    }
    if (shortest.length <= FEW) return shortest
    const among = namespace === undefined ? this.#selected(namespaces) : [this.#namespaces.get(namespace)]
    if (!among) return shortest
    let size = 0
    for (const one of among) size += (one && this.#byNamespace.get(one)?.length) || 0
    return size < shortest.length ? among.flatMap((one) => (one && this.#byNamespace.get(one)) ?? []) : shortest
  }

  /** Namespaces among which all are that the selector may select; `undefined`: no index helps. */
  #selected(selector: Selector | undefined): readonly Namespace[] | undefined {
    const first = selector?.requirements.find(({ operator }) => operator === 'In')
    if (!first) return undefined
    const values = this.#labelled.get(first.key)
    const found = [...new Set(first.values)].flatMap((value) => values?.get(value) ?? [])
    return first.key === NAMESPACE_NAME_LABEL ? found : [...new Set([...found, ...this.#undeclared])]
  }
}
