// Addresses that an `except` takes out and another rule lets through: `except` is no denial (S23).
import { type Peer, policyName } from '../../../policy/network-policy.ts'
import { addressesOf } from '../../../engine/match.ts'
import { type Cidr, formatCidr } from '../../../sets/ip-address.ts'
import { ipSetOf, isAddressSubset } from '../../../sets/ip-set.ts'
import { intersectBoxes } from '../../../sets/label-set.ts'
import { subjectBox } from '../../universe.ts'
import { type LintContext, type PlacedRule, ruleName, ruleWords, spanAt } from '../context.ts'
import { overlapPorts } from '../ports.ts'
import type { Rule } from '../rule.ts'
import { opensEverything } from '../shape.ts'

interface Other {
  readonly placed: PlacedRule
  readonly peer: Peer | 'any'
}

/** A rule for these pods, direction and ports that lets the whole block through after all. */
function readds(placed: PlacedRule, hole: Cidr, others: readonly Other[]): Other | undefined {
  const box = subjectBox(placed.policy)
  return others.find(({ placed: other, peer }) => {
    if (!overlapPorts(placed.rule.ports, other.rule.ports)) return false
    if (peer !== 'any' && (peer.kind !== 'ipBlock' || !isAddressSubset(ipSetOf(hole), addressesOf(peer)))) return false
    const theirs = subjectBox(other.policy)
    return box !== undefined && theirs !== undefined && intersectBoxes(box, theirs) !== undefined
  })
}

function othersOf(rules: readonly PlacedRule[]): Other[] {
  return rules.flatMap((placed): Other[] => {
    const { peers } = placed.rule
    if (peers === 'any') return opensEverything(placed.rule) ? [] : [{ placed, peer: 'any' }]
    return peers.flatMap((peer) => (peer.kind === 'ipBlock' ? [{ placed, peer }] : []))
  })
}

function groups(context: LintContext): Iterable<readonly PlacedRule[]> {
  return Map.groupBy(context.rules, ({ policy, direction }) => `${direction} ${policy.namespace}`).values()
}

export const exceptReadded: Rule = {
  id: 'except-readded',
  title: 'addresses that an `except` takes out are let through by another rule',
  severity: 'warning',
  *check(context) {
    for (const rules of groups(context)) {
      const others = othersOf(rules)
      for (const placed of rules) {
        const { policy, rule } = placed
        for (const peer of rule.peers === 'any' ? [] : rule.peers) {
          if (peer.kind !== 'ipBlock') continue
          for (const hole of peer.except) {
            const by = readds(
              placed,
              hole,
              others.filter((one) => one.peer !== peer),
            )
            if (!by) continue
            yield {
              message: `\`except\` takes \`${formatCidr(hole)}\` out of \`${formatCidr(peer.cidr)}\` in ${ruleName(placed)}, but another rule lets it through: rules add up, and \`except\` denies nothing`,
              ...spanAt(policy, peer, rule),
              notes: [
                {
                  message: `${ruleWords(by.placed)} of ${policyName(by.placed.policy)} lets it through`,
                  ...spanAt(by.placed.policy, by.peer === 'any' ? undefined : by.peer, by.placed.rule),
                },
              ],
              help: 'take it out of the other rule too, or remove the `except`',
            }
          }
        }
      }
    }
  },
}
