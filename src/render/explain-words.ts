// Sentences for what decides a connection, and for what a rule lacks to admit it.
import type { Via, Step } from '../analysis/explanation.ts'
import type { Remark } from '../analysis/explain-remarks.ts'
import type { Held, Miss, NearMiss } from '../analysis/near-miss.ts'
import type { Span } from '../diag/source.ts'
import { REASON_TEXT } from '../engine/reach.ts'
import { clusterPolicyName } from '../policy/cluster-network-policy.ts'
import { type Direction, type NetworkPolicy, policyName, type PortMatch } from '../policy/network-policy.ts'
import { formatSelector, type Requirement } from '../policy/selector.ts'
import { NAMESPACE_NAME_LABEL, type Pod, qualifiedName } from '../policy/snapshot.ts'
import { formatCidr } from '../sets/ip-address.ts'

/** The ends of a direction by name, as they stand in its sentences. */
export interface Speakers {
  readonly direction: Direction
  /** The pods that policies of this direction select. */
  readonly subject: string
  readonly peer: string
  /** The ports, ` on tcp/80`; empty for all. */
  readonly on: string
}

/** A sentence and the place it is about. */
export interface Sentence {
  readonly text: string
  readonly span?: Span
}

const MOST_NAMES = 3

function quoted(names: readonly string[]): string[] {
  return names.map((name) => `\`${name}\``)
}

/** `a`, `a and b`, `a, b and c`. */
export function joined(words: readonly string[], last = 'and'): string {
  return words.length < 2 ? (words[0] ?? '') : `${words.slice(0, -1).join(', ')} ${last} ${words.at(-1)}`
}

/** Names in backticks, the first few of many. */
export function nameList(names: readonly string[]): string {
  if (names.length <= MOST_NAMES) return joined(quoted(names))
  return `${quoted(names.slice(0, MOST_NAMES)).join(', ')} and ${names.length - MOST_NAMES} more`
}

function at(span: Span | undefined): { readonly span?: Span } {
  return span ? { span } : {}
}

const ACTIONS = { Accept: 'accepts', Deny: 'denies', Pass: 'passes on' } as const

function isolation(policy: NetworkPolicy, perhaps: boolean, speakers: Speakers): Sentence {
  const { direction, subject, peer, on } = speakers
  const rules = policy[direction] ?? []
  const why =
    rules.length === 0 ? `and has no ${direction} rule` : `but no rule ${perhaps ? 'surely ' : ''}allows ${peer}${on}`
  return { text: `\`${policyName(policy)}\` selects ${subject} for ${direction}, ${why}`, ...at(policy.span) }
}

function ungoverned({ why, reason }: Extract<Step, { kind: 'ungoverned' }>, { subject, peer }: Speakers): string {
  switch (why) {
    case 'outside':
      return `${subject} ${/ and /.test(subject) ? 'are' : 'is'} outside the cluster, where no policy governs`
    case 'host-network':
      return `${subject} is on the host network, and policies select no such pod`
    case 'self':
      return 'a pod may always reach itself'
    case 'own-node':
      return reason === undefined
        ? `traffic from its own node always reaches ${subject}`
        : `${peer} is perhaps on the own node of ${subject}, from which traffic always reaches it`
  }
}

