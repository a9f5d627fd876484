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
    const workloads = [...byActor].map(([actor, own]): Party => {
      const [first] = own as [Unit]
      const whole = own.length === this.#unitsOf.get(actor)?.length
      const names = own.map(({ before, after }) => (after ?? before)?.name ?? '').sort()
      const model = own.map((unit) => this.#models.get(unit)).find((why) => why !== undefined)
      return {
        kind: 'workload',
        namespace: first.actor.namespace,
        name: actor.name,
        owner: actor.owner,
        presence: actor.presence,
        ...(!whole && { pods: [...new Set(names)] }),
        ...(model !== undefined && { model }),
      }
    })
    const addresses = joints.reduce<IpSet>(
      (all, joint) => (joint.kind === 'outside' ? unionAddresses(all, joint.addresses) : all),
      NO_ADDRESSES,
    )
    const outside: Party[] = joints.some(({ kind }) => kind === 'outside') ? [{ kind: 'outside', addresses }] : []
    return [...workloads.sort((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1)), ...outside]
  }
}

function sortKey(party: Party): string {
  return party.kind === 'outside' ? '' : `${party.namespace}\n${party.name}\n${party.owner}`
}
