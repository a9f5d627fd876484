// Rules of the policy model from the words of a Moat: peers and ports, with their places in the input.
import type { Caller, MoatPort, PodPeer } from '../policy/moat-spec.ts'
import type { Peer, PortMatch, Rule } from '../policy/network-policy.ts'

/** Ports that the Moat leaves to its defaults, settled. */
export interface Ports {
  readonly api: MoatPort
  readonly metrics: MoatPort
}

function portMatch({ port, protocol, span }: MoatPort): PortMatch {
  const at = span && { span }
  if (typeof port === 'string') return { kind: 'named', protocol, name: port, ...at }
  return { kind: 'range', protocol, first: port, last: port, ...at }
}

/** Empty ports: every port. */
export function rule(peer: Peer, ports: readonly MoatPort[], span: Rule['span']): Rule {
  return { peers: [peer], ports: ports.length === 0 ? 'any' : ports.map(portMatch), ...(span && { span }) }
}

/** One rule for pods by labels. Empty ports: every port. */
export function podRule(peer: PodPeer, ports: readonly MoatPort[], span?: Rule['span']): Rule {
  return rule({ kind: 'pods', namespaces: peer.namespaces, pods: peer.pods, ...(span && { span }) }, ports, span)
}

/** A caller's or scraper's own ports, else the usual one. */
export function portsOf(who: Caller, usual: MoatPort): readonly MoatPort[] {
  return who.ports.length === 0 ? [usual] : who.ports
}
