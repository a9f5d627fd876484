// Changes that may allow what one direction denies: a port or peer more, a label, an `except` less, a rule more.
import type { Miss, NearMiss } from '../analysis/near-miss.ts'
import type { Edit } from '../diag/edit.ts'
import type { Span } from '../diag/source.ts'
import type { Endpoint } from '../engine/endpoint.ts'
import type { ClusterNetworkPolicy } from '../policy/cluster-network-policy.ts'
import { clusterPolicyName } from '../policy/cluster-network-policy.ts'
import { type NetworkPolicy, type Peer, policyName, type PortMatch } from '../policy/network-policy.ts'
import { formatSelector } from '../policy/selector.ts'
import { NAMESPACE_NAME_LABEL, qualifiedName } from '../policy/snapshot.ts'
import { formatCidr } from '../sets/ip-address.ts'
import type { YamlObject } from '../render/yaml.ts'
import { addItemAfter, addItemBefore, dropItem } from './list-edit.ts'
import { addEntry, mappingIn, objectAt, podLabelsIn, setEntry } from './object-tree.ts'
import { moatOpenings } from './moat-edits.ts'
import { peerFor, portsFor, ruleFor, selectorFor } from './peer-values.ts'
import { type Candidate, candidate, type Side } from './side.ts'

/** Which node a Node object is; kubelets set it. */
const HOSTNAME_LABEL = 'kubernetes.io/hostname'

const PORT_MISSES: ReadonlySet<Miss['kind']> = new Set(['service-port', 'protocol', 'named-port', 'port'])

function where({ policy, direction, index }: NearMiss): string {
  return `${direction} rule ${index + 1} of ${policyName(policy)}`
}

/** The rule's list of ports with one more, or with the right number in the place of a Service's. */
function morePorts(near: NearMiss, side: Side): Candidate[] {
  const { ports } = near.rule
  const last = ports === 'any' ? undefined : ports.at(-1)?.span
  if (!last) return []
  const spelled = /protocol/.test(last.file.text.slice(last.start, last.end))
  const added = portsFor(side.connections, spelled)
  const add =
    added && added.length === 1
      ? candidate(`open the port in ${where(near)}`, [addItemAfter(last, added[0] as YamlObject)])
      : []
  const mapped = near.misses.find((miss) => miss.kind === 'service-port')
  const replace =
    mapped?.kind === 'service-port'
      ? candidate(`write the pod's port for the Service's in ${where(near)}`, [numberIn(mapped.port, mapped.target)])
      : []
  return [...replace, ...add]
}

/** Puts a number in the place of the number of a port entry. */
function numberIn(port: PortMatch, target: number): Edit | undefined {
  const { span } = port
  if (!span || port.kind !== 'range') return undefined
  const text = span.file.text.slice(span.start, span.end)
  const match = new RegExp(`port"?\\s*:\\s*(${port.first})\\b`).exec(text)
  if (!match) return undefined
  const start = span.start + match.index + match[0].length - `${port.first}`.length
  return { span: { file: span.file, start, end: start + `${port.first}`.length }, text: `${target}` }
}

/** One more element in the rule's list of peers. */
function morePeers(near: NearMiss, side: Side): Candidate[] {
  const { peers } = near.rule
  const last = peers === 'any' ? undefined : peers.at(-1)?.span
  const value = peerFor(side.other, { ...side, namespace: near.policy.namespace })
  return last && value ? candidate(`add a peer to ${where(near)}`, [addItemAfter(last, value)]) : []
}

