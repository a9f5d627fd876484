// A fixed set of classes, and which of them a peer matches: found through indexes, asked once for each peer.
import type { Family } from '../sets/ip-address.ts'
import type { EndpointClass } from './classes.ts'
import type { CompiledPeer } from './compiled-peer.ts'
import type { DependsReason } from './reach.ts'

/** Positions in a class set, ascending. */
type Positions = readonly number[]

/** The classes that a peer matches: surely, and perhaps, by reason. */
export interface Members {
  readonly sure: Positions
  readonly open: ReadonlyMap<DependsReason, Positions>
}

/** Positions by namespace name, and by label key and value. */
interface Postings {
  readonly byNamespace: ReadonlyMap<string, Positions>
  readonly byLabel: ReadonlyMap<string, ReadonlyMap<string, Positions>>
}

/** Classes by position, and which of them a peer matches. */
export interface PeerSet {
  readonly classes: readonly EndpointClass[]
  /** Every position. */
  readonly all: Positions
  readonly members: (peer: CompiledPeer, family: Family) => Members
}

function push<K>(lists: Map<K, number[]>, key: K, position: number): void {
  const list = lists.get(key)
  if (list) list.push(position)
  else lists.set(key, [position])
}

function postingsOf(classes: readonly EndpointClass[]): Postings {
  const byNamespace = new Map<string, number[]>()
  const byLabel = new Map<string, Map<string, number[]>>()
  for (const [position, one] of classes.entries()) {
    if (one.kind === 'outside') continue
    push(byNamespace, one.namespace.name, position)
    for (const [key, value] of one.pod.labels) {
      const values = byLabel.get(key) ?? new Map<string, number[]>()
      byLabel.set(key, values)
      push(values, value, position)
    }
  }
  return { byNamespace, byLabel }
}

export class ClassSet implements PeerSet {
  readonly classes: readonly EndpointClass[]
  readonly #known = new WeakMap<CompiledPeer, Map<Family, Members>>()
  #all: Positions | undefined
  #postings: Postings | undefined

  constructor(classes: readonly EndpointClass[]) {
    this.classes = classes
  }

  get all(): Positions {
    return (this.#all ??= this.classes.map((_, position) => position))
  }

  /** The classes that the peer matches. */
  members(peer: CompiledPeer, family: Family): Members {
    const byFamily = this.#known.get(peer) ?? new Map<Family, Members>()
    this.#known.set(peer, byFamily)
    const found = byFamily.get(family) ?? this.#find(peer, family)
    byFamily.set(family, found)
    return found
  }

  #find(peer: CompiledPeer, family: Family): Members {
    const sure: number[] = []
    const open = new Map<DependsReason, number[]>()
    for (const position of this.#narrow(peer)) {
      const answer = peer.match(this.classes[position] as EndpointClass, family)
      if (answer === 'yes') sure.push(position)
      else if (answer !== 'no') push(open, answer, position)
    }
    return { sure, open }
  }

  /** Positions among which all that the peer can match are: the shortest list that an index has. */
  #narrow({ namespace, pods }: CompiledPeer): Positions {
    if (this.classes.length === 1 || !pods) return this.all
    const { byNamespace, byLabel } = (this.#postings ??= postingsOf(this.classes))
    const lists = [this.all]
    if (namespace !== undefined) lists.push(byNamespace.get(namespace) ?? [])
    for (const { key, operator, values } of pods.requirements) {
      const [only] = values
      if (operator === 'In' && values.length === 1) lists.push(byLabel.get(key)?.get(only as string) ?? [])
    }
    return lists.reduce((shortest, list) => (list.length < shortest.length ? list : shortest))
  }
}
