// Reading typed values out of a tree. Each reader reports what is wrong at the value and answers `undefined`.
import type { BooleanNode, ListNode, MappingNode, Node, NumberNode, StringNode } from './node.ts'
import { fail, pathOf, type Value } from './report.ts'
import { didYouMean } from '../diag/suggest.ts'

function child(parent: Value, step: string | number, node: Node): Value {
  return { node, file: parent.file, report: parent.report, parent, step, key: undefined }
}

function described(node: Node): string {
  switch (node.kind) {
    case 'string':
      return 'a string'
    case 'number':
      return `the number \`${node.text}\``
    case 'boolean':
      return `the boolean \`${node.text}\``
    case 'null':
      return 'null'
    case 'list':
      return 'a list'
    case 'mapping':
      return 'a mapping'
  }
}

function wrongType(value: Value, wanted: string): undefined {
  const { node } = value
  const help =
    wanted === 'a string' && (node.kind === 'number' || node.kind === 'boolean')
      ? `quote it: \`"${node.text}"\``
      : wanted === 'a list' && node.kind === 'mapping'
        ? 'put `- ` before its first field'
        : undefined
  return fail(value, {
    code: 'wrong-type',
    message: `\`${pathOf(value) || 'the document'}\` must be ${wanted}, not ${described(node)}`,
    help,
  })
}

/** The field of a mapping; null counts as missing, as for the API server. */
export function field(parent: Value<MappingNode>, name: string): Value | undefined {
  const entry = parent.node.entries.get(name)
  if (!entry || entry.value.kind === 'null') return undefined
  return { ...child(parent, name, entry.value), key: entry.key }
}

/** The field of a mapping, reported when it is missing. */
export function required(parent: Value<MappingNode>, name: string): Value | undefined {
  const value = field(parent, name)
  if (value) return value
  // A key in the wrong case is reported as an unknown field: once is enough.
  const lower = name.toLowerCase()
  if ([...parent.node.entries.keys()].some((key) => key !== name && key.toLowerCase() === lower)) return undefined
  const path = pathOf(parent)
  const at = parent.node.entries.get(name)?.key ?? parent.key
  return fail(parent, {
    code: 'missing-field',
    message: `\`${path ? `${path}.` : ''}${name}\` is required`,
    ...(at && { at }),
  })
}

/** All fields of a mapping, nulls included. */
export function fields(parent: Value<MappingNode>): Value[] {
  return [...parent.node.entries].map(([name, entry]) => ({ ...child(parent, name, entry.value), key: entry.key }))
}

/** `undefined` for the empty string too, where the API server takes it as not given. */
export function given(value: Value | undefined): Value | undefined {
  return value?.node.kind === 'string' && value.node.value === '' ? undefined : value
}

export function isMapping(value: Value): value is Value<MappingNode> {
  return value.node.kind === 'mapping'
}

export function asMapping(value: Value | undefined): Value<MappingNode> | undefined {
  if (!value || isMapping(value)) return value
  return wrongType(value, 'a mapping')
}

/** The items of a list; missing is empty. An empty item (`-` alone) is reported and left out. */
export function items(value: Value | undefined): Value[] {
  if (!value) return []
  if (value.node.kind !== 'list') {
    wrongType(value, 'a list')
    return []
  }
  const list = value as Value<ListNode>
  return list.node.items.flatMap((node, i) => {
    const item = child(list, i, node)
    if (node.kind !== 'null') return value.report.full ? [] : [item]
    fail(item, { code: 'empty-item', message: `\`${pathOf(item)}\` is empty`, help: 'remove the item or write it out' })
    return []
  })
}

export function asString(value: Value | undefined): string | undefined {
  if (!value) return undefined
  if (value.node.kind === 'string') return (value as Value<StringNode>).node.value
  return wrongType(value, 'a string')
}

export function asBoolean(value: Value | undefined): boolean | undefined {
  if (!value) return undefined
  if (value.node.kind === 'boolean') return (value as Value<BooleanNode>).node.value
  return wrongType(value, 'true or false')
}

export function asInteger(value: Value | undefined): number | undefined {
  if (!value) return undefined
  if (value.node.kind === 'number' && Number.isInteger(value.node.value)) return (value as Value<NumberNode>).node.value
  return wrongType(value, 'an integer')
}

/** One of a few words, spelled exactly. */
export function asOneOf<T extends string>(value: Value | undefined, words: readonly T[]): T | undefined {
  const text = asString(value)
  if (value === undefined || text === undefined) return undefined
  const found = words.find((word) => word === text)
  if (found !== undefined) return found
  return fail(value, {
    code: 'unknown-value',
    message: `\`${pathOf(value)}\` must be one of ${words.map((word) => `\`${word}\``).join(', ')}, not \`${text}\``,
    help: didYouMean(text, words),
  })
}

/** Reports the fields of a mapping that its kind does not have. Case counts, as for the API server (S47). */
export function closed(value: Value<MappingNode>, known: readonly string[]): void {
  for (const [name, entry] of value.node.entries) {
    if (known.includes(name)) continue
    const path = pathOf(value)
    fail(value, {
      code: 'unknown-field',
      message: `unknown field \`${path ? `${path}.` : ''}${name}\``,
      at: entry.key,
      help: didYouMean(name, known),
    })
  }
}

/**
 * For a large schema of which we read little: a field that looks like a mistyped one is an error, any other
 * unknown field (perhaps newer than our list) a warning.
 */
export function familiar(value: Value<MappingNode>, known: readonly string[]): void {
  for (const [name, entry] of value.node.entries) {
    if (known.includes(name)) continue
    const help = didYouMean(name, known)
    fail(value, {
      severity: help === undefined ? 'warning' : 'error',
      code: help === undefined ? 'unfamiliar-field' : 'unknown-field',
      message: `unknown field \`${pathOf(value)}.${name}\``,
      at: entry.key,
      help: help ?? 'check its spelling; it has no effect here',
    })
  }
}
