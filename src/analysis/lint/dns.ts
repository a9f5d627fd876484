// Rules for DNS: how they are told, and what is known of the cluster's DNS.
import type { Peer, PortMatch } from '../../policy/network-policy.ts'
import { NAMESPACE_NAME_LABEL } from '../../policy/snapshot.ts'
import { parseCidr } from '../../sets/ip-address.ts'
import { type IpSet, ipSetOf, NO_ADDRESSES } from '../../sets/ip-set.ts'
import type { PlacedRule } from './context.ts'
import { isPort } from './ports.ts'

export const DNS_PORT = 53
/** Where the pods of OpenShift's DNS listen; its Service has 53. */
export const OPENSHIFT_DNS_PORT = 5353

/** The address that NodeLocal DNSCache has on every node. */
const NODE_LOCAL = parseCidr('169.254.20.10/32')
export const NODE_LOCAL_ADDRESS: IpSet = NODE_LOCAL ? ipSetOf(NODE_LOCAL) : NO_ADDRESSES

/** The entries of an egress rule that are port 53 and nothing else. */
export function dnsPorts({ direction, rule }: PlacedRule): readonly PortMatch[] {
  if (direction !== 'egress' || rule.ports === 'any') return []
  return rule.ports.filter((one) => one.kind === 'range' && one.first === DNS_PORT && one.last === DNS_PORT)
}

/** An egress rule whose ports are those of DNS only, OpenShift's among them. */
export function isDnsOnly({ direction, rule }: PlacedRule): boolean {
  if (direction !== 'egress' || rule.ports === 'any') return false
  return rule.ports.every((one) => isPort(one, DNS_PORT) || isPort(one, OPENSHIFT_DNS_PORT))
}

/** Whether the peer asks for pods with this label. */
export function asksPodLabel(peer: Peer, key: string, value: string): boolean {
  return (
    peer.kind === 'pods' &&
    peer.pods.requirements.some(
      (one) => one.key === key && one.operator === 'In' && one.values.length === 1 && one.values[0] === value,
    )
  )
}

/** Whether the peer is in this namespace alone, by its name. */
export function isInNamespace(peer: Peer, name: string): boolean {
  return (
    peer.kind === 'pods' &&
    peer.namespaces !== 'own' &&
    peer.namespaces.requirements.some(
      ({ key, operator, values }) =>
        key === NAMESPACE_NAME_LABEL && operator === 'In' && values.length === 1 && values[0] === name,
    )
  )
}
