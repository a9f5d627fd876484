// A DNS rule by pod labels where DNS is answered on the node's own address (S44): NodeLocal DNSCache.
import { insertItemAfter } from '../../../diag/edit.ts'
import type { NetworkPolicy } from '../../../policy/network-policy.ts'
import { intersectAddresses, noAddresses } from '../../../sets/ip-set.ts'
import { addressesOf } from '../../../engine/match.ts'
import { asksPodLabel, DNS_PORT, dnsPorts, NODE_LOCAL_ADDRESS } from '../dns.ts'
import { type LintContext, ruleName, spanAt } from '../context.ts'
import { opensPort } from '../ports.ts'
import type { Rule } from '../rule.ts'

const LABEL = ['k8s-app', 'node-local-dns'] as const

function opensNodeLocal(context: LintContext, policy: NetworkPolicy): boolean {
  return context
    .policiesIn(policy.namespace)
    .some((other) =>
      (other.egress ?? []).some(
        ({ peers, ports }) =>
          opensPort(ports, 'UDP', DNS_PORT) &&
          (peers === 'any' ||
            peers.some(
              (peer) =>
                peer.kind === 'ipBlock' && !noAddresses(intersectAddresses(addressesOf(peer), NODE_LOCAL_ADDRESS)),
            )),
      ),
    )
}

export const dnsNodeLocal: Rule = {
  id: 'dns-node-local',
  title: 'a DNS rule by pod labels, where the cache on the node answers',
  severity: 'warning',
  fixable: true,
  *check(context) {
    const cache = context.everyPod.find(({ labels }) => labels.get(LABEL[0]) === LABEL[1])
    for (const placed of context.rules) {
      const { policy, rule } = placed
      if (dnsPorts(placed).length === 0 || rule.peers === 'any') continue
      const never = rule.peers.find((peer) => asksPodLabel(peer, ...LABEL))
      const peer = never ?? (cache && rule.peers.find((one) => asksPodLabel(one, 'k8s-app', 'kube-dns')))
      if (!peer || opensNodeLocal(context, policy)) continue
      const edit =
        peer.span && !context.isRendered(policy)
          ? insertItemAfter(peer.span, ['ipBlock:', '  cidr: 169.254.20.10/32'])
          : undefined
      yield {
        message: `${ruleName(placed)} allows DNS to pods by label, but NodeLocal DNSCache answers on the node's network as 169.254.20.10: no podSelector matches it`,
        ...spanAt(policy, peer, rule),
        ...(cache?.span && { notes: [{ message: 'the cache is here', span: cache.span }] }),
        help: 'allow `ipBlock: {cidr: 169.254.20.10/32}` too',
        ...(edit && { fix: { title: 'allow 169.254.20.10/32 too', edits: [edit], keepsMeaning: false } }),
      }
    }
  },
}