/** A step in one sentence, or one for each policy that isolates. */
export function stepSentences(step: Step, speakers: Speakers): Sentence[] {
  const { direction, subject, peer } = speakers
  switch (step.kind) {
    case 'ungoverned':
      return [{ text: ungoverned(step, speakers) }]
    case 'cluster-rule': {
      const { policy, rule, index, action, reason } = step
      const name = rule.name === '' ? '' : ` \`${rule.name}\``
      const perhaps = reason === undefined ? '' : `, perhaps: ${REASON_TEXT[reason]}`
      const end = direction === 'ingress' ? `from ${peer}` : `to ${peer}`
      return [
        {
          text: `\`${clusterPolicyName(policy)}\` ${direction} rule ${index + 1}${name} ${ACTIONS[action]} connections ${end}${perhaps}`,
          ...at(rule.span ?? policy.span),
        },
      ]
    }
    case 'admission': {
      const { policy, rule, index, reason } = step
      const verb = reason === undefined ? 'allows' : 'perhaps allows'
      const why = reason === undefined ? '' : `: ${REASON_TEXT[reason]}`
      return [
        {
          text: `\`${policyName(policy)}\` ${direction} rule ${index + 1} ${verb} ${peer}${why}`,
          ...at(rule.span ?? policy.span),
        },
      ]
    }
    case 'isolation':
      return step.policies.map((policy) => isolation(policy, step.perhaps, speakers))
    case 'default':
      return [
        {
          text: step.beside
            ? `no NetworkPolicy selects ${subject} for ${direction} and no rule of the admin APIs decides, so the default accepts`
            : `no policy selects ${subject} for ${direction}, so the default accepts`,
        },
      ]
  }
}

/** `tcp/80`, `udp/5000-5100`, `tcp/http`, `every sctp port`. */
export function portWords(port: PortMatch): string {
  const protocol = port.protocol.toLowerCase()
  if (port.kind === 'all') return `every ${protocol} port`
  if (port.kind === 'named') return `${protocol}/${port.name}`
  return port.first === port.last ? `${protocol}/${port.first}` : `${protocol}/${port.first}-${port.last}`
}

function requirementWords(requirement: Requirement): string {
  return formatSelector({ requirements: [requirement] })
}

function labelMiss({ on, requirement, actual, unknown }: Extract<Miss, { kind: 'label' }>): string {
  const { key, operator, values } = requirement
  if (on === 'namespace' && key === NAMESPACE_NAME_LABEL && operator === 'In') {
    return `the namespace is \`${actual}\`, not ${joined(quoted(values), 'or')}`
  }
  const wanted = `\`${requirementWords(requirement)}\``
  const whose = on === 'namespace' ? "the namespace's label" : 'label'
  if (unknown && actual === undefined) return `whether the namespace has label ${wanted} is not known`
  if (actual === undefined) {
    return on === 'namespace' ? `the namespace lacks label ${wanted}` : `label ${wanted} is missing`
  }
  switch (operator) {
    case 'In':
      return `${whose} \`${key}\` is \`${actual}\`, not ${joined(quoted(values), 'or')}`
    case 'NotIn':
      return `${whose} \`${key}\` is \`${actual}\`, which the rule leaves out`
    default:
      return `${whose} \`${key}\` must not be there`
  }
}

/** What fails, in words that follow "but". */
export function missWords(miss: Miss): string {
  switch (miss.kind) {
    case 'label':
      return labelMiss(miss)
    case 'other-namespace':
      return `podSelector alone means the policy's own namespace \`${miss.own}\`, and the pod is in \`${miss.actual}\``
    case 'not-a-pod':
      return 'it names pods, and the address is none of a pod'
    case 'host-network':
      return 'no selector means a pod on the host network'
    case 'not-an-address':
      return `it names addresses (\`${formatCidr(miss.cidr)}\`), not pods`
    case 'outside-block':
      return miss.otherFamily
        ? `\`${formatCidr(miss.cidr)}\` says nothing of the other IP family`
        : `the address is outside \`${formatCidr(miss.cidr)}\``
    case 'in-except':
      return `the address is inside \`except ${formatCidr(miss.except)}\``
    case 'protocol':
      return `protocol ${joined(miss.asked, 'or')}, rule says ${miss.port.protocol}`
    case 'service-port':
      return `the rule opens Service port ${portNumber(miss.port)}, the pod listens on ${miss.target} (Service \`${miss.service}\`)`
    case 'named-port': {
      const name = miss.port.kind === 'named' ? miss.port.name : ''
      return miss.same.length > 0
        ? `named port \`${name}\` is ${joined(quoted(miss.same), 'or')} on this pod`
        : `the pod has no ${miss.port.protocol} port named \`${name}\` at that number`
    }
    case 'port':
      return `it opens ${joined(miss.ports.map(portWords))} only`
  }
}

