// A peer of a rule, compiled once for all policies that write it alike.
import type { Peer } from '../policy/network-policy.ts'
import { matches, type Selector } from '../policy/selector.ts'
import type { Family } from '../sets/ip-address.ts'
import { hasAddress, type IpSet } from '../sets/ip-set.ts'
import { type EndpointClass, hasIdentity, type PodClass } from './classes.ts'
import { addressesOf, type Match, matchBlock, matchNamespace } from './match.ts'
import type { Profile } from './profile.ts'

export interface CompiledPeer {
  readonly match: (candidate: EndpointClass, family: Family) => Match
  /** Set when only pods of this namespace can match. */
  readonly namespace?: string
  /** Set when only pods can match, and only those that this selects. */
  readonly pods?: Selector
  /** Set when only pods of namespaces that this selects, or may select, can match. */
  readonly namespaces?: Selector
  /** Set when only these addresses can match, and pods whose addresses are not known. */
  readonly block?: IpSet
}

function matchPods(peer: Extract<Peer, { kind: 'pods' }>, own: string, candidate: PodClass): Match {
  if (!hasIdentity(candidate.pod) || !matches(peer.pods, candidate.pod.labels)) return 'no'
  if (peer.namespaces === 'own') return candidate.namespace.name === own ? 'yes' : 'no' // S10
  return matchNamespace(peer.namespaces, candidate.namespace) // S09
}

function compilePods(peer: Extract<Peer, { kind: 'pods' }>, own: string): CompiledPeer {
  return {
    match: (candidate) => (candidate.kind === 'outside' ? 'no' : matchPods(peer, own, candidate)),
    pods: peer.pods,
    ...(peer.namespaces === 'own' ? { namespace: own } : { namespaces: peer.namespaces }),
  }
}

function compileBlock(peer: Extract<Peer, { kind: 'ipBlock' }>, profile: Profile): CompiledPeer {
  const block = addressesOf(peer)
  return {
    block,
    match: (candidate, family) => {
      if (candidate.kind === 'pod') return matchBlock(block, candidate.pod, { family, profile })
      return hasAddress(block, candidate.endpoint.address) ? 'yes' : 'no'
    },
  }
}

/** With its length before it, so that no text can be taken for two. */
function word(text: string): string {
  return `${text.length}:${text}`
}

function selectorKey({ requirements }: Selector): string {
  let all = ''
  for (const { key, operator, values } of requirements) {
    all += `${word(key)}${operator}`
    for (const value of values) all += word(value)
    all += ';'
  }
  return all
}

function peerKey(peer: Peer, own: string): string {
  if (peer.kind === 'ipBlock') {
    const blocks = [peer.cidr, ...peer.except].map(({ address, prefix }) => `${address.value}/${prefix}`)
    return `${peer.cidr.address.family} ${blocks.join(' ')}`
  }
  const namespaces = peer.namespaces === 'own' ? `own ${word(own)}` : `any ${selectorKey(peer.namespaces)}`
  return `${namespaces} ${selectorKey(peer.pods)}`
}

/** Compiles peers; equal ones share one compiled form. */
export class PeerCompiler {
  readonly #profile: Profile
  readonly #byKey = new Map<string, CompiledPeer>()

  constructor(profile: Profile) {
    this.#profile = profile
  }

  /** `own`: the namespace of the policy that the peer stands in. */
  compile(peer: Peer, own: string): CompiledPeer {
    const key = peerKey(peer, own)
    const known = this.#byKey.get(key)
    if (known) return known
    const made = this.#make(peer, own)
    this.#byKey.set(key, made)
    return made
  }

  #make(peer: Peer, own: string): CompiledPeer {
    return peer.kind === 'pods' ? compilePods(peer, own) : compileBlock(peer, this.#profile)
  }
}
