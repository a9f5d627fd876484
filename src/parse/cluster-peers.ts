// Subjects and peers of the admin policy APIs: pods by labels, addresses, nodes, names outside the cluster.
import type { Action, ClusterPeer, ClusterPolicyKind, ClusterPods } from '../policy/cluster-network-policy.ts'
import { EVERYTHING, type Selector } from '../policy/selector.ts'
import { asCidr } from './cidrs.ts'
import { asMapping, asString, closed, field, isMapping, required } from './decode.ts'
import { exactlyOne } from './exactly-one.ts'
import { distinctItems, someOf } from './limits.ts'
import type { MappingNode } from './node.ts'
import { fail, pathOf, spanOf, type Value } from './report.ts'
import { asSelector } from './selectors.ts'

/** Where a peer stands, and what its rule does. */
export interface PeerContext {
  readonly kind: ClusterPolicyKind
  readonly direction: 'ingress' | 'egress'
  /** `undefined`: the rule's action has an error. */
  readonly action: Action | undefined
}

/** A09 */
const INGRESS_PEERS = ['namespaces', 'pods'] as const
/** A10 */
const EGRESS_PEERS = ['namespaces', 'pods', 'nodes', 'networks', 'domainNames'] as const

/** How many blocks or names one peer may list. */
const MOST_ADDRESSES = 25

/** A08: exactly one of `namespaces` and `pods`; `undefined` after an error. */
export function subjectOf(value: Value | undefined, kind: ClusterPolicyKind): ClusterPods | undefined {
  const mapping = asMapping(value)
  if (!mapping) return undefined
  const chosen = exactlyOne(mapping, { names: INGRESS_PEERS })
  return chosen && chosen.name !== 'unknown' ? podsOf(chosen, kind) : undefined
}

export function clusterPeerOf(value: Value, context: PeerContext): ClusterPeer[] {
  const mapping = asMapping(value)
  if (!mapping || misplaced(mapping, context)) return []
  const names = context.direction === 'ingress' ? INGRESS_PEERS : EGRESS_PEERS
  const unknown = failedClosed(context.action) // A15
  const chosen = exactlyOne<(typeof EGRESS_PEERS)[number]>(mapping, { names, unknown })
  if (!chosen) return []
  const span = spanOf(mapping)
  switch (chosen.name) {
    case 'unknown':
      return [{ kind: 'unknown', span }]
    case 'namespaces':
    case 'pods': {
      const pods = podsOf(chosen, context.kind)
      return pods ? [{ kind: 'pods', ...pods, span }] : []
    }
    case 'nodes':
      return [{ kind: 'nodes', nodes: asSelector(chosen.value) ?? EVERYTHING, span }]
    case 'networks': {
      const listed = someOf(chosen.value, MOST_ADDRESSES)
      distinctTexts(listed)
      return [{ kind: 'networks', cidrs: listed.flatMap((item) => asCidr(item) ?? []), span }]
    }
    case 'domainNames': {
      const listed = someOf(chosen.value, MOST_ADDRESSES)
      distinctTexts(listed)
      acceptsOnly(chosen.value, context)
      return [{ kind: 'domainNames', names: listed.flatMap((item) => asDomainName(item) ?? []), span }]
    }
  }
}

/** A15: what becomes of the whole rule that holds something of a newer API. */
export function failedClosed(action: Action | undefined): string {
  return action === 'Accept' ? 'the rule matches nothing' : 'the rule denies everything'
}

interface PodsField {
  readonly name: 'namespaces' | 'pods'
  readonly value: Value
}