function portNumber(port: PortMatch): string {
  return port.kind === 'range' ? `${port.first}` : portWords(port)
}

/** What holds. */
export function heldWords(held: Held): string {
  switch (held.kind) {
    case 'any-peer':
      return 'everybody'
    case 'label':
      return `${held.on === 'namespace' ? 'namespace label ' : 'label '}\`${requirementWords(held.requirement)}\``
    case 'own-namespace':
      return `namespace \`${held.namespace}\``
    case 'block':
      return `block \`${formatCidr(held.cidr)}\``
    case 'any-port':
      return 'every port'
    case 'port':
      return `port \`${portWords(held.port)}\``
  }
}

/** S09: one element with both selectors, of which one part fails alone. */
function isHalfOfBoth({ peer, misses }: NearMiss): boolean {
  if (peer?.kind !== 'pods' || peer.namespaces === 'own') return false
  if (peer.namespaces.requirements.length === 0 || peer.pods.requirements.length === 0) return false
  const sides = new Set(misses.flatMap((miss) => (miss.kind === 'label' ? [miss.on] : [])))
  return sides.size === 1
}

/** `rule 2 would match, but label `tier=db` is missing`. */
export function nearMissSentence(near: NearMiss): Sentence {
  const { policy, direction, rule, index, holds, misses } = near
  const matched = holds.filter((held) => held.kind !== 'any-peer' && held.kind !== 'any-port').map(heldWords)
  const fit = matched.length > 0 ? ` (${joined(matched)} ${matched.length === 1 ? 'fits' : 'fit'})` : ''
  const both = isHalfOfBoth(near) ? '; one element with both selectors asks for both' : ''
  const but = joined(misses.map(missWords))
  return {
    text: `\`${policyName(policy)}\` ${direction} rule ${index + 1} would match${fit}, but ${but}${both}`,
    ...at(near.peer?.span ?? rule.span ?? policy.span),
  }
}

/** What may surprise where a direction accepts. */
export function remarkSentence(remark: Remark, { subject, direction }: Speakers): Sentence {
  if (remark.kind === 'union') {
    const names = nameList(remark.policies.map(policyName))
    const verb = remark.policies.length === 1 ? 'selects' : 'select'
    return {
      text: `${names} ${verb} ${subject} for ${direction} too and ${remark.policies.length === 1 ? 'does' : 'do'} not allow it, which is no matter: policies add up (S27)`,
    }
  }
  const { rule, index, by, policy } = remark
  const list = direction === 'ingress' ? 'from' : 'to'
  const count = rule.peers === 'any' ? 0 : rule.peers.length
  const alone = by.kind === 'pods' && by.namespaces === 'own' ? 'its podSelector' : 'its namespaceSelector'
  return {
    text: `\`${list}\` of ${direction} rule ${index + 1} has ${count} elements, of which one is enough (OR): ${alone} alone matches; both in one element would ask for both (S09)`,
    ...at(by.span ?? rule.span ?? policy.span),
  }
}

/** Addresses are asked about as such; the pods that have some of them are another question. */
export function podsWithinSentence(pods: readonly Pod[]): string {
  const names = nameList([...new Set(pods.map(qualifiedName))])
  return `among the addresses are those of ${names}, of which nothing is said here: ask about pods by name`
}

/** `Service chat/llm port 80 leads to port 8080 of the pods`. */
export function viaSentence({ service, port, target, headless }: Via): string {
  return headless
    ? `Service \`${service}\` has no address of its own: callers open port ${port} of the pods themselves`
    : `port ${port} of Service \`${service}\` is port ${target} of the pods: policies see ${target}`
}
