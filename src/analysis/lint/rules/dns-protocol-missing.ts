// DNS allowed over UDP or TCP only, where a resolver needs both (S44).
import { insertItemAfter } from '../../../diag/edit.ts'
import type { NetworkPolicy, Peer, PortMatch } from '../../../policy/network-policy.ts'
import { formatSelector } from '../../../policy/selector.ts'
import { formatCidr } from '../../../sets/ip-address.ts'
import { type LintContext, ruleName, spanAt } from '../context.ts'
import { isPort, opensPort } from '../ports.ts'
import type { Fix, Rule } from '../rule.ts'

const DNS = 53

function peerKey(peer: Peer): string {
  if (peer.kind === 'ipBlock') return [peer.cidr, ...peer.except].map(formatCidr).join(' ')
  return `${peer.namespaces === 'own' ? 'own' : formatSelector(peer.namespaces)} ${formatSelector(peer.pods)}`
}

/** Whether some rule of the policies that select the same pods opens the port over the protocol to these peers. */
function opensElsewhere(
  context: LintContext,
  policy: NetworkPolicy,
  { peers, protocol }: { readonly peers: 'any' | readonly Peer[]; readonly protocol: 'TCP' | 'UDP' },
): boolean {
  const wanted = peers === 'any' ? [] : peers.map(peerKey)
  const same = formatSelector(policy.subject)
  return context
    .policiesIn(policy.namespace)
    .filter(({ subject }) => subject.requirements.length === 0 || formatSelector(subject) === same)
    .some((other) =>
      (other.egress ?? []).some(({ peers: others, ports }) => {
        if (!opensPort(ports, protocol, DNS)) return false
        if (others === 'any') return true
        const keys = new Set(others.map(peerKey))
        return wanted.length > 0 && wanted.every((key) => keys.has(key))
      }),
    )
}

function fixOf(entry: PortMatch, other: 'TCP' | 'UDP'): Fix | undefined {
  const edit = entry.span && insertItemAfter(entry.span, [`port: ${DNS}`, `protocol: ${other}`])
  return edit && { title: `allow ${other} port ${DNS} too`, edits: [edit], keepsMeaning: false }
}

export const dnsProtocolMissing: Rule = {
  id: 'dns-protocol-missing',
  title: 'DNS is allowed over one of UDP and TCP only',
  severity: 'warning',
  fixable: true,
  *check(context) {
    for (const placed of context.rules) {
      const { policy, direction, rule } = placed
      if (direction !== 'egress' || rule.ports === 'any') continue
      const entry = rule.ports.find((one) => isPort(one, DNS) && one.protocol !== 'SCTP')
      if (!entry) continue
      const other = entry.protocol === 'UDP' ? 'TCP' : 'UDP'
      if (opensElsewhere(context, policy, { peers: rule.peers, protocol: other })) continue
      const fix = context.isRendered(policy) ? undefined : fixOf(entry, other)
      yield {
        message: `${ruleName(placed)} allows DNS over ${entry.protocol} only: ${
          other === 'TCP' ? 'answers that do not fit a datagram fail' : 'resolvers ask over UDP first'
        }`,
        ...spanAt(policy, entry, rule),
        help: `allow ${other} port ${DNS} to the same peers`,
        ...(fix && { fix }),
      }
    }
  },
}