/** The span of a block's text inside a peer. */
function blockIn(peer: Peer, block: string): Span | undefined {
  const { span } = peer
  if (!span) return undefined
  const text = span.file.text.slice(span.start, span.end)
  const from = text.indexOf('except')
  const at = from === -1 ? -1 : text.indexOf(block, from)
  if (at === -1) return undefined
  const quoted = /["']/.test(text[at - 1] ?? '') ? 1 : 0
  const start = span.start + at - quoted
  return { file: span.file, start, end: start + block.length + 2 * quoted }
}

function lessExcept(near: NearMiss, miss: Extract<Miss, { kind: 'in-except' }>): Candidate[] {
  const { peer } = near
  if (peer?.kind !== 'ipBlock') return []
  const item = blockIn(peer, formatCidr(miss.except))
  if (!item) return []
  const edit = peer.except.length > 1 ? dropItem(item) : withoutExcept(peer)
  return candidate(`take \`${formatCidr(miss.except)}\` out of the \`except\` of ${where(near)}`, [edit])
}

/** Takes out the key `except` with its whole list. */
function withoutExcept({ span }: Peer): Edit | undefined {
  if (!span) return undefined
  const { file } = span
  const text = file.text.slice(span.start, span.end)
  const flow = /,\s*"?except"?\s*:\s*\[[^\]]*\]/.exec(text)
  if (flow)
    return { span: { file, start: span.start + flow.index, end: span.start + flow.index + flow[0].length }, text: '' }
  const block = /\r?\n[ \t]*except:[ \t]*(?:\[[^\]]*\]|(?:\r?\n[ \t]*- [^\n]*)+)/.exec(text)
  if (!block) return undefined
  const start = span.start + block.index
  return { span: { file, start, end: start + block[0].trimEnd().length }, text: '' }
}

function labelEdits(
  mapping: ReturnType<typeof podLabelsIn>,
  span: Span,
  misses: readonly Miss[],
): (Edit | undefined)[] {
  return misses.map((miss) => {
    if (miss.kind !== 'label' || !mapping) return undefined
    const { key, operator, values } = miss.requirement
    const value = operator === 'In' ? values[0] : operator === 'Exists' ? 'true' : undefined
    if (value === undefined) return undefined
    return miss.actual === undefined
      ? addEntry(span.file, mapping, { [key]: value })
      : setEntry(span.file, mapping, [key, value])
  })
}

function labelWords({ misses }: NearMiss): string {
  const words = misses.flatMap((miss) =>
    miss.kind === 'label' ? [`\`${formatSelector({ requirements: [miss.requirement] })}\``] : [],
  )
  return `the ${words.length === 1 ? 'label' : 'labels'} ${words.join(' and ')}`
}

/** To write another value over a label makes other pods of them: other edits come first. */
function labelled(title: string, edits: readonly (Edit | undefined)[], { misses }: NearMiss): Candidate[] {
  const isLast = misses.some((miss) => miss.kind === 'label' && miss.actual !== undefined)
  return candidate(title, edits).map((one) => ({ ...one, isLast }))
}

/** Labels that the other end lacks, on its pods or its namespace. */
function labels(near: NearMiss, side: Side): Candidate[] {
  const { other, snapshot } = side
  if (other.kind !== 'pod' || near.misses.some(({ kind }) => kind !== 'label')) return []
  const on = new Set(near.misses.flatMap((miss) => (miss.kind === 'label' ? [miss.on] : [])))
  if (on.size > 1) return []
  if (on.has('pod')) {
    const { span } = other.pod
    const object = span && objectAt(span)
    if (!span || !object) return []
    const owner = other.pod.owner ?? { kind: 'Pod', name: other.pod.name }
    const name = `${owner.kind} ${other.pod.namespace}/${owner.name}`
    return labelled(
      `give the pods of ${name} ${labelWords(near)}`,
      labelEdits(podLabelsIn(object), span, near.misses),
      near,
    )
  }
  const { span } = snapshot.namespaces.get(other.pod.namespace) ?? {}
  const object = span && objectAt(span)
  if (
    !span ||
    !object ||
    near.misses.some((miss) => miss.kind === 'label' && miss.requirement.key === NAMESPACE_NAME_LABEL)
  )
    return []
  const name = other.pod.namespace
  return labelled(
    `give the Namespace ${name} ${labelWords(near)}`,
    labelEdits(mappingIn(object, ['metadata', 'labels']), span, near.misses),
    near,
  )
}

/** What may make a rule match that comes near. */
function relaxed(near: NearMiss, side: Side): Candidate[] {
  if (side.moatOf(near.policy)) return labels(near, side)
  const [first] = near.misses
  const onlyPorts = near.misses.every(({ kind }) => PORT_MISSES.has(kind))
  if (onlyPorts) return morePorts(near, side)
  if (near.misses.some(({ kind }) => PORT_MISSES.has(kind))) return []
  const except = near.misses.length === 1 && first?.kind === 'in-except' ? lessExcept(near, first) : []
  return [...except, ...labels(near, side), ...morePeers(near, side)]
}

