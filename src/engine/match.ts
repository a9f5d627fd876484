// Whether a peer of a rule matches an endpoint: yes, no, or a reason why Kubernetes leaves it open.
import { matches, type Requirement, satisfies, type Selector } from '../policy/selector.ts'
import { type Namespace, NAMESPACE_NAME_LABEL, type Pod } from '../policy/snapshot.ts'
import type { Cidr, Family } from '../sets/ip-address.ts'
import { ALL_ADDRESSES, hasAddress, type IpSet, ipSetOf, noAddresses, subtractAddresses } from '../sets/ip-set.ts'
import type { Profile } from './profile.ts'
import type { DependsReason } from './reach.ts'

export type Match = 'yes' | 'no' | DependsReason

/** What a match is judged by, besides the peer and the endpoint. */
export interface Surroundings {
  readonly namespaces: ReadonlyMap<string, Namespace>
  readonly profile: Profile
}

/** The namespace of a pod, always with its name as a label (S39); one that the snapshot lacks is known by that alone (S40). */
export function namespaceOf(namespaces: ReadonlyMap<string, Namespace>, name: string): Namespace {
  const found = namespaces.get(name) ?? { name, labels: new Map<string, string>(), declared: false }
  if (found.labels.get(NAMESPACE_NAME_LABEL) === name) return found
  return { ...found, labels: new Map([...found.labels, [NAMESPACE_NAME_LABEL, name]]) }
}

/** S39, S40: of an undeclared namespace only the name label is known. */
export function matchNamespace(selector: Selector, namespace: Namespace): Match {
  if (namespace.declared) return matches(selector, namespace.labels) ? 'yes' : 'no'
  const known = (requirement: Requirement): boolean => requirement.key === NAMESPACE_NAME_LABEL
  if (!selector.requirements.filter(known).every((requirement) => satisfies(namespace.labels, requirement))) return 'no'
  return selector.requirements.every(known) ? 'yes' : 'namespace-labels-unknown'
}

/** The addresses of an ipBlock: `cidr` without its `except` blocks (S23). */
export function addressesOf(block: { readonly cidr: Cidr; readonly except: readonly Cidr[] }): IpSet {
  return block.except.reduce((rest, cidr) => subtractAddresses(rest, ipSetOf(cidr)), ipSetOf(block.cidr))
}

/** Addresses that no pod can have: unspecified, loopback, link-local and multicast. */
export const NEVER_PODS: IpSet = {
  v4: [0, 1, 0x7f00_0000, 0x8000_0000, 0xa9fe_0000, 0xa9ff_0000, 0xe000_0000, 0xf000_0000],
  v6: [0n, 2n, 0xfe80n << 112n, 0xfec0n << 112n, 0xffn << 120n, 1n << 128n],
}

/** How many of the addresses that a pod could have lie in a block. */
type Share = 'none' | 'some' | 'all'

const shares = new WeakMap<IpSet, Readonly<Record<Family, Share>>>()

/** Remembered, for every pod without an address asks. */
function shareOfPods(block: IpSet, family: Family): Share {
  const known = shares.get(block)
  if (known) return known[family]
  const both = { 4: shareOf(block, 4), 6: shareOf(block, 6) }
  shares.set(block, both)
  return both[family]
}

function shareOf(block: IpSet, family: Family): Share {
  const possible = ofFamily(subtractAddresses(ALL_ADDRESSES, NEVER_PODS), family)
  const outside = subtractAddresses(possible, block)
  if (noAddresses(outside)) return 'all'
  return noAddresses(subtractAddresses(possible, outside)) ? 'none' : 'some'
}

function ofFamily(set: IpSet, family: Family): IpSet {
  return family === 4 ? { v4: set.v4, v6: [] } : { v4: [], v6: set.v6 }
}

/**
 * S22, S25: an ipBlock over a pod's address of one family. A pod whose addresses are known has no address of a family
 * that is missing among them, so nothing of that family matches it. An unknown one lies in a block that leaves none out.
 */
export function matchBlock(block: IpSet, pod: Pod, where: { family: Family; profile: Profile }): Match {
  if (!pod.hostNetwork && where.profile.ipBlockOverPods === 'never') return 'no'
  if (pod.addresses.length === 0) {
    const share = shareOfPods(block, where.family)
    if (share !== 'all') return share === 'none' ? 'no' : 'pod-address-unknown'
  } else {
    const address = pod.addresses.find(({ family }) => family === where.family)
    if (!address || !hasAddress(block, address)) return 'no'
  }
  if (pod.hostNetwork) return where.profile.ipBlockOverNodes === 'matches' ? 'yes' : 'ip-block-over-nodes' // S33
  return where.profile.ipBlockOverPods === 'matches' ? 'yes' : 'ip-block-over-pods'
}
