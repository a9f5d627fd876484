// Label selectors in normal form, and what they match.
import type { Span } from '../diag/source.ts'

/** Label keys to values. */
export type Labels = ReadonlyMap<string, string>

/** One condition on one key. `NotIn` and `DoesNotExist` hold when the key is absent (S12). */
export interface Requirement {
  readonly key: string
  readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist'
  /** For `In` and `NotIn`: at least one value. Otherwise empty. */
  readonly values: readonly string[]
  readonly span?: Span
}

/**
 * Conditions that must all hold (S14); a matchLabels entry is an `In` with one value (S13).
 * An empty list matches everything (S08). A missing selector is not a Selector: its owner says what missing means.
 */
export interface Selector {
  readonly requirements: readonly Requirement[]
}

export const EVERYTHING: Selector = { requirements: [] }

/** True when the labels satisfy one requirement. */
export function satisfies(labels: Labels, requirement: Requirement): boolean {
  const value = labels.get(requirement.key)
  switch (requirement.operator) {
    case 'In':
      return value !== undefined && requirement.values.includes(value)
    case 'NotIn': // S12
      return value === undefined || !requirement.values.includes(value)
    case 'Exists':
      return value !== undefined
    case 'DoesNotExist': // S12
      return value === undefined
  }
}

/** True when the labels satisfy every requirement (S14). */
export function matches(selector: Selector, labels: Labels): boolean {
  return selector.requirements.every((requirement) => satisfies(labels, requirement))
}

/** `app=web,tier in (a,b),!debug`, as kubectl prints it; everything prints as `all`. */
export function formatSelector(selector: Selector): string {
  if (selector.requirements.length === 0) return 'all'
  return selector.requirements.map(formatRequirement).join(',')
}

function formatRequirement({ key, operator, values }: Requirement): string {
  switch (operator) {
    case 'In':
      return values.length === 1 ? `${key}=${values[0]}` : `${key} in (${values.join(',')})`
    case 'NotIn':
      return values.length === 1 ? `${key}!=${values[0]}` : `${key} notin (${values.join(',')})`
    case 'Exists':
      return key
    case 'DoesNotExist':
      return `!${key}`
  }
}
