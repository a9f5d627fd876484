// A question about any pod narrowed to one pod of the input: the most telling witness is one that is there.
import { namespaceOf } from '../engine/match.ts'
import type { Pod } from '../policy/snapshot.ts'
import { type Address } from '../sets/ip-address.ts'
import { ALL_ADDRESSES, type IpSet, NO_ADDRESSES, singleAddress, unionAddresses } from '../sets/ip-set.ts'
import { BudgetSpent, EVERY_BOX, inBox } from '../sets/label-set.ts'
import type { Ends, Named, World } from './world.ts'
import { resolve } from './rule-match.ts'
import type { Judgement } from './judge.ts'
import { type Cell, type Role, withinAddresses, withinConnections, withSide } from './region.ts'
import { asksNamespaceLabels, boxLabels } from './universe.ts'

/** A question whose ends may be any pods. */
interface Question {
  readonly ends: Ends
  readonly within: readonly Named[]
  readonly except?: readonly Named[]
}

/** A pod whose addresses are not known is taken to have none of those that a block of the Moat excuses. */
function addressesOf(pod: Pod): IpSet {
  if (pod.addresses.length === 0) return ALL_ADDRESSES
  return pod.addresses.reduce<IpSet>((all, one: Address) => unionAddresses(all, singleAddress(one)), NO_ADDRESSES)
}

/** The cells that a pod is in, with the pod given; `undefined` when that hangs on what is not known of it. */
function groundCells(world: World, at: { role: Role; pod: Pod }, named: readonly Named[]): Named[] | undefined {
  const { role, pod } = at
  const namespace = namespaceOf(world.snapshot.namespaces, pod.namespace)
  const labels = boxLabels(pod.labels, namespace.labels)
  const out: Named[] = []
  for (const { cell, names } of named) {
    if (!namespace.declared && asksNamespaceLabels(cell[role].box)) return undefined
    if (!inBox(cell[role].box, labels)) continue
    const given: Cell | undefined = withSide(cell, role, { ...cell[role], box: EVERY_BOX })
    const there = given && withinAddresses(given, role, addressesOf(pod))
    const open =
      role === 'destination'
        ? names.reduce((part, name) => part && withinConnections(part, resolve(pod, name)), there)
        : there
    if (open) out.push({ cell: open, names: role === 'destination' ? [] : names })
  }
  return out
}

/** The question about one pod at one end; `undefined` when it is none about that pod. */
function ground<Q extends Question>(world: World, question: Q, at: { role: Role; pod: Pod }): Q | undefined {
  const other = question.ends[at.role === 'source' ? 'destination' : 'source']
  const self = other.kind === 'pod' && other.pod.namespace === at.pod.namespace && other.pod.name === at.pod.name
  const within = self ? undefined : groundCells(world, at, question.within)
  const except = question.except && groundCells(world, at, question.except)
  if (!within || within.length === 0 || (question.except && !except)) return undefined
  const ends = { ...question.ends, [at.role]: { kind: 'pod', pod: at.pod, present: true } }
  return { ...question, ends, within, ...(except && { except }) }
}

/** The judgement, with pods of the input for a witness where some will do. */
export function tellingly<Q extends Question>(world: World, question: Q, judge: (question: Q) => Judgement): Judgement {
  const judgement = judge(question)
  if (judgement.verdict !== 'fails') return judgement
  try {
    return presently(world, question, judge) ?? judgement
  } catch (error) {
    if (error instanceof BudgetSpent) return judgement
    throw error
  }
}

/** The first failure with a pod of the input. */
function presently<Q extends Question>(
  world: World,
  question: Q,
  judge: (question: Q) => Judgement,
): Judgement | undefined {
  for (const role of ['source', 'destination'] as const) {
    if (question.ends[role].kind !== 'pods') continue
    for (const pod of world.pods) {
      const grounded = ground(world, question, { role, pod })
      if (grounded && judge(grounded).verdict === 'fails') return tellingly(world, grounded, judge)
    }
  }
  return undefined
}
