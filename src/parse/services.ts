// Services: what they select, their ports and cluster addresses.
import { PROTOCOLS } from '../sets/connection-set.ts'
import type { Service, ServicePort } from '../policy/snapshot.ts'
import { asAddress, asCidr } from './cidrs.ts'
import { asMapping, asOneOf, asString, closed, field, given, items, required } from './decode.ts'
import type { Metadata } from './metadata.ts'
import { asPort, asPortNumber } from './names.ts'
import type { MappingNode } from './node.ts'
import { SERVICE_SPEC_FIELDS } from './pod-fields.ts'
import { fail, pathOf, type Value } from './report.ts'
import { asLabelMap } from './selectors.ts'

const TYPES = ['ClusterIP', 'NodePort', 'LoadBalancer', 'ExternalName'] as const

/** A Service object; `undefined` for an ExternalName, which is a DNS alias without address and pods. */
export function serviceOf(object: Value<MappingNode>, metadata: Metadata, namespace: string): Service | undefined {
  closed(object, ['apiVersion', 'kind', 'metadata', 'spec', 'status'])
  const spec = asMapping(required(object, 'spec'))
  if (!spec) return undefined
  closed(spec, SERVICE_SPEC_FIELDS)
  const type = asOneOf(field(spec, 'type'), TYPES) ?? 'ClusterIP'
  const selector = asLabelMap(field(spec, 'selector'))
  const portList = items(field(spec, 'ports'))
  const ports = portList.flatMap((item) => portOf(item, portList.length > 1))
  const { headless, addresses } = clusterAddresses(spec)
  if (type === 'ExternalName') return undefined
  if (portList.length === 0 && !headless) required(spec, 'ports')
  return {
    namespace,
    name: metadata.name,
    // An empty selector selects nothing, other than in a policy.
    selector: selector && selector.requirements.length > 0 ? selector : undefined,
    ports,
    headless,
    clusterIPs: addresses,
    ...outsideOf(spec, type),
    span: metadata.span,
  }
}

/** A load balancer also takes what comes to its node ports, unless it has none: that makes no difference to policies. */
function outsideOf(
  spec: Value<MappingNode>,
  type: Exclude<(typeof TYPES)[number], 'ExternalName'>,
): Pick<Service, 'outside'> {
  const policy = asOneOf(given(field(spec, 'externalTrafficPolicy')), ['Cluster', 'Local'] as const)
  const sourceRanges = items(field(spec, 'loadBalancerSourceRanges')).flatMap((item) => asCidr(item) ?? [])
  const externalIPs = items(field(spec, 'externalIPs')).flatMap((item) => asAddress(item) ?? [])
  if (type === 'ClusterIP' && externalIPs.length === 0) return {}
  return { outside: { type, trafficPolicy: policy ?? 'Cluster', sourceRanges, externalIPs } }
}

function portOf(value: Value, named: boolean): ServicePort[] {
  const mapping = asMapping(value)
  if (!mapping) return []
  closed(mapping, ['appProtocol', 'name', 'nodePort', 'port', 'protocol', 'targetPort'])
  const port = asPortNumber(required(mapping, 'port'))
  const name = asString(named ? required(mapping, 'name') : field(mapping, 'name'))
  const protocol = asOneOf(field(mapping, 'protocol'), PROTOCOLS) ?? 'TCP'
  const target = given(field(mapping, 'targetPort'))
  // 0 and "" stand for the default, as for the API server.
  const unset = !target || (target.node.kind === 'number' && target.node.value === 0)
  const targetPort = unset ? port : asPort(target)
  if (port === undefined || targetPort === undefined) return []
  return [{ port, protocol, targetPort, ...(name !== undefined && { name }) }]
}

function clusterAddresses(spec: Value<MappingNode>): Pick<Service, 'headless'> & { addresses: Service['clusterIPs'] } {
  const single = field(spec, 'clusterIP')
  const listed = items(field(spec, 'clusterIPs'))
  const all = (listed.length > 0 ? listed : single ? [single] : []).filter((value) => textOf(value) !== '')
  if (all.some((value) => textOf(value) === 'None')) {
    const other = all.find((value) => textOf(value) !== 'None')
    if (other) fail(other, { code: 'invalid-address', message: `\`${pathOf(other)}\` stands beside \`None\`` })
    return { headless: true, addresses: [] }
  }
  const addresses = all.flatMap((value) => asAddress(value) ?? [])
  return {
    headless: false,
    addresses: ([4, 6] as const).flatMap((family) => addresses.find((address) => address.family === family) ?? []),
  }
}

function textOf(value: Value): string | undefined {
  return value.node.kind === 'string' ? value.node.value : undefined
}
