// What the policies that already select a model let in and out, as callers, scrapers and egress of a Moat.
import { type NetworkPolicy, type PortMatch, policyName, type Rule } from '../../policy/network-policy.ts'
import type { Caller, MoatEgress, MoatPort, PodPeer } from '../../policy/moat-spec.ts'
import { formatSelector, type Selector } from '../../policy/selector.ts'
import { NAMESPACE_NAME_LABEL } from '../../policy/snapshot.ts'
import type { Because } from './draft.ts'

/** A longer range than this is not written port by port. */
const LONGEST_RANGE = 16

export interface TakenOver {
  readonly callers: readonly Because<Caller>[]
  readonly scrapers: readonly Because<Caller>[]
  readonly egress: readonly Because<MoatEgress>[]
  readonly dns: Because<'Cluster'> | undefined
  /** What was left behind, and why. */
  readonly remarks: readonly string[]
  /** Whether a policy isolates the model in that direction: then nothing else is let in or out today. */
  readonly isolated: { readonly ingress: boolean; readonly egress: boolean }
}

interface Known {
  readonly policies: readonly NetworkPolicy[]
  /** The API port where it is known. */
  readonly port: MoatPort | undefined
  /** Whether the model serves metrics at all. */
  readonly metrics: boolean
}

/** `policies` are those that select the model. */
export function fromPolicies({ policies, port, metrics }: Known): TakenOver {
  const callers: Because<Caller>[] = []
  const scrapers: Because<Caller>[] = []
  const egress: Because<MoatEgress>[] = []
  const remarks: string[] = []
  let dns: Because<'Cluster'> | undefined
  const names = new Set<string>()
  for (const policy of policies) {
    const who = policyName(policy)
    for (const rule of policy.ingress ?? []) {
      const ports = portsOf(rule, port)
      if (rule.peers === 'any') {
        remarks.push(`${who} lets in everybody (${portWords(rule)}): not taken over; name those who are meant.`)
        continue
      }
      for (const peer of rule.peers) {
        if (peer.kind === 'ipBlock' || ports === undefined) {
          const what = peer.kind === 'ipBlock' ? 'addresses' : `a range of ports (${portWords(rule)})`
          remarks.push(`${who} lets in ${what}: not taken over, since callers are pods with single ports.`)
          continue
        }
        const { namespaces, pods } = peer
        const scraper = metrics && looksLikeScraper(peer)
        const list = scraper ? scrapers : callers
        const usual = rule.ports === 'any' ? ' (it opens every port; here the usual one)' : ''
        const value = { name: nameOf(peer, policy.name, names), namespaces, pods, ports: scraper ? [] : ports }
        list.push({ value, because: `Let in by ${who}${usual}.` })
      }
    }
    for (const rule of policy.egress ?? []) {
      const { others, forDns } = splitDns(rule)
      if (forDns) dns ??= { value: 'Cluster', because: `${who} opens port 53.` }
      if (!others) continue
      const ports = portsOf(others, undefined)
      if (others.peers === 'any') {
        remarks.push(
          `${who} lets the model out to everywhere (${portWords(others)}): not taken over; name what is meant.`,
        )
        continue
      }
      if (ports === undefined) {
        remarks.push(`${who} lets the model out on a range of ports (${portWords(others)}): not taken over.`)
        continue
      }
      for (const peer of others.peers) {
        if (peer.kind === 'ipBlock' && ports.some(({ port }) => typeof port === 'string')) {
          // S18
          remarks.push(`${who} names ports of addresses by name, which means nothing: not taken over.`)
          continue
        }
        const name = nameOf(peer, policy.name, names)
        const to =
          peer.kind === 'ipBlock'
            ? ({ kind: 'cidr', cidr: peer.cidr, except: peer.except } as const)
            : ({ kind: 'pods', namespaces: peer.namespaces, pods: peer.pods } as const)
        egress.push({ value: { name, to, ports }, because: `Let out by ${who}.` })
      }
    }
  }
  const isolated = {
    ingress: policies.some((policy) => policy.ingress !== undefined),
    egress: policies.some((policy) => policy.egress !== undefined),
  }
  return { callers, scrapers, egress, dns, remarks, isolated }
}

