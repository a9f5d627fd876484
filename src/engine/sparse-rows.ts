// Rows that hold one value for each atom and the exceptions: what a subject's policies say of all classes.
import type { Direction } from '../policy/network-policy.ts'
import type { Family } from '../sets/ip-address.ts'
import { Atoms } from './atoms.ts'
import type { Members, PeerSet } from './class-set.ts'
import type { EndpointClass, PodClass } from './classes.ts'
import type { CompiledPeer } from './compiled-peer.ts'
import type { PairTable } from './pair-table.ts'
import { PeerIndex, type Positions } from './peer-index.ts'
import type { DependsReason } from './reach.ts'
import { type Asked, evaluate, type Tier } from './tier.ts'

/** For each class the number of a pair of rulings (`PairTable`). */
export interface SparseRow {
  readonly id: number
  /** By atom. */
  readonly values: Int32Array
  /** By position, where the value is not that of the atom. */
  readonly exceptions: ReadonlyMap<number, number>
}

/** A few classes that stand for all: one for each atom that has any left, and the exceptions. */
class Sample implements PeerSet {
  readonly classes: readonly EndpointClass[]
  readonly all: Positions
  readonly #atoms: Atoms
  /** Places in the sample: by atom those that it answers for, by position the exceptions. */
  readonly #ofAtom: readonly number[][]
  readonly #ofPosition = new Map<number, number>()

  constructor(classes: readonly EndpointClass[], atoms: Atoms, special: Positions) {
    const isSpecial = new Set(special)
    const chosen: EndpointClass[] = []
    this.#atoms = atoms
    this.#ofAtom = atoms.members.map((members) => {
      const position = members.find((one) => !isSpecial.has(one))
      return position === undefined ? [] : [chosen.push(classes[position] as EndpointClass) - 1]
    })
    for (const position of special) {
      const place = chosen.push(classes[position] as EndpointClass) - 1
      this.#ofPosition.set(position, place)
      this.#ofAtom[atoms.of[position] as number]?.push(place)
    }
    this.classes = chosen
    this.all = chosen.map((_, place) => place)
  }

  members(peer: CompiledPeer, family: Family): Members {
    const sure: number[] = []
    const open = new Map<DependsReason, number[]>()
    for (const { hit, atoms } of this.#atoms.hits(peer)) {
      const answer = hit[family]
      if (answer === 'no') continue
      const into = answer === 'yes' ? sure : (open.get(answer) ?? [])
      if (answer !== 'yes') open.set(answer, into)
      if (atoms) for (const atom of atoms) into.push(...(this.#ofAtom[atom] as number[]))
      else for (const position of hit.positions) into.push(this.#ofPosition.get(position) as number)
    }
    return { sure, open }
  }

  /** The place of the class that answers for an atom; `undefined` when all of it are exceptions. */
  placeOf(atom: number): number | undefined {
    const [place] = this.#ofAtom[atom] as readonly number[]
    return place !== undefined && place < this.classes.length - this.#ofPosition.size ? place : undefined
  }
}

interface Wanted {
  readonly asked: readonly Asked[]
  readonly subject: PodClass
}

/** The rows of both directions for all classes. */
export class SparseRows {
  readonly atoms: Atoms
  /** By direction: the row of each class, and each row once. */
  readonly of: Readonly<Record<Direction, readonly SparseRow[]>>
  readonly rows: Readonly<Record<Direction, readonly SparseRow[]>>

  constructor(
    classes: readonly EndpointClass[],
    { tiers, pairs }: { readonly tiers: readonly Tier[]; readonly pairs: PairTable },
  ) {
    const wanted = { egress: keysOf(classes, tiers, 'egress'), ingress: keysOf(classes, tiers, 'ingress') }
    const peers = new Set<CompiledPeer>()
    for (const { subjects } of [wanted.egress, wanted.ingress]) {
      for (const { asked } of subjects) for (const { peers: some } of asked) for (const peer of some()) peers.add(peer)
    }
    this.atoms = new Atoms(classes, new PeerIndex(classes), peers)
    const make = (direction: Direction): SparseRow[] =>
      wanted[direction].subjects.map((one, id) => this.#row(classes, { ...one, direction, id, tiers, pairs }))
    this.rows = { egress: make('egress'), ingress: make('ingress') }
    const open: SparseRow = { id: -1, values: new Int32Array(this.atoms.members.length).fill(1), exceptions: new Map() }
    const place = (direction: Direction): SparseRow[] =>
      wanted[direction].keys.map((key) => (key < 0 ? open : (this.rows[direction][key] as SparseRow)))
    this.of = { egress: place('egress'), ingress: place('ingress') }
  }

  /** What a row says of a class. */
  value({ values, exceptions }: SparseRow, position: number): number {
    return exceptions.get(position) ?? (values[this.atoms.of[position] as number] as number)
  }

  #row(
    classes: readonly EndpointClass[],
    how: Wanted & {
      readonly direction: Direction
      readonly id: number
      readonly tiers: readonly Tier[]
      readonly pairs: PairTable
    },
  ): SparseRow {
    const { asked, subject, direction, id, tiers, pairs } = how
    const compared = asked.flatMap((one) => one.peers())
    const special = this.atoms.exceptions(compared)
    const peers = new Sample(classes, this.atoms, special)
    const four = evaluate(tiers, { direction, subject, family: 4, peers })
    const six = this.atoms.sameOverBoth(compared) ? four : evaluate(tiers, { direction, subject, family: 6, peers })
    const valueAt = (place: number): number => {
      const one = peers.classes[place] as EndpointClass
      const only = one.kind === 'outside' ? one.endpoint.address.family : undefined
      return pairs.number(only === 6 ? 0 : (four[place] as number), only === 4 ? 0 : (six[place] as number))
    }
    const values = Int32Array.from(this.atoms.members, (_, atom) => {
      const place = peers.placeOf(atom)
      return place === undefined ? 0 : valueAt(place)
    })
    const exceptions = new Map<number, number>()
    const first = peers.classes.length - special.length
    for (const [nth, position] of special.entries()) {
      const value = valueAt(first + nth)
      if (value !== values[this.atoms.of[position] as number]) exceptions.set(position, value)
    }
    return { id, values, exceptions }
  }
}

/** For each class the number of its row, -1 for the outside, which nothing governs; for each row one subject. */
function keysOf(
  classes: readonly EndpointClass[],
  tiers: readonly Tier[],
  direction: Direction,
): { keys: readonly number[]; subjects: readonly Wanted[] } {
  const byKey = new Map<string, number>()
  const subjects: Wanted[] = []
  const keys = classes.map((subject) => {
    if (subject.kind === 'outside') return -1
    const asked = tiers.map((tier) => tier.asks(subject, direction))
    const key = asked.map((one) => one.key).join('|')
    const known = byKey.get(key)
    if (known !== undefined) return known
    byKey.set(key, subjects.length)
    return subjects.push({ asked, subject }) - 1
  })
  return { keys, subjects }
}