/** A rule of its own in a policy that isolates the pod. */
function moreRules(policy: NetworkPolicy, side: Side): Candidate[] {
  const moat = side.moatOf(policy)
  if (moat) return policy.name === moat.name ? moatOpenings(moat, side) : []
  if (!policy.span) return []
  const { direction } = side
  const rule = ruleFor(side.other, side.connections, { ...side, namespace: policy.namespace })
  if (!rule) return []
  const title = `add ${direction === 'ingress' ? 'an ingress' : 'an egress'} rule to ${policyName(policy)}`
  const last = policy[direction]?.at(-1)?.span
  if (last) return candidate(title, [addItemAfter(last, rule)])
  const object = objectAt(policy.span)
  const spec = object && mappingIn(object, ['spec'])
  if (!spec) return []
  const edit = spec.entries.has(direction)
    ? setEntry(policy.span.file, spec, [direction, [rule]])
    : addEntry(policy.span.file, spec, { [direction]: [rule] })
  return candidate(title, [edit])
}

/** The element of an admin rule that means the other end; nodes and addresses in egress rules only. */
function adminPeer({ direction, other, snapshot, block }: Side): YamlObject | undefined {
  if (other.kind === 'outside') {
    return direction === 'egress' && block !== undefined ? { networks: [block] } : undefined
  }
  if (!other.pod.hostNetwork) {
    return {
      pods: {
        namespaceSelector: { matchLabels: { [NAMESPACE_NAME_LABEL]: other.pod.namespace } },
        podSelector: selectorFor(other.pod, snapshot),
      },
    }
  }
  const node = snapshot.nodes.find(({ name }) => name === other.pod.nodeName)
  const hostname = node?.labels.get(HOSTNAME_LABEL)
  if (direction === 'ingress' || hostname === undefined) return undefined
  return { nodes: { matchLabels: { [HOSTNAME_LABEL]: hostname } } }
}

/** `allow-shop-web`, or `allow-block` for addresses. */
function ruleName(other: Endpoint): string {
  return other.kind === 'outside'
    ? 'allow-block'
    : `allow-${qualifiedName(other.pod).replaceAll('/', '-')}`.slice(0, 100)
}

/** A rule before the one that denies, or that one away. */
function beforeDenial(policy: ClusterNetworkPolicy, span: Span | undefined, side: Side): Candidate[] {
  if (!span) return []
  const { direction, other } = side
  const name = clusterPolicyName(policy)
  const drop = candidate(`remove the ${direction} rule of ${name} that denies it`, [dropItem(span)])
  const peer = adminPeer(side)
  if (!peer) return drop
  const isNew = policy.kind === 'ClusterNetworkPolicy'
  const entries = portsFor(side.connections, true)
  if (!entries || entries.some((entry) => entry['port'] === undefined)) return drop
  const ports = entries.map((entry): YamlObject => {
    const protocol = entry['protocol'] as string
    const [start, end] = [entry['port'] as number, entry['endPort'] as number | undefined]
    if (isNew) {
      const port = end === undefined ? { number: start } : { range: { start, end } }
      return { [protocol.toLowerCase()]: { destinationPort: port } }
    }
    return end === undefined ? { portNumber: { protocol, port: start } } : { portRange: { protocol, start, end } }
  })
  const rule: YamlObject = {
    name: ruleName(other),
    action: isNew ? 'Accept' : 'Allow',
    [direction === 'ingress' ? 'from' : 'to']: [peer],
    ...(ports.length > 0 && { [isNew ? 'protocols' : 'ports']: ports }),
  }
  return [...candidate(`accept it before the rule of ${name} that denies it`, [addItemBefore(span, rule)]), ...drop]
}

/** Changes that may make the direction accept, the likeliest first. */
export function openings(side: Side): Candidate[] {
  const { answer } = side
  return answer.steps.flatMap((step): Candidate[] => {
    if (step.kind === 'isolation') {
      return [
        ...answer.nearMisses.flatMap((near) => relaxed(near, side)),
        ...step.policies.flatMap((policy) => moreRules(policy, side)),
      ]
    }
    if (step.kind !== 'cluster-rule' || step.action !== 'Deny') return []
    return beforeDenial(step.policy, step.rule.span, side)
  })
}
