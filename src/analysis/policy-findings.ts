// What a valid policy means beside what its author had in mind: eight things, each worked out from the policies in force.
import type { Span } from '../diag/source.ts'
import { podEndpoint } from '../engine/endpoint.ts'
import { type Direction, type NetworkPolicy, type Peer, policyName, type Rule } from '../policy/network-policy.ts'
import { formatSelector, matches, type Selector } from '../policy/selector.ts'
import { type Pod, type Snapshot } from '../policy/snapshot.ts'
import { hasConnection, isEmpty, type Protocol } from '../sets/connection-set.ts'
import { formatCidr } from '../sets/ip-address.ts'
import { ipSetOf, isAddressSubset, subtractAddresses, unionAddresses } from '../sets/ip-set.ts'
import { madeUpPod, policySubjects, type PolicySubject, USABLE } from './policy-subject.ts'
import { DOCUMENTATION, METADATA, PRIVATE } from './ranges.ts'
import { everyPod } from './subjects.ts'

/** In the order in which they are told. */
export type FindingId =
  | 'documentation-range'
  | 'no-ports'
  | 'dns-denied'
  | 'own-namespace-only'
  | 'monitoring-cut-off'
  | 'no-downloads'
  | 'only-these-pods'
  | 'self-asserted-label'

export interface PolicyFinding {
  readonly id: FindingId
  readonly policy: NetworkPolicy
  /** A sentence or two, no final period. */
  readonly message: string
  readonly span?: Span
  /** Further places of the same finding. */
  readonly also: readonly Span[]
}

type Found = Pick<PolicyFinding, 'message'> & { readonly at: readonly ({ readonly span?: Span } | undefined)[] }

interface Placed {
  readonly direction: Direction
  readonly index: number
  readonly rule: Rule
}

function rulesOf(policy: NetworkPolicy): Placed[] {
  return (['ingress', 'egress'] as const).flatMap((direction) =>
    (policy[direction] ?? []).map((rule, index) => ({ direction, index, rule })),
  )
}

function peersOf(rules: readonly Rule[]): Peer[] {
  return rules.flatMap(({ peers }) => (peers === 'any' ? [] : peers))
}

function joined(words: readonly string[]): string {
  return words.length < 2 ? (words[0] ?? '') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`
}

function ruleWords({ direction, index }: Placed): string {
  return `${direction} rule ${index + 1}`
}

/** A block whose every address is for examples, with the name of the range. */
function documentationOf(peer: Peer): string | undefined {
  if (peer.kind !== 'ipBlock') return undefined
  const block = ipSetOf(peer.cidr)
  return DOCUMENTATION.find(({ addresses }) => isAddressSubset(block, addresses))?.id
}

/** True when the subject can open nothing, in either family: no usable address, and no pod by any rule. */
function isDenyAll({ policy, isolating, reachAddresses }: PolicySubject): boolean {
  if (policy.egress === undefined) return false
  const rules = isolating.egress.flatMap(({ egress }) => egress ?? [])
  const anyPods = rules.some(({ peers }) => peers === 'any' || peers.some(({ kind }) => kind === 'pods'))
  return !anyPods && isEmpty(reachAddresses(USABLE, 'egress'))
}

function documentationRange(subject: PolicySubject): Found | undefined {
  const { policy } = subject
  const found = rulesOf(policy).flatMap(({ direction, rule }) =>
    peersOf([rule]).flatMap((peer) => {
      const range = documentationOf(peer)
      return range !== undefined && peer.kind === 'ipBlock' ? [{ direction, peer, range }] : []
    }),
  )
  if (found.length === 0) return undefined
  const blocks = found.map(({ peer, range }) => `\`${formatCidr(peer.cidr)}\` (${range})`)
  const many = found.length > 1
  const effect = isDenyAll(subject) ? ': egress is in effect deny-all' : ''
  return {
    message: `${joined(blocks)} ${many ? 'are documentation ranges' : 'is a documentation range'}, which nothing on the Internet has${effect}`,
    at: found.map(({ peer }) => peer),
  }
}

function noPorts({ policy }: PolicySubject): Found | undefined {
  const open = rulesOf(policy).filter(({ rule }) => rule.ports === 'any')
  if (open.length === 0) return undefined
  const directions = new Set(open.map(({ direction }) => direction))
  const where = directions.size === 2 ? ' in either direction' : ''
  const verb = open.length > 1 ? 'have' : 'has'
  return {
    message: `no \`ports\`${where}: ${joined(open.map(ruleWords))} ${verb} none, so every port of every protocol is open to the peers`,
    at: open.map(({ rule }) => rule),
  }
}

