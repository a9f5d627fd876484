// How a diff speaks: who stands at an end, and what an edit of a policy did.
import type { Change, ChangeKind, Party, WorkloadChange } from '../../analysis/diff/answer.ts'
import type { Part, PolicyEdit } from '../../analysis/diff/edit.ts'
import { nameRanges } from '../../analysis/map/outside-name.ts'
import { cidrWords, listed, podWords } from '../../intent/sentence.ts'
import type { ClusterPeer, ClusterPort, ClusterRule } from '../../policy/cluster-network-policy.ts'
import type { NetworkPolicy, Peer, PortMatch, Rule } from '../../policy/network-policy.ts'
import { formatSelector } from '../../policy/selector.ts'
import { formatCidr } from '../../sets/ip-address.ts'
import { connectionWords } from '../map/words.ts'
import { visible } from '../styled-text.ts'
import { REASON_TEXT } from '../../engine/reach.ts'

/** `ns/name`, with some pods of it, or a name for the addresses. */
export function partyWords(party: Party): string {
  if (party.kind === 'outside') return nameRanges([party.addresses])[0]?.label ?? 'nowhere'
  const some = party.pods ? ` (${party.pods.join(', ')})` : ''
  const model = party.model === undefined ? '' : ' (model server)'
  return visible(`${party.namespace}/${party.name}${some}${model}`)
}

/** The parties' names, at most so many. */
export function partiesWords(parties: readonly Party[], most = 5): string {
  const shown = parties.length <= most ? parties : parties.slice(0, most - 1)
  const rest = parties.length - shown.length
  return [...shown.map(partyWords), ...(rest > 0 ? [`${rest} more`] : [])].join(', ')
}

/** `tcp/80`, with the family where it is one and the ends do not say it. */
export function portsWords({ connections, families, sources, destinations }: Change): string {
  const outside = [...sources, ...destinations].some(({ kind }) => kind === 'outside')
  return connectionWords(connections, outside ? [4, 6] : families)
}

/** What is not sure about a change, to stand behind it; empty where it is sure. */
export function doubtWords({
  kind,
  before,
  after,
  reasons,
}: Pick<Change, 'kind' | 'before' | 'after' | 'reasons'>): string {
  if (before !== 'Depends' && after !== 'Depends') return ''
  const was = before === 'Depends' ? `was perhaps open` : before === 'Allowed' ? 'was open' : 'was denied'
  const is = after === 'Depends' ? `is perhaps open` : after === 'Allowed' ? 'is open' : 'is denied'
  return `perhaps ${kind}: ${was}, ${is}: ${reasons.map((reason) => REASON_TEXT[reason]).join('; ')}`
}

/** `NetworkPolicy ns/name`. */
export function policyWords({ policy }: PolicyEdit): string {
  return visible(`${policy.kind} ${policy.namespace === '' ? '' : `${policy.namespace}/`}${policy.name}`)
}

/** `NetworkPolicy ns/name, ingress rule 1`. */
export function placeWords(edit: PolicyEdit): string {
  const rule = edit.direction && edit.rule !== undefined ? `, ${edit.direction} rule ${edit.rule + 1}` : ''
  return `${policyWords(edit)}${rule}`
}

function portText(port: PortMatch | ClusterPort): string {
  if (port.kind === 'unknown') return 'ports of an unknown kind'
  const protocol = port.protocol.toLowerCase()
  if (port.kind === 'all') return `every ${protocol} port`
  if (port.kind === 'named') return `the ${protocol} port named ${port.name}`
  return port.first === port.last ? `${protocol}/${port.first}` : `${protocol}/${port.first}-${port.last}`
}

function clusterPeerText(peer: ClusterPeer): string {
  switch (peer.kind) {
    case 'pods':
      return podWords({ namespaces: peer.namespaces, pods: peer.pods }, '')
    case 'networks':
      return listed(peer.cidrs.map(formatCidr))
    case 'nodes':
      return `nodes with ${formatSelector(peer.nodes)}`
    case 'domainNames':
      return listed(peer.names)
    case 'unknown':
      return 'peers of an unknown kind'
  }
}

function peerText(peer: Peer | ClusterPeer, own: string): string {
  if (peer.kind === 'ipBlock') return cidrWords(peer.cidr, peer.except)
  if (peer.kind === 'pods' && (own !== '' || peer.namespaces === 'own')) return podWords(peer, own)
  return clusterPeerText(peer as ClusterPeer)
}

function ruleText(rule: Rule | ClusterRule, own: string): string {
  const peers = rule.peers === 'any' ? 'everybody' : listed(rule.peers.map((peer) => peerText(peer, own)))
  const ports = rule.ports === 'any' ? 'every port' : listed(rule.ports.map(portText))
  const action = 'action' in rule ? `${rule.action} ` : ''
  return `${action}${peers}, ${ports}`
}

function partText(part: Part | undefined, own: string): string {
  switch (part?.what) {
    case 'peer':
      return peerText(part.peer, own)
    case 'port':
      return portText(part.port)
    case 'rule':
      return ruleText(part.rule, own)
    case 'selector':
      return formatSelector(part.selector)
    default:
      return ''
  }
}

/** `for ingress and egress`, as far as the policy isolates. */
function isolates(part: Part | undefined): string {
  if (part?.what !== 'policy' || 'kind' in part.policy) return ''
  const policy: NetworkPolicy = part.policy
  const directions = (['ingress', 'egress'] as const).filter((direction) => policy[direction] !== undefined)
  const subject = policy.subject.requirements.length === 0 ? 'every pod' : `pods with ${formatSelector(policy.subject)}`
  return `${subject} in ${policy.namespace} for ${directions.join(' and ')}`
}

