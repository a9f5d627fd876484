// Two peers where one was meant: a dash too many turns AND into OR (S09).
import type { Edit } from '../../../diag/edit.ts'
import { formatSelector } from '../../../policy/selector.ts'
import { ruleName, spanAt } from '../context.ts'
import type { Rule } from '../rule.ts'
import { type SplitPair, splitPairs } from '../split-peers.ts'

/** The dash of the second peer becomes a space. */
function join({ first, second }: SplitPair): Edit | undefined {
  const { span } = second
  if (!span || !first.span) return undefined
  const { text } = span.file
  const head = /(^|\n)([ \t]*)-([ \t]+)$/.exec(text.slice(0, span.start))
  if (!head || !/(^|\n)[ \t]*-[ \t]+$/.test(text.slice(0, first.span.start))) return undefined
  const dash = span.start - (head[3] as string).length - 1
  return { span: { file: span.file, start: dash, end: dash + 1 }, text: ' ' }
}

export const splitPeersRule: Rule = {
  id: 'split-peers',
  title: 'two peers where one was meant: namespaces and pods are alternatives',
  severity: 'warning',
  fixable: true,
  *check(context) {
    for (const placed of context.rules) {
      for (const pair of splitPairs(context, placed)) {
        const { first, second } = pair
        const edit = context.isRendered(placed.policy) ? undefined : join(pair)
        yield {
          message: `${ruleName(placed)} has every pod of namespaces \`${first.namespaces === 'own' ? '' : formatSelector(first.namespaces)}\` and, apart from that, pods \`${formatSelector(second.pods)}\` of its own namespace, which has none: most likely one peer with both was meant`,
          ...spanAt(placed.policy, second, placed.rule),
          help: 'write both selectors into one item: remove the dash before `podSelector`',
          ...(edit && { fix: { title: 'join the two peers', edits: [edit], keepsMeaning: false } }),
        }
      }
    }
  },
}
