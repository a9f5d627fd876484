// What a selector that matches nothing may have meant.

import type { Note } from '../../diag/diagnostic.ts'
import { nearest } from '../../diag/suggest.ts'
import { satisfies, type Selector } from '../../policy/selector.ts'
import type { Pod } from '../../policy/snapshot.ts'
import { podNames } from './pod-index.ts'

/** The pods that miss one condition only, and what they have instead. */
export function nearestLabels(selector: Selector, pods: readonly Pod[]): Note | undefined {
  for (const requirement of selector.requirements) {
    const others = selector.requirements.filter((one) => one !== requirement)
    const near = pods.filter(({ labels }) => others.every((one) => satisfies(labels, one)))
    const values = [...new Set(near.flatMap(({ labels }) => labels.get(requirement.key) ?? []))]
    const [wanted = ''] = requirement.values
    const value = others.length > 0 ? values[0] : nearest(wanted, values)
    if (value === undefined) continue
    const owners = near.filter(({ labels }) => labels.get(requirement.key) === value)
    const [first] = owners
    return {
      message: `${podNames(owners)} has \`${requirement.key}=${value}\``,
      ...(first?.span && { span: first.span }),
    }
  }
  return undefined
}