interface Resolver {
  readonly pod: Pod
  readonly port: number
}

function resolver(namespace: string, [key, value]: readonly [string, string], port: number): Resolver {
  const ports = (['UDP', 'TCP'] as const).map((protocol) => ({
    name: protocol === 'UDP' ? 'dns' : 'dns-tcp',
    port,
    protocol,
  }))
  return { pod: madeUpPod(namespace, new Map([[key, value]]), ports), port }
}

/** Where a cluster's DNS may be: as most clusters and OpenShift label it, and pods of the input that declare the port. */
function resolversOf(present: readonly Pod[]): Resolver[] {
  return [
    resolver('kube-system', ['k8s-app', 'kube-dns'], 53),
    resolver('openshift-dns', ['dns.operator.openshift.io/daemonset-dns', 'default'], 5353),
    ...present.flatMap((pod) => (pod.ports.some(({ port }) => port === 53) ? [{ pod, port: 53 }] : [])),
  ]
}

const DNS_PROTOCOLS: readonly Protocol[] = ['UDP', 'TCP']

function dnsDenied({ policy, reach, reachAddresses }: PolicySubject, present: readonly Pod[]): Found | undefined {
  if (policy.egress === undefined) return undefined
  const toPods = resolversOf(present).some(({ pod, port }) => {
    const open = reach(podEndpoint(pod), 'egress')
    return DNS_PROTOCOLS.some((protocol) => hasConnection(open, protocol, port))
  })
  const outside = reachAddresses(USABLE, 'egress')
  if (toPods || DNS_PROTOCOLS.some((protocol) => hasConnection(outside, protocol, 53))) return undefined
  return {
    message: 'DNS is denied: no rule opens port 53 to a resolver, so every connection by name fails',
    at: [policy.egress[0] ?? policy],
  }
}

function ownNamespaceOnly({ policy }: PolicySubject): Found | undefined {
  const rules = policy.ingress ?? []
  if (rules.length === 0 || rules.some(({ peers }) => peers === 'any')) return undefined
  const peers = peersOf(rules)
  if (!peers.every((peer) => peer.kind === 'pods' && peer.namespaces === 'own')) return undefined
  return {
    message: `callers must be in the same namespace: \`podSelector\` alone means \`${policy.namespace}\` only (S10)`,
    at: peers,
  }
}

const MONITORING = /prometh|metric|monitor|scrap|grafana|otel|victoria|telemetry/i

function speaksOfMonitoring(selector: Selector): boolean {
  return selector.requirements.some(({ key, values }) => [key, ...values].some((word) => MONITORING.test(word)))
}

/** Prometheus as its operator and its charts label it, in the namespaces where it usually is. */
const SCRAPERS: readonly Pod[] = ['monitoring', 'prometheus', 'observability', 'openshift-monitoring'].map(
  (namespace) =>
    madeUpPod(
      namespace,
      new Map([
        ['app.kubernetes.io/name', 'prometheus'],
        ['app', 'prometheus'],
        ['prometheus', 'k8s'],
      ]),
    ),
)

function monitoringCutOff({ policy, isolating, reach }: PolicySubject, present: readonly Pod[]): Found | undefined {
  if (policy.ingress === undefined) return undefined
  const rules = isolating.ingress.flatMap(({ ingress }) => ingress ?? [])
  const meant = peersOf(rules).some(
    (peer) =>
      peer.kind === 'pods' &&
      (speaksOfMonitoring(peer.pods) || (peer.namespaces !== 'own' && speaksOfMonitoring(peer.namespaces))),
  )
  const scrapers = [
    ...SCRAPERS,
    ...present.filter(({ labels }) => [...labels.values()].some((one) => one === 'prometheus')),
  ]
  if (meant || scrapers.some((pod) => !isEmpty(reach(podEndpoint(pod), 'ingress')))) return undefined
  return {
    message:
      'Prometheus is cut off: no rule lets a scraper in, and a scrape that is dropped leaves no trace in the policy',
    at: [policy.ingress[0] ?? policy],
  }
}

const MODEL =
  /\bllms?\b|\bslms?\b|language-?model|llama|vllm|ollama|sglang|\btgi\b|\bnim\b|inference|kserve|triton|\bmodel\b/i

/** Whether the pods look like a server of a language model: by a Moat, or by what they are called. */
function looksLikeModel({ policy, pods }: PolicySubject, snapshot: Snapshot): boolean {
  const byMoat = snapshot.moats.some(
    ({ namespace, spec }) =>
      namespace === policy.namespace && pods.some(({ labels }) => matches(spec.model.pods, labels)),
  )
  return byMoat || pods.some(({ labels }) => [...labels.values()].some((value) => MODEL.test(value)))
}

