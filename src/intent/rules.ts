// Rules of the policy model from the words of a Moat: peers and ports, with their places in the input.
import type { Caller, MoatPort, PodPeer } from '../policy/moat-spec.ts'
import type { Peer, PortMatch, Rule } from '../policy/network-policy.ts'

/** Ports that the Moat leaves to its defaults, settled. */
export interface Ports {
  /** `undefined`: nobody needs it. */
  readonly api: MoatPort | undefined
  /** `undefined`: nobody needs it. */
  readonly metrics: MoatPort | undefined
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

/** Whether somebody is let in without ports of their own. */
export function someLackPorts(list: readonly Caller[]): boolean {
  return list.some(({ ports }) => ports.length === 0)
}

/** A caller's or scraper's own ports, else the usual one. Never empty: that would mean every port. */
export function portsOf(who: Caller, usual: MoatPort | undefined): readonly MoatPort[] {
  if (who.ports.length > 0) return who.ports
  if (!usual) throw new Error(`the port of ${who.name} was not settled`)
  return [usual]
}
