// LabelSelector -> Selector in normal form.
import type { Requirement, Selector } from '../policy/selector.ts'
import { asMapping, asOneOf, asString, closed, field, fields, items, required } from './decode.ts'
import { checkLabelKey, checkLabelValue } from './names.ts'
import { fail, pathOf, spanOf, type Value } from './report.ts'

const OPERATORS = ['In', 'NotIn', 'Exists', 'DoesNotExist'] as const

/** A LabelSelector, its conditions all in one list (S14); missing (or null) stays `undefined`, which is not the same as `{}` (S08). */
export function asSelector(value: Value | undefined): Selector | undefined {
  const mapping = asMapping(value)
  if (!mapping) return undefined
  closed(mapping, ['matchLabels', 'matchExpressions'])
  const labels = asMapping(field(mapping, 'matchLabels'))
  return {
    requirements: [
      ...(labels ? fields(labels).flatMap(matchLabel) : []),
      ...items(field(mapping, 'matchExpressions')).flatMap(matchExpression),
    ],
  }
}

/** A map of labels that must all be there, as a Service selects by. */
export function asLabelMap(value: Value | undefined): Selector | undefined {
  const mapping = asMapping(value)
  return mapping && { requirements: fields(mapping).flatMap(matchLabel) }
}

/** An `In` with one value (S13): `""` requires the key with the empty value. */
function matchLabel(entry: Value): Requirement[] {
  const key = String(entry.step)
  checkLabelKey(key, entry)
  const text = asString(entry)
  if (text === undefined) return []
  checkLabelValue(text, entry)
  const range = entry.key ? { start: entry.key.start, end: entry.node.end } : entry.node
  return [{ key, operator: 'In', values: [text], span: spanOf(entry, range) }]
}

function matchExpression(value: Value): Requirement[] {
  const mapping = asMapping(value)
  if (!mapping) return []
  closed(mapping, ['key', 'operator', 'values'])
  const keyValue = required(mapping, 'key')
  const key = asString(keyValue)
  if (keyValue && key !== undefined) checkLabelKey(key, keyValue)
  const operator = asOneOf(required(mapping, 'operator'), OPERATORS)
  const list = field(mapping, 'values')
  const values = items(list).flatMap((item) => {
    const text = asString(item)
    if (text === undefined) return []
    checkLabelValue(text, item)
    return [text]
  })
  if (key === undefined || operator === undefined) return []
  const takesValues = operator === 'In' || operator === 'NotIn'
  if (takesValues && (list?.node.kind !== 'list' || list.node.items.length === 0)) {
    fail(list ?? mapping, {
      code: 'selector-values',
      message: `\`${pathOf(mapping)}\`: \`${operator}\` needs at least one value`,
    })
  } else if (!takesValues && list && values.length > 0) {
    fail(list, {
      code: 'selector-values',
      message: `\`${pathOf(list)}\`: \`${operator}\` takes no values`,
      help: 'remove `values`, or use `In` or `NotIn`',
    })
  }
  return [{ key, operator, values, span: spanOf(mapping) }]
}
