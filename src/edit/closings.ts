// Changes that may deny what one direction accepts: a peer, port or rule less, an `except`, a policy that isolates.
import type { Step } from '../analysis/explanation.ts'
import { meaning, peerMatches } from '../analysis/near-miss.ts'
import type { Edit } from '../diag/edit.ts'
import { lineEndAt } from '../diag/edit.ts'
import { addressesOf } from '../engine/match.ts'
import { clusterPolicyName } from '../policy/cluster-network-policy.ts'
import { type Peer, policyName, type Rule } from '../policy/network-policy.ts'
import { intersectConnections, isEmpty } from '../sets/connection-set.ts'
import { formatAddress, parseCidr } from '../sets/ip-address.ts'
import { isAddressSubset, ipSetOf } from '../sets/ip-set.ts'
import { yamlDocument } from '../render/yaml.ts'
import { dropItem, flowLike } from './list-edit.ts'
import { moatClosings } from './moat-edits.ts'
import { selectorFor } from './peer-values.ts'
import { type Candidate, candidate, type Side } from './side.ts'
import { workloadOf } from '../policy/workload-name.ts'

type Admission = Extract<Step, { kind: 'admission' }>

/** Most ways of denying all rules that admit, together. */
const MOST_COMBINED = 40

function matching(rule: Rule, own: string, side: Side): readonly Peer[] {
  if (rule.peers === 'any') return []
  const { direction, source, destination, family, connections, snapshot } = side
  const refused = {
    direction,
    source,
    destination,
    family,
    connections,
    namespaces: snapshot.namespaces,
    services: [],
  }
  return rule.peers.filter((peer) => peerMatches(peer, own, refused))
}

