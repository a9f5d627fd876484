// A namespace asked for by a label that it does not have, although it goes by that name (S39).
import type { Edit } from '../../../diag/edit.ts'
import type { Requirement } from '../../../policy/selector.ts'
import { NAMESPACE_NAME_LABEL } from '../../../policy/snapshot.ts'
import { type LintContext, ruleName, spanAt } from '../context.ts'
import type { Rule } from '../rule.ts'

const KEYS = new Set(['name', 'namespace', 'ns', 'kubernetes.io/name', 'kubernetes.io/namespace'])

/** The namespace that is meant: there by that name, its labels known, and without this one; nor has any other it. */
function meant({ snapshot }: LintContext, { key, operator, values }: Requirement): string | undefined {
  const [name] = values
  if (!KEYS.has(key) || operator !== 'In' || values.length !== 1 || name === undefined) return undefined
  const namespace = snapshot.namespaces.get(name)
  if (!namespace?.declared || namespace.labels.has(key)) return undefined
  return [...snapshot.namespaces.values()].some(({ labels }) => labels.get(key) === name) ? undefined : name
}

/** Of a matchLabels entry: its key. */
function rename({ key, span }: Requirement): Edit | undefined {
  if (!span) return undefined
  const text = span.file.text.slice(span.start, span.end)
  const match = new RegExp(`^(["']?)${key.replaceAll('.', '\\.')}\\1\\s*:\\s`).exec(text)
  if (!match) return undefined
  const start = span.start + (match[1] as string).length
  return { span: { file: span.file, start, end: start + key.length }, text: NAMESPACE_NAME_LABEL }
}

export const namespaceNameLabel: Rule = {
  id: 'namespace-name-label',
  title: 'a namespace is asked for by a label that it does not have',
  severity: 'warning',
  fixable: true,
  *check(context) {
    for (const placed of context.rules) {
      for (const peer of placed.rule.peers === 'any' ? [] : placed.rule.peers) {
        if (peer.kind !== 'pods' || peer.namespaces === 'own') continue
        for (const requirement of peer.namespaces.requirements) {
          const name = meant(context, requirement)
          if (name === undefined) continue
          const edit = context.isRendered(placed.policy) ? undefined : rename(requirement)
          yield {
            message: `${ruleName(placed)} asks for namespaces with \`${requirement.key}=${name}\`, and namespace \`${name}\` has no label \`${requirement.key}\`: the peer means nobody`,
            ...spanAt(placed.policy, requirement, peer, placed.rule),
            help: `ask for \`${NAMESPACE_NAME_LABEL}: ${name}\`, which every namespace carries by itself`,
            ...(edit && { fix: { title: `ask for \`${NAMESPACE_NAME_LABEL}\``, edits: [edit], keepsMeaning: false } }),
          }
        }
      }
    }
  },
}
