// Snapshots written by hand for a test: pods with both addresses, selectors and policies in a line each.
import type { NetworkPolicy, Peer, PortMatch, Rule } from '../../src/policy/network-policy.ts'
import type { Selector } from '../../src/policy/selector.ts'
import {
  type ContainerPort,
  EMPTY_SNAPSHOT,
  NAMESPACE_NAME_LABEL,
  type Namespace,
  type Pod,
  type Service,
  type Snapshot,
} from '../../src/policy/snapshot.ts'
import type { Protocol } from '../../src/sets/connection-set.ts'
import { type Address, type Cidr, parseAddress, parseCidr } from '../../src/sets/ip-address.ts'

export function address(text: string): Address {
  const parsed = parseAddress(text)
  if (!parsed) throw new Error(`not an address: ${text}`)
  return parsed
}

export function cidr(text: string): Cidr {
  const parsed = parseCidr(text)
  if (!parsed) throw new Error(`not a block: ${text}`)
  return parsed
}

type LabelMap = Readonly<Record<string, string>>

/** Pod number `index`, at 10.244.0.index and fd00:244::index (hexadecimal). */
export function pod(
  qualified: string,
  index: number,
  more: { labels?: LabelMap; ports?: readonly ContainerPort[] } = {},
): Pod {
  const [namespace, name] = qualified.split('/') as [string, string]
  return {
    namespace,
    name,
    labels: new Map(Object.entries(more.labels ?? { app: name })),
    annotations: new Map(),
    ports: more.ports ?? [],
    hostNetwork: false,
    addresses: [address(`10.244.0.${index}`), address(`fd00:244::${index.toString(16)}`)],
  }
}

/** Every label equal; none: everything. */
export function labelled(labels: LabelMap = {}): Selector {
  return { requirements: Object.entries(labels).map(([key, value]) => ({ key, operator: 'In', values: [value] })) }
}

/** Pods of the policy's own namespace. */
export function own(labels: LabelMap = {}): Peer {
  return { kind: 'pods', namespaces: 'own', pods: labelled(labels) }
}

export function block(text: string, ...except: string[]): Peer {
  return { kind: 'ipBlock', cidr: cidr(text), except: except.map(cidr) }
}

/** `TCP/80`, `UDP/*`, `TCP/8000-8100`, `TCP/http`. */
export function ports(...texts: string[]): PortMatch[] {
  return texts.map((text) => {
    const [protocol, port] = text.split('/') as [Protocol, string]
    if (port === '*') return { kind: 'all', protocol }
    const range = /^(\d+)(?:-(\d+))?$/.exec(port)
    if (!range) return { kind: 'named', protocol, name: port }
    return { kind: 'range', protocol, first: Number(range[1]), last: Number(range[2] ?? range[1]) }
  })
}

export function rule(peers: Rule['peers'], matched: Rule['ports'] = 'any'): Rule {
  return { peers, ports: matched }
}

export function policy(
  qualified: string,
  subject: LabelMap,
  directions: { ingress?: readonly Rule[]; egress?: readonly Rule[] },
): NetworkPolicy {
  const [namespace, name] = qualified.split('/') as [string, string]
  return { namespace, name, subject: labelled(subject), ingress: directions.ingress, egress: directions.egress }
}

/** `http` on one pair of cluster addresses, to pods of its own name as label `app`. */
export function service(qualified: string, index: number, more: Partial<Service> = {}): Service {
  const [namespace, name] = qualified.split('/') as [string, string]
  return {
    namespace,
    name,
    selector: labelled({ app: name }),
    ports: [{ port: 80, protocol: 'TCP', targetPort: 8080 }],
    headless: false,
    clusterIPs: [address(`10.96.0.${index}`), address(`fd00:96::${index.toString(16)}`)],
    ...more,
  }
}

/** With an entry for each namespace in use, labelled by its name alone. */
export function snapshot(parts: Partial<Snapshot>): Snapshot {
  const names = [...(parts.pods ?? []), ...(parts.networkPolicies ?? [])].map(({ namespace }) => namespace)
  const namespaces = new Map(
    names.map((name): [string, Namespace] => [
      name,
      { name, labels: new Map([[NAMESPACE_NAME_LABEL, name]]), declared: true },
    ]),
  )
  return { ...EMPTY_SNAPSHOT, namespaces, ...parts }
}
