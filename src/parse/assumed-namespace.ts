// S41: an object without a namespace beside objects that have one may be meant for any of them; it is said where it was put.
import type { ReadObject } from './objects.ts'
import type { Report } from './report.ts'

/** One warning for the whole input, at the first such object; none where no object names a namespace: a single one is meant. */
export function checkAssumedNamespaces(objects: readonly ReadObject[], assumed: string, report: Report): void {
  const placed = objects.filter(({ object }) => 'namespace' in object) // Namespaces and what else lies in none are left out
  const without = placed.filter(({ metadata }) => metadata.namespace === undefined)
  const elsewhere = placed.filter(({ metadata }) => metadata.namespace !== undefined && metadata.namespace !== assumed)
  const [first, ...rest] = without
  const [named] = elsewhere
  if (!first || !named) return
  const more = rest.length === 0 ? '' : `, nor have ${rest.length} more`
  report.add({
    severity: 'warning',
    code: 'namespace-assumed',
    message: `\`${first.metadata.name}\` has no namespace${more}: taken as in \`${assumed}\`, while others name theirs`,
    span: first.span,
    notes: [{ message: `this one is in \`${named.metadata.namespace}\``, span: named.span }],
    help: 'write `metadata.namespace`, as `kubectl -n` would set it',
  })
}
