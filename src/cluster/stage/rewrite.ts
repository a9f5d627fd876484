// The same pods and policies under other namespaces: what a staging run applies, with the same answer for every pair of pods.
import { createHash } from 'node:crypto'
import { podsOf } from '../../policy/endpoints.ts'
import type { NetworkPolicy, Peer, Rule } from '../../policy/network-policy.ts'
import type { Labels, Requirement, Selector } from '../../policy/selector.ts'
import {
  EMPTY_SNAPSHOT,
  type Namespace,
  NAMESPACE_NAME_LABEL,
  type Pod,
  qualifiedName,
  type Snapshot,
} from '../../policy/snapshot.ts'

/** Original namespaces to those that stand in for them. */
export type Renaming = ReadonlyMap<string, string>

/** Labels of namespaces get other keys, or live policies would take a staging namespace for the real one. */
const KEY_PREFIX = 'staged.modelmoat.dev/'
const LONGEST = 63

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 8)
}

/** A key without a prefix keeps its name; one with a prefix is told apart by a digest, for a key has one slash at most. */
function stagedKey(key: string): string {
  if (!key.includes('/')) return `${KEY_PREFIX}${key}`
  const name = key.slice(key.indexOf('/') + 1, key.indexOf('/') + 1 + LONGEST - 9)
  return `${KEY_PREFIX}${name}-${digest(key)}`
}

/** Cut to what a name may have, told apart by a digest. */
function fitting(name: string): string {
  return name.length <= LONGEST ? name : `${name.slice(0, LONGEST - 9)}-${digest(name)}`
}

/** The first namespace gets the name itself, each other one the name and its own: `stage`, `stage-other-team`. */
export function renamingFor(namespaces: readonly string[], name: string): Renaming {
  return new Map(namespaces.map((original, n) => [original, n === 0 ? name : fitting(`${name}-${original}`)]))
}

function stagedRequirement(requirement: Requirement, renaming: Renaming): Requirement {
  const { key, operator, values } = requirement
  if (key !== NAMESPACE_NAME_LABEL) return { key: stagedKey(key), operator, values }
  return { key, operator, values: values.map((value) => renaming.get(value) ?? value) }
}

function stagedSelector({ requirements }: Selector, renaming: Renaming): Selector {
  return { requirements: requirements.map((requirement) => stagedRequirement(requirement, renaming)) }
}

function stagedPeer(peer: Peer, renaming: Renaming): Peer {
  if (peer.kind === 'ipBlock' || peer.namespaces === 'own') return peer
  return { ...peer, namespaces: stagedSelector(peer.namespaces, renaming) }
}

function stagedRule(rule: Rule, renaming: Renaming): Rule {
  if (rule.peers === 'any') return rule
  return { ...rule, peers: rule.peers.map((peer) => stagedPeer(peer, renaming)) }
}

function stagedPolicy(policy: NetworkPolicy, namespace: string, renaming: Renaming): NetworkPolicy {
  const { ingress, egress, ...rest } = policy
  return {
    ...rest,
    namespace,
    ingress: ingress?.map((rule) => stagedRule(rule, renaming)),
    egress: egress?.map((rule) => stagedRule(rule, renaming)),
  }
}

/** What the namespace that stands in carries, besides `kubernetes.io/metadata.name`, which the cluster adds (S39). */
export function stagedLabels(labels: Labels): Labels {
  const own = [...labels].filter(([key]) => key !== NAMESPACE_NAME_LABEL)
  return new Map(own.map(([key, value]) => [stagedKey(key), value]))
}

/** A namespace whose object is not in the input stands there with its name alone: a run makes it, so its labels are known. */
function stagedNamespace({ labels }: Namespace, name: string): Namespace {
  return { name, labels: new Map([...stagedLabels(labels), [NAMESPACE_NAME_LABEL, name]]), declared: true }
}

/** A pod as it stands in the staging namespace: no address until it runs there, and no controller of its own. */
export function stagedPod(pod: Pod, renaming: Renaming): Pod {
  const { labels, annotations, ports, name } = pod
  const namespace = renaming.get(pod.namespace) ?? pod.namespace
  return { namespace, name, labels, annotations, ports, hostNetwork: false, addresses: [] }
}

/** Live pods under the policies of files: what is written replaces what lives under its name, and the Moats come with it. */
export function appliedTo(live: Snapshot, written: Snapshot): Snapshot {
  const names = new Set(written.networkPolicies.map(qualifiedName))
  const kept = live.networkPolicies.filter((policy) => !names.has(qualifiedName(policy)))
  return { ...live, networkPolicies: [...kept, ...written.networkPolicies], moats: written.moats }
}

/** Names that a staging namespace would have and that the input speaks of, as a namespace or in a selector: both cannot be meant. */
export function takenNames({ namespaces, networkPolicies }: Snapshot, renaming: Renaming): string[] {
  const selected = networkPolicies
    .flatMap(({ ingress = [], egress = [] }) => [...ingress, ...egress])
    .flatMap(({ peers }) => (peers === 'any' ? [] : peers))
    .flatMap((peer) => (peer.kind === 'pods' && peer.namespaces !== 'own' ? peer.namespaces.requirements : []))
    .filter(({ key }) => key === NAMESPACE_NAME_LABEL)
    .flatMap(({ values }) => values)
  const spoken = new Set([...namespaces.keys(), ...selected])
  return [...renaming.values()].filter((name) => spoken.has(name))
}

/**
 * The input under other namespaces: pods (workloads expanded, host-network pods left out), namespaces and NetworkPolicies.
 * Policies of the admin APIs reach across namespaces and are left out: staging must not change what others may do.
 */
export function rewrite(snapshot: Snapshot, renaming: Renaming): Snapshot {
  const namespaces = [...renaming].flatMap(([original, name]) => {
    const namespace = snapshot.namespaces.get(original)
    return namespace ? [[name, stagedNamespace(namespace, name)] as const] : []
  })
  return {
    ...EMPTY_SNAPSHOT,
    namespaces: new Map(namespaces),
    pods: podsOf(snapshot)
      .filter(({ namespace, hostNetwork }) => renaming.has(namespace) && !hostNetwork)
      .map((pod) => stagedPod(pod, renaming)),
    networkPolicies: snapshot.networkPolicies.flatMap((policy) => {
      const namespace = renaming.get(policy.namespace)
      return namespace === undefined ? [] : [stagedPolicy(policy, namespace, renaming)]
    }),
  }
}