/** A08: pods by the labels of their namespace, or by those and their own, both of which must hold. */
function podsOf({ name, value }: PodsField, kind: ClusterPolicyKind): ClusterPods | undefined {
  if (name === 'namespaces') {
    const namespaces = namespacesOf(value)
    return namespaces && { namespaces, pods: EVERYTHING }
  }
  const mapping = asMapping(value)
  if (!mapping) return undefined
  const removed = field(mapping, 'namespaces')
  if (removed) return removedField(removed, '`namespaceSelector`')
  closed(mapping, ['namespaceSelector', 'podSelector'])
  // The newer API takes no selector for every namespace, the older one refuses it.
  const find = kind === 'ClusterNetworkPolicy' ? field : required
  const namespaces = find(mapping, 'namespaceSelector')
  return {
    namespaces: (namespaces && namespacesOf(namespaces)) ?? EVERYTHING,
    pods: asSelector(required(mapping, 'podSelector')) ?? EVERYTHING,
  }
}

function namespacesOf(value: Value): Selector | undefined {
  if (isMapping(value)) {
    for (const name of ['sameLabels', 'notSameLabels', 'namespaceSelector']) {
      const removed = field(value, name)
      if (removed) return removedField(removed, name === 'namespaceSelector' ? 'its content one level up' : undefined)
    }
  }
  return asSelector(value)
}

/** A28: forms of early versions of v1alpha1. */
function removedField(value: Value, instead: string | undefined): undefined {
  return fail(value, {
    code: 'removed-field',
    message: `\`${pathOf(value)}\` is of an early form of the API: no version since v0.1.7 has it`,
    ...(value.key && { at: value.key }),
    help: instead === undefined ? 'select the namespaces by their labels' : `write ${instead}`,
  })
}

/** A10: a peer that this kind of policy has only elsewhere. */
function misplaced(mapping: Value<MappingNode>, { kind, direction }: PeerContext): boolean {
  const elsewhere = EGRESS_PEERS.filter((name) =>
    direction === 'ingress'
      ? !(INGRESS_PEERS as readonly string[]).includes(name)
      : kind === 'BaselineAdminNetworkPolicy' && name === 'domainNames',
  )
  for (const name of elsewhere) {
    const value = field(mapping, name)
    if (!value) continue
    fail(value, {
      code: 'misplaced-peer',
      message:
        direction === 'ingress'
          ? `\`${pathOf(value)}\`: \`${name}\` is for egress rules only`
          : `\`${pathOf(value)}\`: a ${kind} has no \`${name}\``,
      ...(value.key && { at: value.key }),
      help: direction === 'ingress' ? 'name `namespaces` or `pods`' : 'name `networks`',
    })
    return true
  }
  return false
}

/** A13: to refuse a name is not possible, since addresses can have any name. */
function acceptsOnly(value: Value, { kind, action }: PeerContext): void {
  if (action === undefined || action === 'Accept') return
  fail(value, {
    code: 'domain-names-not-accepted',
    message: `\`${pathOf(value)}\`: only rules that ${kind === 'ClusterNetworkPolicy' ? 'accept' : 'allow'} may name domains, not \`${action}\``,
    ...(value.key && { at: value.key }),
    help: 'allow the names that are meant, and deny the rest by `networks` behind it',
  })
}

const DOMAIN_NAME = /^(?:\*\.)?(?:[a-z0-9](?:[-a-z0-9_]*[a-z0-9])?\.)+[a-z0-9](?:[-a-z0-9_]*[a-z0-9])?\.?$/i

/** In lower case and without a final dot; `*.` in front stays (A13). */
function asDomainName(value: Value): string | undefined {
  const text = asString(value)
  if (text === undefined) return undefined
  if (DOMAIN_NAME.test(text)) return text.toLowerCase().replace(/\.$/, '')
  return fail(value, {
    code: 'invalid-domain-name',
    message: `\`${pathOf(value)}\` is not a domain name: \`${text}\``,
    help: 'write a name of at least two labels; `*` stands only in front, as `*.example.com`',
  })
}

function distinctTexts(list: readonly Value[]): void {
  distinctItems(list.flatMap((item) => (item.node.kind === 'string' ? [[item, item.node.value] as const] : [])))
}
