// Rules without peers, and peers that are everybody: open to more than most authors mean (S05, S08).
import { type LintContext, type PlacedRule, ruleName, spanAt } from '../context.ts'
import { isDnsOnly } from '../dns.ts'
import { portMatchWords } from '../ports.ts'
import type { Rule, Statement } from '../rule.ts'
import { isEveryPod, opensEverything } from '../shape.ts'

/** A warning where a model server is concerned, and what makes it one. */
function forModel(context: LintContext, { policy }: PlacedRule): Pick<Statement, 'severity'> & { words: string } {
  const [model] = context.modelsOf(policy)
  return model ? { severity: 'warning', words: `, for a model server (${model.known})` } : { words: '' }
}

function ports({ rule }: PlacedRule): string {
  return rule.ports === 'any' ? 'every port' : rule.ports.map(portMatchWords).join(', ')
}

export const ingressFromAnyone: Rule = {
  id: 'ingress-from-anyone',
  title: 'an ingress rule without `from`: every pod and every address may come',
  severity: 'note',
  *check(context) {
    for (const placed of context.rules) {
      const { policy, direction, rule } = placed
      if (direction !== 'ingress' || rule.peers !== 'any') continue
      const { words, ...severity } = forModel(context, placed)
      if (opensEverything(rule) && words === '') continue // `{}` is written by who means it
      yield {
        ...severity,
        message: `${ruleName(placed)} has no \`from\`: every pod of every namespace and every address outside may open ${ports(placed)}${words}`,
        ...spanAt(policy, rule),
        help: 'name in `from` who may come',
      }
    }
  },
}

export const egressToAnywhere: Rule = {
  id: 'egress-to-anywhere',
  title: 'an egress rule without `to`: every pod and every address may be opened',
  severity: 'note',
  *check(context) {
    for (const placed of context.rules) {
      const { policy, direction, rule } = placed
      if (direction !== 'egress' || rule.peers !== 'any') continue
      if (isDnsOnly(placed)) continue // `dns-everywhere` says more
      const { words, ...severity } = forModel(context, placed)
      if (opensEverything(rule) && words === '') continue
      yield {
        ...severity,
        message: `${ruleName(placed)} has no \`to\`: ${ports(placed)} of every pod and every address may be opened, the metadata service of the cloud among them${words}`,
        ...spanAt(policy, rule),
        help: 'name in `to` where the pods may go',
      }
    }
  },
}

export const everyNamespace: Rule = {
  id: 'every-namespace',
  title: '`namespaceSelector: {}`: every pod of every namespace',
  severity: 'note',
  *check(context) {
    for (const placed of context.rules) {
      const { policy, direction, rule } = placed
      const peer = rule.peers === 'any' ? undefined : rule.peers.find(isEveryPod)
      if (!peer || isDnsOnly(placed)) continue
      const { words, ...severity } = forModel(context, placed)
      yield {
        ...severity,
        message: `${ruleName(placed)} has \`namespaceSelector: {}\`: every pod of every namespace ${direction === 'ingress' ? 'may open' : 'may be opened on'} ${ports(placed)}${words}`,
        ...spanAt(policy, peer, rule),
        help: 'name the namespace: `kubernetes.io/metadata.name: NAME`, and the pods by their labels',
      }
    }
  },
}
