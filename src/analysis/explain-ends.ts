// What a user names as an end of a connection: pods, workloads, Services, addresses, blocks, the internet.
import type { Diagnostic } from '../diag/diagnostic.ts'
import type { Span } from '../diag/source.ts'
import { nearest } from '../diag/suggest.ts'
import { matches } from '../policy/selector.ts'
import { podsOf } from '../policy/endpoints.ts'
import { type Pod, qualifiedName, type Snapshot } from '../policy/snapshot.ts'
import { workloadOf } from '../policy/workload-name.ts'
import { type Address, formatAddress, parseAddress, parseCidr } from '../sets/ip-address.ts'
import { ALL_ADDRESSES, type IpSet, ipSetOf, singleAddress, subtractAddresses, unionAddresses } from '../sets/ip-set.ts'
import type { Place } from './explanation.ts'
import { METADATA, NOT_ADDRESSES, PRIVATE } from './ranges.ts'

/** Every address outside the cluster that is neither private nor of special use. */
const INTERNET: IpSet = subtractAddresses(
  ALL_ADDRESSES,
  unionAddresses(unionAddresses(METADATA.addresses, PRIVATE.addresses), NOT_ADDRESSES),
)

/** Pods of a workload that are looked at; each of a StatefulSet has labels of its own (S42). */
const MOST_REPLICAS = 100

const KINDS: Readonly<Record<string, string>> = {
  pod: 'Pod',
  po: 'Pod',
  deployment: 'Deployment',
  deploy: 'Deployment',
  statefulset: 'StatefulSet',
  sts: 'StatefulSet',
  daemonset: 'DaemonSet',
  ds: 'DaemonSet',
  replicaset: 'ReplicaSet',
  rs: 'ReplicaSet',
  job: 'Job',
  cronjob: 'CronJob',
  cj: 'CronJob',
  service: 'Service',
  svc: 'Service',
}

/** What may be named: `kind` and `namespace/name` of it. */
interface Candidate {
  readonly kind: string
  readonly namespace: string
  readonly name: string
  readonly place: Place
}

export type Named = { readonly place: Place } | { readonly diagnostic: Diagnostic }

function failed(code: string, message: string, rest: Partial<Diagnostic> = {}): Named {
  return { diagnostic: { severity: 'error', code, message, ...rest } }
}

/** Every pod of the input, of workloads scaled to none one. */
function everyPod(snapshot: Snapshot): Pod[] {
  const workloads = snapshot.workloads.map((workload) => ({ ...workload, replicas: Math.max(1, workload.replicas) }))
  return podsOf({ ...snapshot, workloads }, MOST_REPLICAS)
}

function candidatesOf(snapshot: Snapshot): Candidate[] {
  const pods = everyPod(snapshot)
  const owned = Map.groupBy(
    pods.flatMap((pod) => [pod.owner, workloadOf(pod)].flatMap((owner) => (owner ? [{ pod, owner }] : []))),
    ({ pod, owner }) => `${owner.kind} ${pod.namespace}/${owner.name}`,
  )
  const places = (name: string, members: readonly Pod[]): Place => ({ kind: 'pods', name, pods: members })
  return [
    ...[...owned.values()].flatMap((members): Candidate[] => {
      const [first] = members
      if (!first) return []
      const { kind, name } = first.owner
      const { namespace } = first.pod
      const own = [...new Set(members.map(({ pod }) => pod))]
      return [{ kind, namespace, name, place: places(`${namespace}/${name}`, own) }]
    }),
    ...pods.map((pod): Candidate => ({
      kind: 'Pod',
      namespace: pod.namespace,
      name: pod.name,
      place: places(qualifiedName(pod), [pod]),
    })),
    ...snapshot.services.map((service): Candidate => {
      const { selector } = service
      const behind = selector
        ? pods.filter((pod) => pod.namespace === service.namespace && matches(selector, pod.labels))
        : []
      const place: Place = { kind: 'service', name: `service/${qualifiedName(service)}`, service, pods: behind }
      return { kind: 'Service', namespace: service.namespace, name: service.name, place }
    }),
  ]
}

/** `service/shop/web`, `deployment/shop/web`. */
function fullName({ kind, namespace, name }: Candidate): string {
  return `${kind.toLowerCase()}/${namespace}/${name}`
}

/** The parts of a name: `[kind/][namespace/]name`, or `undefined` where it has none of these forms. */
function partsOf(text: string, snapshot: Snapshot): { kind?: string; namespace?: string; name: string } | undefined {
  const [a, b, c, ...more] = text.split('/')
  if (more.length > 0 || [a, b, c].includes('')) return undefined
  if (a !== undefined && b !== undefined && c !== undefined) {
    const kind = KINDS[a.toLowerCase()]
    return kind === undefined ? undefined : { kind, namespace: b, name: c }
  }
  if (a !== undefined && b !== undefined) {
    const kind = snapshot.namespaces.has(a) ? undefined : KINDS[a.toLowerCase()]
    return kind === undefined ? { namespace: a, name: b } : { kind, name: b }
  }
  return a === undefined ? undefined : { name: a }
}

