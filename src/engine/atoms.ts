// Classes cut along what peers match widely: within an atom only the few classes differ that a peer matches narrowly.
import type { EndpointClass } from './classes.ts'
import type { CompiledPeer } from './compiled-peer.ts'
import type { Hit, PeerIndex, Positions } from './peer-index.ts'

/** Up to so many positions, of so many, a list is kept as exceptions; longer ones cut the atoms. */
function narrow(count: number): number {
  return 32 + Math.floor(count / 1000)
}

export class Atoms {
  /** The atom of each position. */
  readonly of: Int32Array
  readonly members: readonly Positions[]
  readonly #index: PeerIndex
  /** The atoms that make up each wide list. */
  readonly #cover = new Map<Positions, readonly number[]>()

  /** `peers`: every one that rows will ask about. */
  constructor(classes: readonly EndpointClass[], index: PeerIndex, peers: Iterable<CompiledPeer>) {
    this.#index = index
    this.of = new Int32Array(classes.length)
    let count = this.#cutByKind(classes)
    const few = narrow(classes.length)
    const wide: Positions[] = []
    const seen = new Set<string>()
    for (const peer of peers) {
      for (const { positions } of index.hits(peer)) {
        if (positions.length <= few || this.#cover.has(positions)) continue
        this.#cover.set(positions, [])
        wide.push(positions)
        const key = positions.length > 4096 ? '' : positions.join()
        if (key !== '' && seen.has(key)) continue
        seen.add(key)
        count = this.#cut(positions, count)
      }
    }
    const members: number[][] = []
    const places = new Map<number, number>()
    for (let position = 0; position < this.of.length; position++) {
      const raw = this.of[position] as number
      const atom = places.get(raw) ?? places.size
      places.set(raw, atom)
      this.of[position] = atom
      const list = (members[atom] ??= [])
      list.push(position)
    }
    this.members = members
    for (const positions of wide) this.#cover.set(positions, this.#atomsOf(positions))
  }

  /** The positions that some of the peers match and that an atom does not answer for. */
  exceptions(peers: readonly CompiledPeer[]): Positions {
    const found = new Set<number>()
    for (const peer of peers) {
      for (const { positions } of this.#index.hits(peer)) {
        if (!this.#cover.has(positions)) for (const position of positions) found.add(position)
      }
    }
    return [...found]
  }

  /** True when each of the peers matches alike over both families. */
  sameOverBoth(peers: readonly CompiledPeer[]): boolean {
    return peers.every((peer) => this.#index.hits(peer).every((hit) => hit[4] === hit[6]))
  }

  /** What the peer matches: positions apart, or whole atoms. */
  hits(peer: CompiledPeer): readonly { readonly hit: Hit; readonly atoms: readonly number[] | undefined }[] {
    return this.#index.hits(peer).map((hit) => ({ hit, atoms: this.#cover.get(hit.positions) }))
  }

  #atomsOf(positions: Positions): number[] {
    const seen = new Uint8Array(this.members.length)
    for (const position of positions) seen[this.of[position] as number] = 1
    return [...seen.keys()].filter((atom) => seen[atom] === 1)
  }

  /** Port names resolve on the class itself, whatever peers match it. */
  #cutByKind(classes: readonly EndpointClass[]): number {
    const keys = new Map<string, number>()
    for (const [position, one] of classes.entries()) {
      const key = one.kind === 'pod' ? `pod ${one.portKey}` : `outside ${one.endpoint.address.family}`
      const atom = keys.get(key) ?? keys.size
      keys.set(key, atom)
      this.of[position] = atom
    }
    return keys.size
  }

  #cut(list: Positions, count: number): number {
    const fresh = new Map<number, number>()
    let next = count
    for (const position of list) {
      const old = this.of[position] as number
      const found = fresh.get(old) ?? next++
      fresh.set(old, found)
      this.of[position] = found
    }
    return next
  }
}
