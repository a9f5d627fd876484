// Policies of the admin APIs as chains: for each tier, direction and list of policies one chain with all their rules in order.
import {
  type ClusterNetworkPolicy,
  type ClusterPeer,
  clusterPolicyName,
  type ClusterPort,
  type ClusterRule,
  type ClusterTier,
} from '../policy/cluster-network-policy.ts'
import type { Direction, Peer, PortMatch } from '../policy/network-policy.ts'
import { matches } from '../policy/selector.ts'
import type { Node } from '../policy/snapshot.ts'
import { type Member } from './cast.ts'
import { ruleMatches } from './compile-rule.ts'
import { denial } from './denial.ts'
import { type Draft, logStatement } from './draft.ts'
import { acceptedChain, compare, deniedChain, tierChain } from './names.ts'
import { ACCEPTED_GROUP, type Match, type Rule, type Statement } from './ruleset.ts'

/** The chains that a pod's connections of one direction go through; absent where no policy of the tier selects the pod. */
export type TierChains = Readonly<Partial<Record<ClusterTier, string>>>

export interface ClusterPolicies {
  readonly policies: readonly ClusterNetworkPolicy[]
  readonly nodes: readonly Node[]
  readonly logAccepts: boolean
}

/** Adds the chains of one direction, and says which pods go through which. Tied policies go by name: any order is right. */
export function compileCluster(draft: Draft, input: ClusterPolicies, direction: Direction): Map<Member, TierChains> {
  const inOrder = input.policies
    .filter((policy) => policy[direction].length > 0)
    .toSorted((a, b) => a.priority - b.priority || compare(clusterPolicyName(a), clusterPolicyName(b)))
  const chains = new Map<Member, TierChains>()
  for (const tier of ['admin', 'baseline'] as const) {
    const ofTier = inOrder.filter((policy) => policy.tier === tier)
    if (ofTier.length === 0) continue
    for (const member of draft.cast.members) {
      const own = ofTier.filter((policy) => isSubject(draft, policy, member))
      if (own.length === 0) continue
      chains.set(member, { ...chains.get(member), [tier]: chainOf(draft, own, { tier, direction, input }) })
    }
  }
  return chains
}

function isSubject(draft: Draft, { subject }: ClusterNetworkPolicy, { pod }: Member): boolean {
  return matches(subject.namespaces, draft.cast.namespaceLabels(pod.namespace)) && matches(subject.pods, pod.labels)
}

interface Surroundings {
  readonly tier: ClusterTier
  readonly direction: Direction
  readonly input: ClusterPolicies
}

/** The chain of these policies, made when it is first asked for: pods with the same policies share it. */
function chainOf(draft: Draft, policies: readonly ClusterNetworkPolicy[], at: Surroundings): string {
  const { tier, direction } = at
  const name = tierChain(tier, direction, policies.map(clusterPolicyName))
  if (draft.chains.has(name)) return name
  draft.chains.set(name, { name, rules: [] }) // keeps its place before the chains that its rules go to
  const rules = policies.flatMap((policy) =>
    policy[direction].flatMap((rule, index) => compileClusterRule(draft, { policy, rule, index }, at)),
  )
  draft.chains.set(name, { name, rules })
  return name
}

interface Place {
  readonly policy: ClusterNetworkPolicy
  readonly rule: ClusterRule
  readonly index: number
}

function compileClusterRule(draft: Draft, place: Place, at: Surroundings): Rule[] {
  const { policy, rule, index } = place
  const comment = `${clusterPolicyName(policy)} ${at.direction}[${index}]`.slice(0, 120)
  return clusterMatches(draft, rule, at).map(({ action, matches }): Rule => ({
    matches,
    statements: [statementOf(draft, action, { place, at })],
    comment,
  }))
}

/** What a rule matches, and what then happens. A rule that is not wholly understood fails closed. */
function clusterMatches(
  draft: Draft,
  rule: ClusterRule,
  { direction, input }: Surroundings,
): { readonly action: ClusterRule['action']; readonly matches: readonly Match[] }[] {
  const ports = knownPorts(rule.ports)
  if (ports === undefined || rule.peers.some(({ kind }) => kind === 'unknown')) {
    return rule.action === 'Accept' ? [] : [{ action: 'Deny', matches: [] }]
  }
  const peers = rule.peers.flatMap((peer) => addressPeers(peer, input.nodes))
  return ruleMatches(draft, { peers, ports }, { direction, namespace: '' }).map((matches) => ({
    action: rule.action,
    matches,
  }))
}

/** `undefined` when one of them is unknown. */
function knownPorts(ports: ClusterRule['ports']): 'any' | readonly PortMatch[] | undefined {
  if (ports === 'any') return 'any'
  const known = ports.filter((port): port is Exclude<ClusterPort, { kind: 'unknown' }> => port.kind !== 'unknown')
  return known.length === ports.length ? known : undefined
}

/** Nodes are their addresses. Names of domains are nobody's here: the sandbox's DNS knows no outside name. */
function addressPeers(peer: ClusterPeer, nodes: readonly Node[]): Peer[] {
  switch (peer.kind) {
    case 'pods':
      return [peer]
    case 'networks':
      return peer.cidrs.map((cidr) => ({ kind: 'ipBlock', cidr, except: [] }))
    case 'nodes':
      return nodes
        .filter(({ labels }) => matches(peer.nodes, labels))
        .flatMap(({ addresses }) => addresses)
        .map((address) => ({
          kind: 'ipBlock',
          cidr: { address, prefix: address.family === 4 ? 32 : 128, hostBits: false },
          except: [],
        }))
    case 'domainNames':
    case 'unknown':
      return []
  }
}

/** Pass goes back to the pod's own chain, where the next tier follows. */
function statementOf(
  draft: Draft,
  action: ClusterRule['action'],
  { place, at }: { readonly place: Place; readonly at: Surroundings },
): Statement {
  const { policy, index } = place
  const { direction, input } = at
  if (action === 'Pass') return { do: 'return' }
  const entry = { direction, kind: policy.kind, policy: policy.name, rule: index }
  const label = `${policy.kind}/${policy.name}`
  if (action === 'Deny') {
    const chain = deniedChain(direction, label, index)
    if (!draft.chains.has(chain)) draft.chains.set(chain, { name: chain, rules: denial(draft, entry) })
    return { do: 'goto', chain }
  }
  if (!input.logAccepts) return { do: 'accept' }
  const chain = acceptedChain(direction, label, index)
  if (!draft.chains.has(chain)) {
    const log = logStatement(draft, { verdict: 'accepted', ...entry }, ACCEPTED_GROUP)
    draft.chains.set(chain, {
      name: chain,
      rules: [
        { matches: [{ keys: ['ct state'], right: { values: ['new'] } }], statements: [log] },
        { matches: [], statements: [{ do: 'accept' }] },
      ],
    })
  }
  return { do: 'goto', chain }
}
