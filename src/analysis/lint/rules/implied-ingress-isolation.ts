// A policy of egress rules that isolates for ingress too, since it does not say its types (S01).
import type { Edit } from '../../../diag/edit.ts'
import { lineEndAt } from '../../../diag/edit.ts'
import { type NetworkPolicy, policyName } from '../../../policy/network-policy.ts'
import { spanAt } from '../context.ts'
import type { Rule } from '../rule.ts'

/** A line `policyTypes: [Egress]` above `egress:`, where that has a line of its own. */
function statement({ egress = [] }: NetworkPolicy): Edit | undefined {
  const span = egress[0]?.span
  if (!span) return undefined
  const { file } = span
  const before = file.text.slice(0, span.start)
  const key = [...before.matchAll(/^([ \t]*)egress:[ \t]*(?:#[^\r\n]*)?\r?$/gm)].at(-1)
  if (!key) return undefined
  return {
    span: { file, start: key.index, end: key.index },
    text: `${key[1]}policyTypes: [Egress]${lineEndAt(file, key.index)}`,
  }
}

export const impliedIngressIsolation: Rule = {
  id: 'implied-ingress-isolation',
  title: 'a policy of egress rules denies all ingress too, since it does not say its types',
  severity: 'warning',
  fixable: true,
  *check({ policies }) {
    for (const policy of policies) {
      const { impliedTypes, ingress, egress } = policy
      if (!impliedTypes || ingress?.length !== 0 || !egress || egress.length === 0) continue
      const edit = statement(policy)
      yield {
        message: `${policyName(policy)} has egress rules only and no \`policyTypes\`: it isolates its pods for ingress too, and denies everything there`,
        ...spanAt(policy),
        help: 'write `policyTypes: [Egress]`, or `[Ingress, Egress]` if that is meant',
        ...(edit && { fix: { title: 'write `policyTypes: [Egress]`', edits: [edit], keepsMeaning: false } }),
      }
    }
  },
}
