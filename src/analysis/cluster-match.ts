// What one rule of an admin API matches of a flow, and on what that hangs.
import { matchBlock } from '../engine/match.ts'
import type { DependsReason } from '../engine/reach.ts'
import type { ClusterNetworkPolicy, ClusterPeer, ClusterPort, ClusterRule } from '../policy/cluster-network-policy.ts'
import type { Direction, PortMatch } from '../policy/network-policy.ts'
import { matches } from '../policy/selector.ts'
import type { Pod } from '../policy/snapshot.ts'
import type { Cidr, Family } from '../sets/ip-address.ts'
import { type IpSet, ipSetOf, NO_ADDRESSES, singleAddress, subtractAddresses, unionAddresses } from '../sets/ip-set.ts'
import type { Flow } from './flow.ts'
import { type Cell, PEER, type Role, SUBJECT, withinAddresses, withinConnections } from './region.ts'
import { matchPeer, type PeerMatch, portsOf } from './rule-match.ts'
import { asPeer } from './tiers.ts'
import type { Ends, NamedPort, World } from './world.ts'

/** A part of a flow that a rule matches, if the reasons turn out so and the destination declares the names. */
export interface RuleMatch {
  readonly cell: Cell
  readonly reasons: readonly DependsReason[]
  readonly names: readonly NamedPort[]
}

const OF_FAMILY: Readonly<Record<Family, IpSet>> = {
  4: { v4: [0, 2 ** 32], v6: [] },
  6: { v4: [], v6: [0n, 1n << 128n] },
}

function union(sets: readonly IpSet[]): IpSet {
  return sets.reduce(unionAddresses, NO_ADDRESSES)
}

/** `networks` match the addresses of pods as those of anything else, under every profile. */
function onPod(world: World, pod: Pod, at: { cidrs: readonly Cidr[]; role: Role; of: Cell }): PeerMatch[] {
  const block = union(at.cidrs.map(ipSetOf))
  const profile = { ...world.profile, ipBlockOverPods: 'matches', ipBlockOverNodes: 'matches' } as const
  return ([4, 6] as const).flatMap((family): PeerMatch[] => {
    const match = matchBlock(block, pod, { family, profile })
    const part = match === 'no' ? undefined : withinAddresses(at.of, at.role, OF_FAMILY[family])
    return part ? [{ cell: part, reasons: match === 'yes' ? [] : [match as DependsReason] }] : []
  })
}

/** Addresses of nodes that the selector surely means, and those that it may mean: no input shows all nodes. */
function nodeAddresses(world: World, peer: Extract<ClusterPeer, { kind: 'nodes' }>): { sure: IpSet; not: IpSet } {
  const of = (wanted: boolean) =>
    union(
      world.snapshot.nodes
        .filter(({ labels }) => matches(peer.nodes, labels) === wanted)
        .flatMap(({ addresses }) => addresses.map(singleAddress)),
    )
  return { sure: of(true), not: of(false) }
}

function matchOne(world: World, at: { peer: ClusterPeer; ends: Ends; role: Role }, of: Cell): PeerMatch[] {
  const { peer, ends, role } = at
  const end = ends[role]
  const some = (cell: Cell | undefined, ...reasons: DependsReason[]): PeerMatch[] => (cell ? [{ cell, reasons }] : [])
  switch (peer.kind) {
    case 'pods': {
      const found = matchPeer(world, { peer: asPeer(peer), own: '', role, ends }, of)
      return found ? [found] : []
    }
    case 'networks':
      if (end.kind === 'pod') return onPod(world, end.pod, { cidrs: peer.cidrs, role, of })
      return some(withinAddresses(of, role, union(peer.cidrs.map(ipSetOf))))
    case 'nodes': {
      if (end.kind !== 'outside') return [] // A pod on a pod network is no node, one on the host network is not proven about (S33).
      const { sure, not } = nodeAddresses(world, peer)
      const known = unionAddresses(sure, not)
      const rest = subtractAddresses(of[role].addresses, known)
      return [...some(withinAddresses(of, role, sure)), ...some(withinAddresses(of, role, rest), 'node-unknown')]
    }
    case 'domainNames':
      return some(of, 'domain-name') // A13: a name may have any address, that of a pod too.
    case 'unknown':
      return []
  }
}

function isKnown(port: ClusterPort): port is PortMatch {
  return port.kind !== 'unknown'
}

/** A rule with something of a newer API in it that would not accept denies everything. */
export function deniesAll({ action, peers, ports }: ClusterRule): boolean {
  if (action === 'Accept') return false
  return peers.some(({ kind }) => kind === 'unknown') || (ports !== 'any' && !ports.every(isKnown))
}

/** What a policy's rule matches of a flow in one direction. */
export function matchRule(
  world: World,
  at: { policy: ClusterNetworkPolicy; rule: ClusterRule; direction: Direction; ends: Ends },
  flow: Flow,
): RuleMatch[] {
  const { policy, rule, direction, ends } = at
  const subject = matchPeer(world, { peer: asPeer(policy.subject), own: '', role: SUBJECT[direction], ends }, flow.cell)
  if (!subject) return []
  if (deniesAll(rule)) return [{ ...subject, names: [] }]
  const known = rule.ports === 'any' ? 'any' : rule.ports.filter(isKnown)
  return portsOf({ ports: known }, ends.destination).flatMap(({ connections, names }) => {
    const opened = withinConnections(subject.cell, connections)
    if (!opened) return []
    return rule.peers.flatMap((peer) =>
      matchOne(world, { peer, ends, role: PEER[direction] }, opened).map((match) => ({
        cell: match.cell,
        reasons: [...subject.reasons, ...match.reasons],
        names,
      })),
    )
  })
}