/** S01: why a direction is isolated or not: it was said, or followed from the rules. */
function typesWords(edit: PolicyEdit, is: boolean): string {
  const part = is ? edit.is : edit.was
  const implied = part?.what === 'policy' && !('kind' in part.policy) && part.policy.impliedTypes === true
  const type = edit.direction === 'egress' ? 'Egress' : 'Ingress'
  if (edit.direction === 'egress' && implied)
    return 'it names no policyTypes, so its egress rules alone decide that (S01)'
  return `policyTypes ${is ? `has ${type}` : `had ${type}`}`
}

function exceptWords(edit: PolicyEdit): string | undefined {
  if (edit.was?.what !== 'peer' || edit.is?.what !== 'peer') return undefined
  const [was, is] = [edit.was.peer, edit.is.peer]
  if (was.kind !== 'ipBlock' || is.kind !== 'ipBlock') return undefined
  const [before, after] = [was.except.map(formatCidr), is.except.map(formatCidr)]
  const gone = before.filter((cidr) => !after.includes(cidr))
  const come = after.filter((cidr) => !before.includes(cidr))
  const said = [
    ...(gone.length > 0
      ? [`${listed(gone)} is no longer an \`except\` of ${formatCidr(is.cidr)}, so the rule admits it`]
      : []),
    ...(come.length > 0
      ? [`${listed(come)} is now an \`except\` of ${formatCidr(is.cidr)}, so the rule leaves it out`]
      : []),
  ]
  return said.join('; ')
}

function splitWords(edit: PolicyEdit, own: string): string {
  const whole = edit.was?.what === 'peer' ? edit.was.peer : undefined
  const half = edit.is?.what === 'peer' ? edit.is.peer : undefined
  if (whole?.kind !== 'pods' || half?.kind !== 'pods' || whole.namespaces === 'own') return ''
  const everyPod = podWords({ namespaces: whole.namespaces, pods: { requirements: [] } }, own)
  return `one dash more makes two peers of one, and either is enough: ${partText(edit.was, own)} became ${everyPod}, or ${partText(edit.is, own)} (S09)`
}

function joinWords(edit: PolicyEdit, own: string): string {
  return `one dash less makes one peer of two, and both selectors must hold: now ${partText(edit.is, own)} (S09)`
}

/** What an edit did, as a sentence without its subject's place: lower case, no final period. */
export function editWords(edit: PolicyEdit, kind: ChangeKind): string {
  const own = edit.policy.namespace
  const was = partText(edit.was, own)
  const is = partText(edit.is, own)
  const list = edit.direction === 'egress' ? 'to' : 'from'
  const everyone = edit.direction === 'egress' ? 'every destination' : 'every source'
  return visible(sentence())

  function sentence(): string {
    switch (edit.kind) {
      case 'policy-added': {
        const whom = isolates(edit.is)
        if (whom === '') return 'the policy is new'
        return kind === 'closed'
          ? `the policy is new and isolates ${whom}: this adds a deny`
          : `the policy is new: it selects ${whom}`
      }
      case 'policy-removed': {
        const whom = isolates(edit.was)
        if (whom === '') return 'the policy is gone'
        return kind === 'opened'
          ? `the policy is gone, which isolated ${whom}`
          : `the policy is gone, and its rules with it`
      }
      case 'isolation-added':
        return `the policy now isolates for ${edit.direction} too: ${typesWords(edit, true)}`
      case 'isolation-removed':
        return `the policy no longer isolates for ${edit.direction}: ${typesWords(edit, false)}`
      case 'subject-changed':
        return edit.was?.what === 'selector' ? `it selects other pods: ${was} became ${is}` : 'it selects other pods'
      case 'order-changed':
        return 'its tier or priority changed'
      case 'rule-added':
        return `the rule is new: ${is}`
      case 'rule-removed':
        return `the rule is gone: ${was}`
      case 'rule-changed':
        return `the rule changed: ${was} became ${is}`
      case 'rule-split':
        return `one dash more makes two rules of one, and either is enough: ${was} became these peers on every port, or ${everyone} on these ports`
      case 'rule-joined':
        return `one dash less makes one rule of two, and both peers and ports must match: now ${is}`
      case 'peers-removed':
        return `\`${list}\` is gone, so the rule admits ${everyone} (S05)`
      case 'peers-added':
        return `\`${list}\` is new: the rule no longer admits ${everyone}`
      case 'peer-added':
        return `the peer is new: ${is}`
      case 'peer-removed':
        return `the peer is gone: ${was}`
      case 'peer-changed':
        return exceptWords(edit) ?? `the peer changed: ${was} became ${is}`
      case 'peer-split':
        return splitWords(edit, own)
      case 'peer-joined':
        return joinWords(edit, own)
      case 'ports-removed':
        return '`ports` is gone, so the rule admits every port of every protocol (S06)'
      case 'ports-added':
        return '`ports` is new: the rule no longer admits every port'
      case 'port-added':
        return `the port is new: ${is}`
      case 'port-removed':
        return `the port is gone: ${was}`
    }
  }
}

/** `Deployment shop/web: label app: a -> b`. */
export function workloadWords(change: WorkloadChange): string {
  const what = visible(change.what)
  return change.kind === 'changed' ? `${what}: ${visible(change.details.join(', '))}` : `${what} ${change.kind}`
}
