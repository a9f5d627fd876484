// Shapes of rules and policies that several rules of the linter look for.
import type { Direction, NetworkPolicy, Peer, Rule } from '../../policy/network-policy.ts'
import { cidrRange } from '../../sets/ip-address.ts'

/** A rule without peers and ports, `{}` (S04). */
export function opensEverything({ peers, ports }: Rule): boolean {
  return peers === 'any' && ports === 'any'
}

/** `podSelector: {}` (S08). */
export function selectsAll({ subject }: NetworkPolicy): boolean {
  return subject.requirements.length === 0
}

/** Isolates every pod of its namespace and lets nothing through (S03). */
export function isDefaultDeny(policy: NetworkPolicy, direction: Direction): boolean {
  return selectsAll(policy) && policy[direction]?.length === 0
}

/** A block of so many addresses that it stands for the Internet. */
export function isWide(peer: Extract<Peer, { kind: 'ipBlock' }>): boolean {
  return peer.cidr.prefix <= (peer.cidr.address.family === 4 ? 4 : 3)
}

/** `0.0.0.0/0` or `::/0`. */
export function isEveryAddress(peer: Extract<Peer, { kind: 'ipBlock' }>): boolean {
  const [first] = cidrRange(peer.cidr)
  return peer.cidr.prefix === 0 && (first === 0 || first === 0n)
}

/** All pods of all namespaces (S08). */
export function isEveryPod(peer: Peer): boolean {
  return (
    peer.kind === 'pods' &&
    peer.namespaces !== 'own' &&
    peer.namespaces.requirements.length === 0 &&
    peer.pods.requirements.length === 0
  )
}