function narrowedBlock(peer: Peer, side: Side): Edit | undefined {
  if (peer.kind !== 'ipBlock' || side.other.kind !== 'outside' || !peer.span) return undefined
  const { address } = side.other
  const block = side.block ?? `${formatAddress(address)}/${address.family === 4 ? 32 : 128}`
  const cidr = parseCidr(block)
  if (!cidr || cidr.prefix <= peer.cidr.prefix || !isAddressSubset(ipSetOf(cidr), addressesOf(peer))) return undefined
  const { file } = peer.span
  const text = file.text.slice(peer.span.start, peer.span.end)
  const items = /"?except"?\s*:\s*(?:\[\s*|\r?\n\s*-\s+)(["']?[0-9a-fA-F.:]+\/\d+["']?)/.exec(text)
  if (items) {
    const word = items[1] as string
    const start = peer.span.start + items.index + items[0].length - word.length
    const span = { file, start, end: start + word.length }
    const line = file.text.slice(file.text.lastIndexOf('\n', start - 1) + 1, start)
    const dash = /^(\s*-\s+)$/.exec(line)
    if (!dash) return { span: { ...span, start: span.end }, text: `, ${quoteLike(word, block)}` }
    return { span: { ...span, start: span.end }, text: `${lineEndAt(file, start)}${line}${quoteLike(word, block)}` }
  }
  const key = /(\r?\n)?([ \t]*)("?)cidr"?\s*:\s*["']?[0-9a-fA-F.:]+\/\d+["']?/.exec(text)
  if (!key) return undefined
  const end = peer.span.start + key.index + key[0].length
  const at = { file, start: end, end }
  if (/^\s*[,}]/.test(file.text.slice(end)))
    return { span: at, text: `, ${flowLike(at, { except: [block] }).slice(1, -1)}` }
  const lineStart = file.text.lastIndexOf('\n', peer.span.start + key.index + key[0].lastIndexOf('cidr')) + 1
  const indent = /^[ \t]*/.exec(file.text.slice(lineStart))?.[0] ?? ''
  return { span: at, text: `${lineEndAt(file, end)}${indent}except:${lineEndAt(file, end)}${indent}- ${block}` }
}

function quoteLike(word: string, block: string): string {
  const quote = /^["']/.exec(word)?.[0] ?? ''
  return `${quote}${block}${quote}`
}

/** The ways of making one rule admit it no more. */
function narrowed(step: Admission, side: Side): Candidate[] {
  const { policy, rule, index } = step
  const moat = side.moatOf(policy)
  if (moat) return moatClosings(moat, step)
  const what = `${side.direction} rule ${index + 1} of ${policyName(policy)}`
  const peers = matching(rule, policy.namespace, side)
  const ports = rule.ports === 'any' ? [] : rule.ports
  const declared = side.destination.kind === 'pod' ? side.destination.pod.ports : []
  const opening = ports.filter((port) => !isEmpty(intersectConnections(meaning(port, declared), side.connections)))
  const except = candidate(
    `leave the addresses out of ${what}`,
    peers.map((peer) => narrowedBlock(peer, side)),
  )
  const lessPeers =
    peers.length > 0 && rule.peers !== 'any' && peers.length < rule.peers.length
      ? candidate(
          `remove the peer from ${what}`,
          peers.map(({ span }) => span && dropItem(span)),
        )
      : []
  const lessPorts =
    opening.length > 0 && opening.length < ports.length
      ? candidate(
          `remove the port from ${what}`,
          opening.map(({ span }) => span && dropItem(span)),
        )
      : []
  // A rule of one peer or port goes as a whole: an empty list would mean everything (S05, S06).
  return [...except, ...lessPorts, ...lessPeers, ...candidate(`remove ${what}`, [rule.span && dropItem(rule.span)])]
}

/** One way for each rule, in all combinations. */
function combined(ways: readonly (readonly Candidate[])[]): Candidate[] {
  return ways.reduce<Candidate[]>(
    (all, list) =>
      all
        .flatMap((one) =>
          list.map((other) => ({
            title: one.title === '' ? other.title : `${one.title}, ${other.title}`,
            edits: [...one.edits, ...other.edits],
          })),
        )
        .slice(0, MOST_COMBINED),
    [{ title: '', edits: [] }],
  )
}

/** A policy that isolates the pod and allows nothing, at the end of the file that has the pod. */
function isolating(side: Side): Candidate[] {
  const { subject, direction, snapshot } = side
  if (subject.kind !== 'pod' || subject.pod.hostNetwork || !subject.pod.span) return []
  const { file } = subject.pod.span
  if (file.name.endsWith('.json')) return [] // One document only.
  const { namespace } = subject.pod
  const { name } = workloadOf(subject.pod) ?? subject.pod
  const taken = new Set(snapshot.networkPolicies.filter((one) => one.namespace === namespace).map((one) => one.name))
  const plain = `deny-${direction}-${name}`
  const document = yamlDocument({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: taken.has(plain) ? `${plain}-2` : plain, namespace },
    spec: {
      podSelector: selectorFor(subject.pod, snapshot),
      policyTypes: [direction === 'ingress' ? 'Ingress' : 'Egress'],
    },
  })
  const end = file.text.length
  const eol = lineEndAt(file, end)
  const text = `---\n${document}`.replaceAll('\n', eol)
  const title = `add a NetworkPolicy that isolates ${namespace}/${name} for ${direction}`
  return candidate(title, [
    { span: { file, start: end, end }, text: file.text === '' || file.text.endsWith('\n') ? text : `${eol}${text}` },
  ])
}

/** Changes that may make the direction deny. */
export function closings(side: Side): Candidate[] {
  const { steps } = side.answer
  const admissions = steps.filter((step) => step.kind === 'admission')
  if (admissions.length > 0) return combined(admissions.map((step) => narrowed(step, side)))
  const accepting = steps.find((step) => step.kind === 'cluster-rule' && step.action === 'Accept')
  if (accepting?.kind === 'cluster-rule') {
    const { rule, policy } = accepting
    const title = `remove the ${side.direction} rule of ${clusterPolicyName(policy)} that accepts it`
    return rule.span ? candidate(title, [dropItem(rule.span)]) : []
  }
  return steps.some(({ kind }) => kind === 'default') ? isolating(side) : []
}
