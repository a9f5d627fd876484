// Moats, pods and inputs made by hand, in few words.
import type { Caller, MoatEgress, MoatPort, MoatSpec } from '../../src/policy/moat-spec.ts'
import type { NetworkPolicy } from '../../src/policy/network-policy.ts'
import type { Labels, Selector } from '../../src/policy/selector.ts'
import {
  type ContainerPort,
  EMPTY_SNAPSHOT,
  type Moat,
  NAMESPACE_NAME_LABEL,
  type Namespace,
  type Pod,
  type Snapshot,
} from '../../src/policy/snapshot.ts'
import { type Address, type Cidr, parseAddress, parseCidr } from '../../src/sets/ip-address.ts'

/** A selector of `key=value` pairs. */
export function labelled(labels: Readonly<Record<string, string>>): Selector {
  return { requirements: Object.entries(labels).map(([key, value]) => ({ key, operator: 'In', values: [value] })) }
}

export function cidr(text: string): Cidr {
  const found = parseCidr(text)
  if (!found) throw new Error(`no CIDR: ${text}`)
  return found
}

export function address(text: string): Address {
  const found = parseAddress(text)
  if (!found) throw new Error(`no address: ${text}`)
  return found
}

export function tcp(port: number | string): MoatPort {
  return { port, protocol: 'TCP' }
}

export function caller(name: string, more: Partial<Caller> = {}): Caller {
  return { name, namespaces: 'own', pods: labelled({ app: name }), ports: [], ...more }
}

export function toCidr(
  name: string,
  block: string,
  more: Partial<MoatEgress> & { except?: string[] } = {},
): MoatEgress {
  const { except = [], ...rest } = more
  return { name, to: { kind: 'cidr', cidr: cidr(block), except: except.map(cidr) }, ports: [], ...rest }
}

/** The seed's Moat, with other parts where given. */
export function moat(spec: Partial<Omit<MoatSpec, 'model'>> & { model?: Partial<MoatSpec['model']> } = {}): Moat {
  const { model, ...rest } = spec
  return {
    namespace: 'ai-models',
    name: 'slm-isolation',
    spec: {
      model: {
        pods: labelled({ app: 'small-language-model' }),
        runtime: 'Auto',
        apiPort: undefined,
        metricsPort: undefined,
        peers: 'None',
        ...model,
      },
      callers: [caller('feature-api')],
      scrapers: [],
      egress: [toCidr('approved-range', '203.0.113.0/24')],
      dns: 'None',
      assertions: [],
      namespaceDefaultDeny: false,
      ...rest,
    },
  }
}

export function pod(place: string, labels: Readonly<Record<string, string>>, more: Partial<Pod> = {}): Pod {
  const [namespace = '', name = ''] = place.split('/')
  const all: Labels = new Map(Object.entries(labels))
  return { namespace, name, labels: all, annotations: new Map(), ports: [], hostNetwork: false, addresses: [], ...more }
}

export function port(number: number, name?: string, protocol: ContainerPort['protocol'] = 'TCP'): ContainerPort {
  return { port: number, protocol, ...(name !== undefined && { name }) }
}

/** The model's pod with the given container ports. */
export function modelPod(ports: readonly ContainerPort[], more: Partial<Pod> = {}): Pod {
  return pod('ai-models/slm', { app: 'small-language-model' }, { ports, ...more })
}

export function namespace(name: string, labels: Readonly<Record<string, string>> = {}): Namespace {
  return { name, labels: new Map(Object.entries({ ...labels, [NAMESPACE_NAME_LABEL]: name })), declared: true }
}

/** A snapshot of the pods given, whose namespaces are all declared. */
export function snapshotOf(pods: readonly Pod[], more: Partial<Snapshot> = {}): Snapshot {
  const namespaces = new Map(pods.map((found) => [found.namespace, namespace(found.namespace)]))
  return { ...EMPTY_SNAPSHOT, namespaces, pods, ...more }
}

/** A policy that isolates everything of its namespace. */
export function denyAll(place: string): NetworkPolicy {
  const [namespace = '', name = ''] = place.split('/')
  return { namespace, name, subject: { requirements: [] }, ingress: [], egress: [] }
}
