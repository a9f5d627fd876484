// Every pod that could exist, as sets of labels: what selectors mean there, and which namespaces there could be.
import { NEVER_PODS } from '../engine/match.ts'
import type { NetworkPolicy } from '../policy/network-policy.ts'
import type { PodPeer } from '../policy/moat-spec.ts'
import type { Labels, Requirement, Selector } from '../policy/selector.ts'
import { type Namespace, NAMESPACE_NAME_LABEL, type Snapshot } from '../policy/snapshot.ts'
import { ALL_ADDRESSES, type IpSet, subtractAddresses } from '../sets/ip-set.ts'
import { type Box, boxOf, intersectBoxes } from '../sets/label-set.ts'
import { ABSENT, but, finite, PRESENT, type ValueSet } from '../sets/value-set.ts'

/** Keys of a box are `pod:KEY` for a pod's labels and `ns:KEY` for those of its namespace. */
const POD = 'pod:'
const NAMESPACE = 'ns:'
/** The name of the pod's namespace: its name label always says it (S39). */
export const NAMESPACE_NAME = `${NAMESPACE}${NAMESPACE_NAME_LABEL}`

/** Addresses that a pod could have. */
export const POD_ADDRESSES: IpSet = subtractAddresses(ALL_ADDRESSES, NEVER_PODS)

/** What a namespace may be called: a DNS label. */
const NAMESPACE_SYNTAX = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/

function valuesOf({ operator, values }: Requirement): ValueSet {
  switch (operator) {
    case 'In':
      return finite(values)
    case 'NotIn': // S12
      return but(values)
    case 'Exists':
      return PRESENT
    case 'DoesNotExist': // S12
      return ABSENT
  }
}

function conditions(selector: Selector, prefix: string): [string, ValueSet][] {
  return selector.requirements.map((requirement) => {
    const key = prefix + requirement.key
    const values = valuesOf(requirement)
    if (key !== NAMESPACE_NAME || values.cofinite) return [key, values]
    return [key, { ...values, values: values.values.filter((name) => NAMESPACE_SYNTAX.test(name)) }]
  })
}

/** The pods that a peer means, in a policy or Moat of namespace `own`; `undefined` when no pod could match. */
export function peerBox(peer: PodPeer, own: string): Box | undefined {
  const namespaces: [string, ValueSet][] =
    peer.namespaces === 'own' ? [[NAMESPACE_NAME, finite([own])]] : conditions(peer.namespaces, NAMESPACE)
  return boxOf([...namespaces, ...conditions(peer.pods, POD)])
}

/** The pods that a policy selects; `undefined` when no pod could match. */
export function subjectBox(policy: NetworkPolicy): Box | undefined {
  return peerBox({ namespaces: 'own', pods: policy.subject }, policy.namespace)
}

/** The names that the pods' namespace may have; `undefined` when there is no end to them. */
export function namespaceNames(box: Box): readonly string[] | undefined {
  const names = box.get(NAMESPACE_NAME)
  return names && !names.cofinite ? names.values : undefined
}

/** The labels of one pod and its namespace, under the keys of a box. */
export function boxLabels(podLabels: Labels, namespaceLabels: Labels): Map<string, string> {
  return new Map([
    ...[...podLabels].map(([key, value]): [string, string] => [POD + key, value]),
    ...[...namespaceLabels].map(([key, value]): [string, string] => [NAMESPACE + key, value]),
  ])
}

/** The reverse of `boxLabels`. */
export function splitLabels(labels: Labels): {
  readonly pod: Map<string, string>
  readonly namespace: Map<string, string>
} {
  const part = (prefix: string) =>
    new Map(
      [...labels].flatMap(([key, value]): [string, string][] =>
        key.startsWith(prefix) ? [[key.slice(prefix.length), value]] : [],
      ),
    )
  return { pod: part(POD), namespace: part(NAMESPACE) }
}

/** True for a condition on a namespace's labels other than its name. */
export function asksNamespaceLabels(box: Box): boolean {
  return [...box.keys()].some((key) => key.startsWith(NAMESPACE) && key !== NAMESPACE_NAME)
}

/** The box without its conditions on a namespace's labels other than its name. */
export function withoutNamespaceLabels(box: Box): Box {
  return new Map([...box].filter(([key]) => !key.startsWith(NAMESPACE) || key === NAMESPACE_NAME))
}

/** The pods of one namespace, or of all namespaces that the input does not know. */
export interface NamespacePart {
  readonly box: Box
  /** `declared`: its labels are those of its object. `by-name`: its object is missing, its labels are unknown (S40).
   *  `new`: a namespace that could be made, with any labels. */
  readonly kind: 'declared' | 'by-name' | 'new'
  /** Absent for `new`. */
  readonly namespace?: Namespace
}

/** The universe of pods: disjoint parts that cover every pod which could exist. */
export type Universe = readonly NamespacePart[]

function partOf(namespace: Namespace, keys: ReadonlySet<string>): NamespacePart {
  const name: [string, ValueSet] = [NAMESPACE_NAME, finite([namespace.name])]
  const known = namespace.declared
    ? [...keys].map((key): [string, ValueSet] => {
        const value = namespace.labels.get(key)
        return [NAMESPACE + key, value === undefined ? ABSENT : finite([value])]
      })
    : []
  const box = boxOf([...known.filter(([key]) => key !== NAMESPACE_NAME), name]) as Box
  return { box, kind: namespace.declared ? 'declared' : 'by-name', namespace }
}

/**
 * The universe of a snapshot: its namespaces, then the rest. `selectors` are the namespace selectors that will be
 * asked about; a key that none of them has makes no difference.
 */
export function universeOf(snapshot: Snapshot, selectors: readonly Selector[]): Universe {
  const keys = new Set(selectors.flatMap(({ requirements }) => requirements.map(({ key }) => key)))
  const known = [...snapshot.namespaces.values()].map((namespace) => partOf(namespace, keys))
  const unknown: ValueSet = { cofinite: true, values: [...snapshot.namespaces.keys()].sort(), absent: false }
  return [...known, { box: boxOf([[NAMESPACE_NAME, unknown]]) as Box, kind: 'new' }]
}

/** The parts of a box that lie in the universe, each with where it lies. */
export function placesOf(universe: Universe, box: Box): { readonly part: NamespacePart; readonly box: Box }[] {
  return universe.flatMap((part) => {
    const both = intersectBoxes(part.box, box)
    return both ? [{ part, box: both }] : []
  })
}