/** Empty for the usual port alone and for every port; `undefined` where single ports cannot say it. */
function portsOf(rule: Rule, usual: MoatPort | undefined): readonly MoatPort[] | undefined {
  if (rule.ports === 'any') return []
  const ports = rule.ports.map(singlePorts)
  if (ports.includes(undefined)) return undefined
  const all = ports.flatMap((some) => some ?? [])
  const [only] = all
  return all.length === 1 && usual && only?.port === usual.port && only.protocol === usual.protocol ? [] : all
}

function singlePorts(match: PortMatch): MoatPort[] | undefined {
  const { protocol } = match
  if (match.kind === 'named') return [{ port: match.name, protocol }]
  if (match.kind === 'all' || match.last - match.first >= LONGEST_RANGE) return undefined
  return Array.from({ length: match.last - match.first + 1 }, (_, i) => ({ port: match.first + i, protocol }))
}

function isDns(match: PortMatch): boolean {
  return match.kind === 'range' && match.first === 53 && match.last === 53
}

/** The rule without port 53; `others` is absent where nothing is left of it. */
function splitDns(rule: Rule): { readonly others?: Rule; readonly forDns: boolean } {
  if (rule.ports === 'any') return { others: rule, forDns: false }
  const ports = rule.ports.filter((match) => !isDns(match))
  if (ports.length === rule.ports.length) return { others: rule, forDns: false }
  return { forDns: true, ...(ports.length > 0 && { others: { ...rule, ports } }) }
}

function portWords({ ports }: Rule): string {
  if (ports === 'any') return 'every port'
  return ports
    .map((match) => {
      const what = match.kind === 'named' ? match.name : match.kind === 'all' ? 'all' : `${match.first}-${match.last}`
      return `${match.protocol.toLowerCase()}/${match.kind === 'range' && match.first === match.last ? match.first : what}`
    })
    .join(', ')
}

function looksLikeScraper({ namespaces, pods }: PodPeer): boolean {
  const words = `${formatSelector(pods)} ${namespaces === 'own' ? '' : formatSelector(namespaces)}`
  return /prometheus|monitoring|metrics|vmagent|alloy|scrape/i.test(words)
}

/** A DNS label from what is most telling of a peer, unique among `taken`. */
function nameOf(peer: Exclude<Rule['peers'], 'any'>[number], otherwise: string, taken: Set<string>): string {
  const telling = peer.kind === 'ipBlock' ? undefined : (valueOf(peer.pods) ?? spaceOf(peer.namespaces))
  return uniqueName(telling ?? otherwise, taken)
}

function valueOf(selector: Selector): string | undefined {
  const single = selector.requirements.filter(({ operator, values }) => operator === 'In' && values.length === 1)
  const named = single.find(({ key }) => /(?:^|\/)(?:app|name|k8s-app|component)$/.test(key)) ?? single[0]
  return named?.values[0] === '' ? undefined : named?.values[0]
}

function spaceOf(namespaces: PodPeer['namespaces']): string | undefined {
  if (namespaces === 'own') return undefined
  const named = namespaces.requirements.find(({ key, values }) => key === NAMESPACE_NAME_LABEL && values.length === 1)
  return named?.values[0] ?? valueOf(namespaces)
}

/** Made of letters that a name may have, with a number where it is taken. */
export function uniqueName(text: string, taken: Set<string>): string {
  const plain =
    text
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, '-')
      .replaceAll(/^-+|-+$/g, '')
      .slice(0, 55)
      .replace(/-+$/, '') || 'peer'
  let name = plain
  for (let n = 2; taken.has(name); n++) name = `${plain}-${n}`
  taken.add(name)
  return name
}
