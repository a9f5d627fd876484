// NetworkPolicy v1 -> the policy model: the one place where its defaults and its nil and [] are settled.
import type { Cidr } from '../sets/ip-address.ts'
import { PROTOCOLS } from '../sets/connection-set.ts'
import type { NetworkPolicy, Peer, PortMatch, Rule } from '../policy/network-policy.ts'
import { EVERYTHING } from '../policy/selector.ts'
import { asCidr, isStrictlyInside } from './cidrs.ts'
import { asInteger, asMapping, asOneOf, closed, field, items, required } from './decode.ts'
import type { Metadata } from './metadata.ts'
import { asPort } from './names.ts'
import type { MappingNode } from './node.ts'
import { fail, pathOf, spanOf, type Value } from './report.ts'
import { asSelector } from './selectors.ts'

/** A NetworkPolicy object; `namespace` is the one it lives in. */
export function networkPolicyOf(object: Value<MappingNode>, metadata: Metadata, namespace: string): NetworkPolicy {
  closed(object, ['apiVersion', 'kind', 'metadata', 'spec', 'status'])
  const spec = asMapping(field(object, 'spec'))
  if (spec) closed(spec, ['podSelector', 'policyTypes', 'ingress', 'egress'])
  const selector = spec && field(spec, 'podSelector')
  if (!selector) {
    fail(spec ?? object, {
      severity: 'warning',
      code: 'missing-pod-selector',
      message: '`spec.podSelector` is missing: the policy selects every pod of its namespace',
      help: 'write `podSelector: {}` if that is meant',
      at: spec?.key ?? object.node.entries.get('kind')?.key ?? object.node,
    })
  }
  const types = spec ? policyTypes(spec) : undefined
  const direction = (name: 'ingress' | 'egress', peers: 'from' | 'to') => {
    const list = spec && field(spec, name)
    const rules = items(list).flatMap((item) => ruleOf(item, peers))
    const listed = types?.includes(name === 'ingress' ? 'Ingress' : 'Egress')
    // S01: without policyTypes always ingress, and egress when there is a rule. S03: a listed type without rules isolates.
    const isolated = listed ?? (name === 'ingress' || (list?.node.kind === 'list' && list.node.items.length > 0))
    if (isolated) return rules
    if (list && rules.length > 0) {
      // S02
      fail(list, {
        severity: 'warning',
        code: 'ignored-rules',
        message: `the ${name} rules have no effect: \`policyTypes\` does not list \`${name === 'ingress' ? 'Ingress' : 'Egress'}\``,
        ...(list.key && { at: list.key }),
        help: `add it to \`policyTypes\`, or remove the rules`,
      })
    }
    return undefined
  }
  return {
    namespace,
    name: metadata.name,
    subject: asSelector(selector) ?? EVERYTHING,
    ingress: direction('ingress', 'from'),
    egress: direction('egress', 'to'),
    ...(!types && { impliedTypes: true as const }),
    span: metadata.span,
  }
}

/** The listed types; absent and empty are both `undefined` (S01). S46: at most two, none unknown. */
function policyTypes(spec: Value<MappingNode>): readonly ('Ingress' | 'Egress')[] | undefined {
  const list = field(spec, 'policyTypes')
  const values = items(list)
  if (list && values.length > 2) {
    fail(list, {
      code: 'too-many-policy-types',
      message: `\`${pathOf(list)}\` has ${values.length} items, at most 2 are allowed`,
    })
  }
  const types = values.flatMap((value) => asOneOf(value, ['Ingress', 'Egress'] as const) ?? [])
  // With an unknown one among them nothing follows from the others.
  return values.length === 0 || types.length < values.length ? undefined : types
}

/** One rule. S04: `{}` allows everything. S05, S06: a missing list and an empty one both mean any. */
function ruleOf(value: Value, peersField: 'from' | 'to'): Rule[] {
  const mapping = asMapping(value)
  if (!mapping) return []
  closed(mapping, ['ports', peersField])
  const peerItems = field(mapping, peersField)
  const portItems = field(mapping, 'ports')
  const peers = items(peerItems).flatMap(peerOf)
  const ports = items(portItems).flatMap(portOf)
  return [
    {
      peers: isEmptyList(peerItems) ? 'any' : peers,
      ports: isEmptyList(portItems) ? 'any' : ports,
      span: spanOf(mapping),
    },
  ]
}