function unknown(text: string, candidates: readonly Candidate[], span: Span): Named {
  const names = candidates.flatMap((one) => [
    ...(one.kind === 'Service' ? [] : [`${one.namespace}/${one.name}`, one.name]),
    fullName(one),
  ])
  const service = candidates.find((one) => one.kind === 'Service' && `${one.namespace}/${one.name}` === text)
  const near = service ? fullName(service) : nearest(text, names)
  const shown = [...new Set(candidates.map(({ place }) => place.name))].slice(0, 8)
  const known = shown.length === 0 ? 'the input has no pod, workload or Service' : `there are \`${shown.join('`, `')}\``
  return failed('unknown-place', `the input has no pod or workload \`${text}\``, {
    span,
    help: near === undefined ? known : `did you mean \`${near}\`?`,
  })
}

/** The pod or Service that has the address, else the address itself. */
function ownerOf(address: Address, snapshot: Snapshot): Place {
  const has = (addresses: readonly Address[]): boolean =>
    addresses.some(({ family, value }) => family === address.family && value === address.value)
  const all = candidatesOf(snapshot)
  const pod = all.find(({ kind, place }) => kind === 'Pod' && place.kind === 'pods' && has(place.pods[0]!.addresses))
  const service = all.find(({ place }) => place.kind === 'service' && has(place.service.clusterIPs))
  const found = pod ?? service
  return found ? found.place : { kind: 'addresses', name: formatAddress(address), addresses: singleAddress(address) }
}

/** What `text` names in the input, or a diagnostic at `span` that says why nothing. */
export function placeOf(text: string, snapshot: Snapshot, span: Span): Named {
  if (text.toLowerCase() === 'internet') {
    return { place: { kind: 'addresses', name: 'the internet', addresses: INTERNET } }
  }
  const address = parseAddress(text)
  if (address) return { place: ownerOf(address, snapshot) }
  const cidr = parseCidr(text)
  if (cidr) return { place: { kind: 'addresses', name: text, addresses: ipSetOf(cidr) } }
  if (/^[\d.]+(\/\d+)?$|:/.test(text)) {
    return failed('invalid-place', `\`${text}\` is neither an address nor a block`, {
      span,
      help: 'write `203.0.113.7`, `203.0.113.0/24`, `2001:db8::1`, or `[2001:db8::1]:443` with a port',
    })
  }
  const parts = partsOf(text, snapshot)
  if (!parts) {
    return failed('invalid-place', `\`${text}\` has none of the forms that name an end`, {
      span,
      help: 'write `namespace/name`, `kind/namespace/name`, `service/namespace/name`, an address, a block, or `internet`',
    })
  }
  return pick(text, parts, { candidates: candidatesOf(snapshot), span })
}

function pick(
  text: string,
  parts: { readonly kind?: string; readonly namespace?: string; readonly name: string },
  among: { readonly candidates: readonly Candidate[]; readonly span: Span },
): Named {
  const { candidates, span } = among
  const named = candidates.filter(
    ({ kind, namespace, name }) =>
      name === parts.name &&
      (parts.namespace === undefined || namespace === parts.namespace) &&
      (parts.kind === undefined ? kind !== 'Service' : kind === parts.kind),
  )
  // A workload and its only pod may have one name: the workload is meant.
  const owners = named.filter(({ kind }) => kind !== 'Pod')
  const found =
    owners.length === 0
      ? named
      : named.filter(
          (one) =>
            one.kind !== 'Pod' ||
            !owners.some((owner) => owner.place.kind === 'pods' && owner.place.pods.includes(podIn(one.place) as Pod)),
        )
  const [only, ...others] = found
  if (!only) return unknown(text, candidates, span)
  if (others.length > 0) {
    return failed('ambiguous-place', `\`${text}\` may be ${found.map((one) => `\`${fullName(one)}\``).join(' or ')}`, {
      span,
      help: 'write it out',
    })
  }
  if (only.place.kind === 'service' && only.place.pods.length === 0) {
    return failed('service-without-pods', `no pod of the input is behind \`${only.place.name}\``, {
      span,
      help: only.place.service.selector
        ? 'name the file with its pods too, or see whether its selector is right'
        : 'it has no selector: name the address that its endpoints have',
    })
  }
  return { place: only.place }
}

function podIn(place: Place): Pod | undefined {
  return place.kind === 'addresses' ? undefined : place.pods[0]
}
