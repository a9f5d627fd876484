// Joint groups back to workloads and ranges that a reader knows.
import type { Snapshot } from '../../policy/snapshot.ts'
import { type IpSet, NO_ADDRESSES, unionAddresses } from '../../sets/ip-set.ts'
import { modelServersOf } from '../lint/model-servers.ts'
import type { Party } from './answer.ts'
import type { Joint } from './joint.ts'
import { type Actor, podKey, type Unit } from './units.ts'

export class Parties {
  readonly #unitsOf = new Map<Actor, Unit[]>()
  readonly #models = new Map<Unit, string>()
  readonly #wholes = new Map<Actor, Party>()
  readonly #places = new Map<Actor, number>()
  readonly #kinds = new Map<Joint, 'outside' | 'model' | 'pods'>()

  /** Snapshots as written: a Moat says which pods are its model. */
  constructor(units: readonly Unit[], before: Snapshot, after: Snapshot) {
    for (const unit of units) {
      const own = this.#unitsOf.get(unit.actor) ?? []
      this.#unitsOf.set(unit.actor, own)
      own.push(unit)
    }
    for (const side of ['before', 'after'] as const) {
      const pods = units.flatMap((unit) => unit[side] ?? [])
      const known = new Map(
        modelServersOf(side === 'before' ? before : after, pods).map((one) => [podKey(one.pod), one.known]),
      )
      for (const unit of units) {
        const why = unit[side] && known.get(podKey(unit[side]))
        if (why !== undefined) this.#models.set(unit, why)
      }
    }
  }

  /** Changes are told apart by it: whether members of the group serve a model in one of the snapshots. */
  kindOf(joint: Joint): 'outside' | 'model' | 'pods' {
    const known = this.#kinds.get(joint)
    if (known !== undefined) return known
    const isModel = joint.kind === 'pods' && joint.units.some((unit) => this.#models.has(unit))
    const kind = isModel ? 'model' : joint.kind
    this.#kinds.set(joint, kind)
    return kind
  }

  /** Workloads by name, those of which only some pods are meant with those; then all of the outside as one. */
  of(joints: readonly Joint[]): Party[] {
    const units = new Set(joints.flatMap((joint) => (joint.kind === 'pods' ? joint.units : [])))
    const byActor = Map.groupBy(units, ({ actor }) => actor)
    const workloads = [...byActor]
      .sort(([a], [b]) => this.#placeOf(a) - this.#placeOf(b))
      .map(([actor, own]) => (own.length === this.#unitsOf.get(actor)?.length ? this.#whole(actor) : this.#some(own)))
    const addresses = joints.reduce<IpSet>(
      (all, joint) => (joint.kind === 'outside' ? unionAddresses(all, joint.addresses) : all),
      NO_ADDRESSES,
    )
    const outside: Party[] = joints.some(({ kind }) => kind === 'outside') ? [{ kind: 'outside', addresses }] : []
    return [...workloads, ...outside]
  }

  /** A workload with all its pods. */
  #whole(actor: Actor): Party {
    const known = this.#wholes.get(actor) ?? this.#partyOf(this.#unitsOf.get(actor) ?? [])
    this.#wholes.set(actor, known)
    return known
  }

  #some(units: readonly Unit[]): Party {
    const names = units.map(({ before, after }) => (after ?? before)?.name ?? '').sort()
    return { ...this.#partyOf(units), pods: [...new Set(names)] }
  }

  #partyOf(units: readonly Unit[]): Extract<Party, { kind: 'workload' }> {
    const [{ actor }] = units as [Unit]
    const model = units.map((unit) => this.#models.get(unit)).find((why) => why !== undefined)
    const { namespace, name, owner, presence } = actor
    return { kind: 'workload', namespace, name, owner, presence, ...(model !== undefined && { model }) }
  }

  /** Its place among all workloads by name. */
  #placeOf(actor: Actor): number {
    if (this.#places.size === 0) {
      const sorted = [...this.#unitsOf.keys()].sort((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1))
      for (const [place, one] of sorted.entries()) this.#places.set(one, place)
    }
    return this.#places.get(actor) ?? -1
  }
}

function sortKey({ namespace, name, owner }: Actor): string {
  return `${namespace}\n${name}\n${owner}`
}