function isEmptyList(value: Value | undefined): boolean {
  return value === undefined || (value.node.kind === 'list' && value.node.items.length === 0)
}

function peerOf(value: Value): Peer[] {
  const mapping = asMapping(value)
  if (!mapping) return []
  closed(mapping, ['podSelector', 'namespaceSelector', 'ipBlock'])
  const pods = field(mapping, 'podSelector')
  const namespaces = field(mapping, 'namespaceSelector')
  const block = field(mapping, 'ipBlock')
  const span = spanOf(mapping)
  if (block) {
    if (pods ?? namespaces) {
      // S11
      fail(mapping, {
        code: 'ip-block-with-selector',
        message: `\`${pathOf(mapping)}\` has both \`ipBlock\` and a selector`,
        at: (pods ?? namespaces)?.key ?? mapping.node,
        help: 'put them into two items of the list',
      })
    }
    const { cidr, except } = ipBlockOf(block)
    return cidr ? [{ kind: 'ipBlock', cidr, except, span }] : []
  }
  if (!pods && !namespaces) {
    // S07
    fail(mapping, {
      code: 'empty-peer',
      message: `\`${pathOf(mapping)}\` names nobody: the API server rejects such a peer`,
      help: 'name `podSelector`, `namespaceSelector` or `ipBlock`; for everybody leave out the whole list',
    })
    return []
  }
  return [
    {
      kind: 'pods',
      namespaces: namespaces ? (asSelector(namespaces) ?? EVERYTHING) : 'own', // S10
      pods: asSelector(pods) ?? EVERYTHING, // S09: with a namespaceSelector both must hold
      span,
    },
  ]
}

function ipBlockOf(value: Value): { readonly cidr: Cidr | undefined; readonly except: readonly Cidr[] } {
  const block = asMapping(value)
  if (!block) return { cidr: undefined, except: [] }
  closed(block, ['cidr', 'except'])
  return cidrWithExcept(block)
}

/** `cidr` and its `except`, each a strict part of it (S23). */
export function cidrWithExcept(block: Value<MappingNode>): {
  readonly cidr: Cidr | undefined
  readonly except: readonly Cidr[]
} {
  const cidr = asCidr(required(block, 'cidr'))
  const except = items(field(block, 'except')).flatMap((item) => {
    const inner = asCidr(item)
    if (!inner) return []
    if (cidr && !isStrictlyInside(inner, cidr)) {
      // S23
      fail(item, {
        code: 'except-outside',
        message: `\`${pathOf(item)}\` must lie inside \`cidr\` and be smaller`,
        help: 'remove it, or widen `cidr`',
      })
    }
    return [inner]
  })
  return { cidr, except }
}

function portOf(value: Value): PortMatch[] {
  const mapping = asMapping(value)
  if (!mapping) return []
  closed(mapping, ['port', 'protocol', 'endPort'])
  const protocol = asOneOf(field(mapping, 'protocol'), PROTOCOLS) ?? 'TCP' // S15
  const portValue = field(mapping, 'port')
  const endValue = field(mapping, 'endPort')
  const port = asPort(portValue)
  const span = spanOf(mapping)
  if (endValue) {
    // S19
    const end = asInteger(endValue)
    const complain = (message: string) => {
      fail(endValue, { code: 'invalid-end-port', message })
      return []
    }
    if (!portValue) return complain('`endPort` needs `port`')
    if (typeof port === 'string') return complain('`endPort` needs a numeric `port`')
    if (end === undefined || port === undefined) return []
    if (end < port) return complain(`\`endPort\` ${end} is below \`port\` ${port}`)
    if (end > 65_535) return complain(`\`endPort\` must be from 1 to 65535, not ${end}`)
    return [{ kind: 'range', protocol, first: port, last: end, span }]
  }
  if (!portValue) return [{ kind: 'all', protocol, span }] // S16
  if (port === undefined) return []
  if (typeof port === 'string') return [{ kind: 'named', protocol, name: port, span }]
  return [{ kind: 'range', protocol, first: port, last: port, span }]
}
