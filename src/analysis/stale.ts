// Rendered policies that were kept in a file: whether they still say what their Moat renders.
import { formatSpan } from '../diag/source.ts'
import { type NetworkPolicy, type Peer, policyName, type PortMatch, type Rule } from '../policy/network-policy.ts'
import type { Selector } from '../policy/selector.ts'
import { formatCidr } from '../sets/ip-address.ts'

function sorted(texts: readonly string[]): string[] {
  return [...new Set(texts)].sort()
}

function selectorKey({ requirements }: Selector): string[] {
  return sorted(requirements.map(({ key, operator, values }) => JSON.stringify([key, operator, sorted(values)])))
}

function peerKey(peer: Peer): string {
  if (peer.kind === 'ipBlock') return JSON.stringify([formatCidr(peer.cidr), sorted(peer.except.map(formatCidr))])
  const namespaces = peer.namespaces === 'own' ? 'own' : selectorKey(peer.namespaces)
  return JSON.stringify([namespaces, selectorKey(peer.pods)])
}

function portKey(port: PortMatch): string {
  switch (port.kind) {
    case 'all':
      return JSON.stringify([port.protocol])
    case 'range':
      return JSON.stringify([port.protocol, port.first, port.last])
    case 'named':
      return JSON.stringify([port.protocol, port.name])
  }
}

function ruleKey({ peers, ports }: Rule): string {
  return JSON.stringify([
    peers === 'any' ? 'any' : sorted(peers.map(peerKey)),
    ports === 'any' ? 'any' : sorted(ports.map(portKey)),
  ])
}

/** What a policy says, whatever the order it says it in: equal texts mean the same. */
function meaning({ namespace, name, subject, ingress, egress }: NetworkPolicy): string {
  const rules = [ingress, egress].map((list) => list && sorted(list.map(ruleKey)))
  return JSON.stringify([namespace, name, selectorKey(subject), ...rules.map((list) => list ?? null)])
}

/**
 * A residual for each written policy that differs from the rendered one of its name: the proof is about the rendered
 * one, and holds once that is applied.
 */
export function staleResiduals(written: readonly NetworkPolicy[], rendered: readonly NetworkPolicy[]): string[] {
  return written.flatMap((policy) => {
    const other = rendered.find(({ namespace, name }) => namespace === policy.namespace && name === policy.name)
    if (!other || meaning(other) === meaning(policy)) return []
    const place = policy.span ? ` at ${formatSpan(policy.span)}` : ''
    return [
      `${policyName(policy)}${place} is not what the Moat renders: the proof is about the rendered one, once it is applied`,
    ]
  })
}
