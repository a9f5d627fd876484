// AdminNetworkPolicy, BaselineAdminNetworkPolicy and ClusterNetworkPolicy -> their one form, every default settled.
import type {
  Action,
  ClusterNetworkPolicy,
  ClusterPolicyKind,
  ClusterPort,
  ClusterRule,
  ClusterTier,
} from '../policy/cluster-network-policy.ts'
import { EVERYTHING } from '../policy/selector.ts'
import { clusterPeerOf, subjectOf, type PeerContext } from './cluster-peers.ts'
import { adminPortOf, clusterProtocolOf } from './cluster-ports.ts'
import { asMapping, asOneOf, asString, closed, field, required } from './decode.ts'
import { asPriority, atMost, someOf } from './limits.ts'
import type { Metadata } from './metadata.ts'
import type { MappingNode } from './node.ts'
import { fail, pathOf, spanOf, type Value } from './report.ts'

/** How the three APIs differ. */
interface Form {
  readonly fields: readonly string[]
  /** The words of the API for what a rule does. */
  readonly actions: Readonly<Record<string, Action>>
  readonly portsField: 'ports' | 'protocols'
  readonly portOf: (value: Value, action: Action | undefined) => ClusterPort[]
  /** A19: of rules, peers and ports in one list. */
  readonly most: number
}

const ADMIN_FIELDS = ['priority', 'subject', 'ingress', 'egress']

const V1ALPHA1 = { portsField: 'ports', portOf: adminPortOf, most: 100 } as const

const FORMS: Readonly<Record<ClusterPolicyKind, Form>> = {
  AdminNetworkPolicy: { ...V1ALPHA1, fields: ADMIN_FIELDS, actions: { Allow: 'Accept', Deny: 'Deny', Pass: 'Pass' } },
  BaselineAdminNetworkPolicy: {
    ...V1ALPHA1,
    fields: ['subject', 'ingress', 'egress'],
    actions: { Allow: 'Accept', Deny: 'Deny' }, // A05
  },
  ClusterNetworkPolicy: {
    fields: ['tier', ...ADMIN_FIELDS],
    actions: { Accept: 'Accept', Deny: 'Deny', Pass: 'Pass' },
    portsField: 'protocols',
    portOf: clusterProtocolOf,
    most: 25,
  },
}

const TIERS: Readonly<Record<'Admin' | 'Baseline', ClusterTier>> = { Admin: 'admin', Baseline: 'baseline' }

export function clusterPolicyOf(
  object: Value<MappingNode>,
  metadata: Metadata,
  kind: ClusterPolicyKind,
): ClusterNetworkPolicy {
  closed(object, ['apiVersion', 'kind', 'metadata', 'spec', 'status'])
  const form = FORMS[kind]
  const spec = asMapping(required(object, 'spec'))
  if (spec) closed(spec, form.fields)
  if (kind === 'BaselineAdminNetworkPolicy') checkName(object, metadata)
  const rules = (direction: 'ingress' | 'egress') =>
    atMost(spec && field(spec, direction), form.most).flatMap((item) => ruleOf(item, { kind, direction }))
  return {
    kind,
    name: metadata.name,
    tier: spec ? tierOf(spec, kind) : 'admin',
    priority: (spec && kind !== 'BaselineAdminNetworkPolicy' && asPriority(required(spec, 'priority'))) || 0, // A02
    subject: (spec && subjectOf(required(spec, 'subject'), kind)) ?? { namespaces: EVERYTHING, pods: EVERYTHING },
    ingress: rules('ingress'),
    egress: rules('egress'),
    span: metadata.span,
  }
}

/** A01 */
function tierOf(spec: Value<MappingNode>, kind: ClusterPolicyKind): ClusterTier {
  if (kind !== 'ClusterNetworkPolicy') return kind === 'AdminNetworkPolicy' ? 'admin' : 'baseline'
  return TIERS[asOneOf(required(spec, 'tier'), ['Admin', 'Baseline'] as const) ?? 'Admin']
}

/** A03: there is one, and this is its name. */
function checkName(object: Value<MappingNode>, { name, span }: Metadata): void {
  if (name === 'default') return
  fail(object, {
    code: 'baseline-name',
    message: `a BaselineAdminNetworkPolicy must be named \`default\`, not \`${name}\`: a cluster has only one`,
    at: span,
  })
}

type RulePlace = Pick<PeerContext, 'kind' | 'direction'>

function ruleOf(value: Value, { kind, direction }: RulePlace): ClusterRule[] {
  const mapping = asMapping(value)
  if (!mapping) return []
  const form = FORMS[kind]
  const peersField = direction === 'ingress' ? 'from' : 'to'
  closed(mapping, ['name', 'action', peersField, form.portsField])
  const name = asString(field(mapping, 'name')) ?? ''
  if (name.length > 100) {
    fail(mapping, {
      code: 'rule-name-too-long',
      message: `\`${pathOf(mapping)}.name\` has ${name.length} characters, at most 100 are allowed`,
      ...at(field(mapping, 'name')),
    })
  }
  const action = actionOf(required(mapping, 'action'), form)
  const peers = someOf(required(mapping, peersField), form.most).flatMap((item) =>
    clusterPeerOf(item, { kind, direction, action }),
  )
  const portList = field(mapping, form.portsField)
  const ports = someOf(portList, form.most).flatMap((item) => form.portOf(item, action))
  if (portList) checkNames(portList, ports, peers)
  if (action === undefined) return []
  return [{ name, action, peers, ports: portList ? ports : 'any', span: spanOf(mapping) }] // A20
}

function at(value: Value | undefined) {
  return value ? { at: value.node } : {}
}

/** A04, A05: the words differ between the APIs, and a rule must say one. */
function actionOf(value: Value | undefined, { actions }: Form): Action | undefined {
  const word = asOneOf(value, Object.keys(actions))
  return word === undefined ? undefined : actions[word]
}

/** A14: addresses, nodes and names outside have no named ports. */
function checkNames(list: Value, ports: readonly ClusterPort[], peers: ClusterRule['peers']): void {
  const without = peers.find(({ kind }) => kind === 'networks' || kind === 'nodes' || kind === 'domainNames')
  if (!without || !ports.some((port) => port.kind === 'named')) return
  fail(list, {
    code: 'named-port-outside',
    message: `\`${pathOf(list)}\` names a port, and the rule has \`${without.kind}\`, which have no named ports`,
    ...(list.key && { at: list.key }),
    help: 'write the number, or make two rules of it',
  })
}
