// The tree of one YAML or JSON document: values in kubectl's dialect, each with its place in the text.

/** Offsets into the file's text, in UTF-16 units; `end` is exclusive. */
export interface Range {
  readonly start: number
  readonly end: number
}

export interface StringNode extends Range {
  readonly kind: 'string'
  readonly value: string
}

/** `text` is the scalar as written: `010` has the value 8. */
export interface NumberNode extends Range {
  readonly kind: 'number'
  readonly value: number
  readonly text: string
}

export interface BooleanNode extends Range {
  readonly kind: 'boolean'
  readonly value: boolean
  readonly text: string
}

/** Also stands for a value that is not there: `key:` with nothing behind it. */
export interface NullNode extends Range {
  readonly kind: 'null'
}

export interface ListNode extends Range {
  readonly kind: 'list'
  readonly items: readonly Node[]
}

export interface Entry {
  readonly key: Range
  readonly value: Node
}

/** Keys in the order of the text; a key that is not a string has become one (`on:` is `true`). */
export interface MappingNode extends Range {
  readonly kind: 'mapping'
  readonly entries: ReadonlyMap<string, Entry>
}

export type Node = StringNode | NumberNode | BooleanNode | NullNode | ListNode | MappingNode
