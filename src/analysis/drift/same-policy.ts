// Which fields of two NetworkPolicies say something else; places and the order of lists say nothing.
import type { NetworkPolicy } from '../../policy/network-policy.ts'

export type PolicyField = 'podSelector' | 'ingress' | 'egress'

/** A text that is the same for values that mean the same: no spans, keys and lists sorted. */
function canonical(value: unknown): string {
  // An absent list and an empty one are different things to a policy (S03).
  if (value === undefined) return 'absent'
  if (Array.isArray(value)) return `[${value.map(canonical).sort().join(',')}]`
  if (typeof value === 'bigint') return `${value}n`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const entries = Object.entries(value).filter(([key, field]) => key !== 'span' && field !== undefined)
  return `{${entries
    .map(([key, field]) => `${key}:${canonical(field)}`)
    .sort()
    .join(',')}}`
}

/** Empty: they say the same. May name a field that is only written otherwise, never miss one that differs. */
export function differingFields(a: NetworkPolicy, b: NetworkPolicy): PolicyField[] {
  const pairs: readonly (readonly [PolicyField, unknown, unknown])[] = [
    ['podSelector', a.subject, b.subject],
    ['ingress', a.ingress, b.ingress],
    ['egress', a.egress, b.egress],
  ]
  return pairs.filter(([, x, y]) => canonical(x) !== canonical(y)).map(([field]) => field)
}
