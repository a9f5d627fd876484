// What a parsed tree stands for, as a plain value.
import type { Node } from '../../src/parse/node.ts'

export function valueOf(node: Node): unknown {
  switch (node.kind) {
    case 'mapping':
      return Object.fromEntries([...node.entries].map(([key, entry]) => [key, valueOf(entry.value)]))
    case 'list':
      return node.items.map(valueOf)
    case 'null':
      return null
    default:
      return node.value
  }
}
