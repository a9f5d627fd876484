// A peer of an admin policy's rule, compiled: pods by labels, addresses, nodes, and names of domains.
import type { ClusterPeer } from '../policy/cluster-network-policy.ts'
import { matches, type Selector } from '../policy/selector.ts'
import type { Node } from '../policy/snapshot.ts'
import type { Address } from '../sets/ip-address.ts'
import { hasAddress, type IpSet, ipSetOf, NO_ADDRESSES, singleAddress, unionAddresses } from '../sets/ip-set.ts'
import { type EndpointClass, hasIdentity } from './classes.ts'
import type { CompiledPeer } from './compiled-peer.ts'
import { type Match, matchBlock, matchNamespace, NEVER_PODS } from './match.ts'
import { CONFORMANCE } from './profile.ts'

type KnownPeer = Exclude<ClusterPeer, { kind: 'unknown' }>

/** Addresses of nodes that the selector matches, and whether it may match addresses that the input does not show. */
interface NodeMatch {
  readonly sure: IpSet
  readonly others: IpSet
  readonly mayMore: boolean
}

function addressesOfNodes(nodes: readonly Node[]): IpSet {
  return nodes
    .flatMap(({ addresses }) => addresses)
    .map(singleAddress)
    .reduce(unionAddresses, NO_ADDRESSES)
}

function nodesAt(selector: Selector, nodes: readonly Node[]): NodeMatch {
  const meant = nodes.filter(({ labels }) => matches(selector, labels))
  return {
    sure: addressesOfNodes(meant),
    others: addressesOfNodes(nodes.filter((node) => !meant.includes(node))),
    mayMore: nodes.length === 0 || meant.some(({ addresses }) => addresses.length === 0),
  }
}

function matchNodeAddress({ sure, others, mayMore }: NodeMatch, address: Address): Match {
  if (hasAddress(sure, address)) return 'yes'
  return mayMore && !hasAddress(others, address) && !hasAddress(NEVER_PODS, address) ? 'node-unknown' : 'no'
}

/** A pod on the host network is its node; other pods are none. */
function compileNodes(selector: Selector, nodes: readonly Node[]): CompiledPeer {
  const known = nodesAt(selector, nodes)
  const byName = new Map(nodes.map((node) => [node.name, node]))
  const match = (candidate: EndpointClass): Match => {
    if (candidate.kind === 'outside') return matchNodeAddress(known, candidate.endpoint.address)
    const { hostNetwork, nodeName } = candidate.pod
    if (!hostNetwork) return 'no'
    if (selector.requirements.length === 0) return 'yes'
    const node = byName.get(nodeName ?? '')
    if (!node) return 'node-unknown'
    return matches(selector, node.labels) ? 'yes' : 'no'
  }
  return { match }
}

/** The addresses of pods are meant too: nothing is open as it is for ipBlocks (S22). */
function compileNetworks(block: IpSet): CompiledPeer {
  return {
    block,
    match: (candidate, family) => {
      if (candidate.kind === 'pod') return matchBlock(block, candidate.pod, { family, profile: CONFORMANCE })
      return hasAddress(block, candidate.endpoint.address) ? 'yes' : 'no'
    },
  }
}

export function compileClusterPeer(peer: KnownPeer, nodes: readonly Node[]): CompiledPeer {
  switch (peer.kind) {
    case 'pods':
      return {
        pods: peer.pods,
        namespaces: peer.namespaces,
        match: (candidate) => {
          if (candidate.kind === 'outside' || !hasIdentity(candidate.pod)) return 'no'
          return matches(peer.pods, candidate.pod.labels) ? matchNamespace(peer.namespaces, candidate.namespace) : 'no'
        },
      }
    case 'networks':
      return compileNetworks(peer.cidrs.map(ipSetOf).reduce(unionAddresses, NO_ADDRESSES))
    case 'nodes':
      return compileNodes(peer.nodes, nodes)
    case 'domainNames':
      // A name may have any address, that of a pod too (NPEP-133).
      return { match: () => 'domain-name' }
  }
}
