// Port 53 open to every address: whatever listens there, and a way out for data.
import { isEveryAddress, isWide } from '../shape.ts'
import { dnsPorts } from '../dns.ts'
import { ruleName, spanAt } from '../context.ts'
import type { Rule } from '../rule.ts'

export const dnsEverywhere: Rule = {
  id: 'dns-everywhere',
  title: 'port 53 is open to every address',
  severity: 'warning',
  *check(context) {
    for (const placed of context.rules) {
      const { policy, rule } = placed
      const [entry] = dnsPorts(placed)
      if (!entry) continue
      const wide = rule.peers === 'any' ? undefined : rule.peers.find((peer) => peer.kind === 'ipBlock' && isWide(peer))
      if (rule.peers !== 'any' && !wide) continue
      const where =
        wide?.kind === 'ipBlock' && !(isEveryAddress(wide) && wide.except.length === 0)
          ? 'almost every address'
          : 'every address'
      yield {
        message: `${ruleName(placed)} opens port 53 to ${where}: any program that listens on 53 outside can be reached, and data can leave in DNS queries to any server`,
        ...spanAt(policy, wide ?? rule, rule),
        help: "allow DNS to the cluster's DNS pods only: namespace `kube-system`, label `k8s-app: kube-dns`",
      }
    }
  },
}