/** Addresses of the Internet. */
const PUBLIC = subtractAddresses(USABLE, unionAddresses(PRIVATE.addresses, METADATA.addresses))

function noDownloads(subject: PolicySubject, snapshot: Snapshot): Found | undefined {
  const { policy, reachAddresses } = subject
  if (policy.egress === undefined) return undefined
  const open = reachAddresses(PUBLIC, 'egress')
  if (open.TCP.length > 0) return undefined
  const what = looksLikeModel(subject, snapshot)
    ? 'the model cannot download its weights: a start that fetches them fails, unless they are in the image, a volume or put there before'
    : 'the pods cannot download anything from the Internet; images come by the node, all else must be there before'
  return { message: what, at: [policy.egress[0] ?? policy] }
}

/** Directions in which pods of the namespace that the policy does not select may be without any policy. */
function openDirections({ policy }: PolicySubject, snapshot: Snapshot): Direction[] {
  if (policy.subject.requirements.length === 0) return []
  return (['ingress', 'egress'] as const).filter(
    (direction) =>
      policy[direction] !== undefined &&
      !snapshot.networkPolicies.some(
        (other) =>
          other.namespace === policy.namespace &&
          other[direction] !== undefined &&
          other.subject.requirements.length === 0,
      ),
  )
}

function onlyThesePods(subject: PolicySubject, snapshot: Snapshot): Found | undefined {
  const { policy } = subject
  const open = openDirections(subject, snapshot)
  if (open.length === 0) return undefined
  const node = policy.ingress === undefined ? '' : ', its own node is never blocked (S32)'
  return {
    message: `only pods with \`${formatSelector(policy.subject)}\` are isolated: other pods of \`${policy.namespace}\` stay open for ${joined(open)}${node}, and any other policy may widen the union (S27)`,
    at: [policy.subject.requirements[0] ?? policy],
  }
}

function selfAsserted({ policy }: PolicySubject): Found | undefined {
  const peers = peersOf(policy.ingress ?? []).filter(
    (peer) => peer.kind === 'pods' && peer.pods.requirements.length > 0,
  )
  const words = peers.flatMap((peer) =>
    peer.kind === 'pods'
      ? [
          {
            label: `\`${formatSelector(peer.pods)}\``,
            where: peer.namespaces === 'own' ? `\`${policy.namespace}\`` : 'such a namespace',
          },
        ]
      : [],
  )
  const [first] = words
  if (!first) return undefined
  const labels = [...new Set(words.map(({ label }) => label))]
  const where = new Set(words.map((one) => one.where)).size === 1 ? first.where : 'the namespaces named'
  return {
    message: `${joined(labels)} ${labels.length > 1 ? 'are self-asserted labels' : 'is a self-asserted label'}: whoever may create pods in ${where} can become a caller`,
    at: peers,
  }
}

function findingsFor(subject: PolicySubject, snapshot: Snapshot, present: readonly Pod[]): PolicyFinding[] {
  const found: readonly (readonly [FindingId, Found | undefined])[] = [
    ['documentation-range', documentationRange(subject)],
    ['no-ports', noPorts(subject)],
    ['dns-denied', dnsDenied(subject, present)],
    ['own-namespace-only', ownNamespaceOnly(subject)],
    ['monitoring-cut-off', monitoringCutOff(subject, present)],
    ['no-downloads', noDownloads(subject, snapshot)],
    ['only-these-pods', onlyThesePods(subject, snapshot)],
    ['self-asserted-label', selfAsserted(subject)],
  ]
  const { policy } = subject
  return found.flatMap(([id, one]) => {
    if (!one) return []
    const spans = one.at.flatMap((place) => place?.span ?? [])
    const [span = policy.span, ...also] = spans
    return [{ id, policy, message: one.message, ...(span && { span }), also }]
  })
}

export interface PolicyExplained {
  readonly policy: NetworkPolicy
  readonly name: string
  readonly findings: readonly PolicyFinding[]
}

/** The findings of each policy in force, in the order of the input. */
export function explainPolicies(snapshot: Snapshot): PolicyExplained[] {
  const present = everyPod(snapshot)
  return policySubjects(snapshot).map((subject) => ({
    policy: subject.policy,
    name: policyName(subject.policy),
    findings: subject.pods.length === 0 ? [] : findingsFor(subject, snapshot, present),
  }))
}
