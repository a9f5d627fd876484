// From js-yaml's events to trees: keys as strings, anchors, merges and limits; nothing here throws.
import { COLLECTION_STYLE, EVENT_ID, getScalarValue, SCALAR_STYLE, type Event, type ScalarEvent } from 'js-yaml'
import type { ParseCode } from './codes.ts'
import { plainValue } from './dialect.ts'
import { closingBracket, emptyPlace } from './gaps.ts'
import type { Entry, ListNode, MappingNode, Node, Range } from './node.ts'

/** At the top of a document a key that is there twice mostly is the first line of the next object. */
const JOINED = '; between two objects, as between files that were joined, goes a line `---`'

/** What composing found wrong, in offsets of the file. */
export interface ComposeProblem {
  readonly code: ParseCode
  readonly message: string
  readonly at: Range
  readonly first?: Range
  readonly help?: string
}

/** One chunk of a file: `text` stands at `offset` of the file. Ranges are of the file, not of the chunk. */
export interface Chunk {
  readonly text: string
  readonly offset: number
  report(problem: ComposeProblem): void
}

const MAX_ALIASES = 1_000
/** How many nodes all aliases of a document may stand for together. */
const MAX_ALIASED_NODES = 100_000

const TAG = 'tag:yaml.org,2002:'

interface Building {
  readonly node:
    | { kind: 'list'; items: Node[] }
    | { kind: 'mapping'; entries: Map<string, Entry> }
    | { kind: 'document' }
  start: number
  /** In brackets. */
  flow: boolean
  anchor: string | undefined
  /** Nodes in this collection, aliases expanded. */
  size: number
  key: { text: string | undefined; range: Range; merge: boolean } | undefined
  merges: { node: Node; range: Range }[]
}

interface Anchored {
  readonly node: Node
  readonly size: number
}

/** The documents of one chunk; an empty one is a null. */
export function compose(events: readonly Event[], chunk: Chunk): Node[] {
  const report = (problem: ComposeProblem) => chunk.report(problem)
  const documents: Node[] = []
  const stack: Building[] = []
  let anchors = new Map<string, Anchored | 'open'>()
  let aliases = 0
  let aliased = 0
  let last = chunk.offset

  const slice = (start: number, end: number) => (start === -1 ? undefined : chunk.text.slice(start, end))

  const add = (node: Node, size: number, style: 'plain' | 'other') => {
    const parent = stack.at(-1)
    if (!parent) return
    parent.size += size
    switch (parent.node.kind) {
      case 'document':
        documents.push(node)
        break
      case 'list':
        parent.node.items.push(node)
        break
      case 'mapping':
        if (parent.key === undefined) {
          parent.key = { text: keyText(node, report), range: node, merge: style === 'plain' && isMerge(node) }
        } else {
          const { text, range, merge } = parent.key
          parent.key = undefined
          if (merge) parent.merges.push({ node, range })
          else if (text !== undefined) addEntry(parent.node.entries, text, { key: range, value: node })
        }
    }
  }

  const addEntry = (entries: Map<string, Entry>, text: string, entry: Entry) => {
    const first = entries.get(text)
    if (!first) {
      entries.set(text, entry)
      return
    }
    report({
      code: 'duplicate-key',
      message: `\`${text}\` is given twice in one mapping`,
      at: entry.key,
      first: first.key,
      help: `remove one of the two: kubectl silently keeps the last${stack.length === 2 ? JOINED : ''}`,
    })
  }

  for (const event of events) {
    switch (event.type) {
      case EVENT_ID.DOCUMENT:
        anchors = new Map()
        aliases = 0
        aliased = 0
        stack.push(building({ kind: 'document' }, { start: last, flow: false, anchor: undefined }))
        break
      case EVENT_ID.SCALAR: {
        const node = scalar(event, chunk, last)
        last = Math.max(last, node.end)
        const anchor = slice(event.anchorStart, event.anchorEnd)
        if (anchor !== undefined) anchors.set(anchor, { node, size: 1 })
        add(node, 1, event.style === SCALAR_STYLE.PLAIN ? 'plain' : 'other')
        break
      }
      case EVENT_ID.SEQUENCE:
      case EVENT_ID.MAPPING: {
        const isList = event.type === EVENT_ID.SEQUENCE
        const start = chunk.offset + event.start
        const flow = event.style === COLLECTION_STYLE.FLOW
        last = Math.max(last, flow ? start + 1 : start)
        const tag = slice(event.tagStart, event.tagEnd)
        if (tag !== undefined && tag !== '!' && tagName(tag) !== (isList ? 'seq' : 'map')) {
          report(unknownTag(tag, { start: chunk.offset + event.tagStart, end: chunk.offset + event.tagEnd }))
        }
        const anchor = slice(event.anchorStart, event.anchorEnd)
        if (anchor !== undefined) anchors.set(anchor, 'open')
        stack.push(
          building(isList ? { kind: 'list', items: [] } : { kind: 'mapping', entries: new Map() }, {
            start,
            flow,
            anchor,
          }),
        )
        break
      }
      case EVENT_ID.ALIAS: {
        const at = { start: chunk.offset + event.anchorStart - 1, end: chunk.offset + event.anchorEnd }
        last = Math.max(last, at.end)
        const name = chunk.text.slice(event.anchorStart, event.anchorEnd)
        const target = anchors.get(name)
        const empty: Anchored = { node: { kind: 'null', ...at }, size: 1 }
        let found = empty
        if (target === undefined) {
          report({ code: 'unknown-alias', message: `no anchor \`&${name}\` stands before \`*${name}\``, at })
        } else if (target === 'open') {
          report({ code: 'unknown-alias', message: `\`*${name}\` stands inside its own anchor`, at })
        } else {
          found = target
        }
        aliases += 1
        aliased += found.size
        if (aliases === MAX_ALIASES + 1 || (aliased > MAX_ALIASED_NODES && aliased - found.size <= MAX_ALIASED_NODES)) {
          report({
            code: 'too-many-aliases',
            message: `the aliases of this document stand for more than ${aliases > MAX_ALIASES ? `${MAX_ALIASES} places` : `${MAX_ALIASED_NODES} values`}`,
            at,
            help: 'write the values out',
          })
        }
        if (aliases > MAX_ALIASES || aliased > MAX_ALIASED_NODES) found = empty
        add(found.node, found.size, 'other')
        break
      }
      case EVENT_ID.POP: {
        const top = stack.pop()
        if (!top || top.node.kind === 'document') break
        if (top.flow) last = chunk.offset + closingBracket(chunk.text, last - chunk.offset)
        const node = finish(top, last, report)
        if (node.kind === 'list' || node.kind === 'mapping') last = Math.max(last, node.end)
        if (top.anchor !== undefined) anchors.set(top.anchor, { node, size: top.size })
        add(node, top.size, 'other')
      }
    }
  }
  return documents
}

function building(node: Building['node'], at: Pick<Building, 'start' | 'flow' | 'anchor'>): Building {
  return { node, ...at, size: 1, key: undefined, merges: [] }
}

function finish(top: Building, end: number, report: (problem: ComposeProblem) => void): Node {
  const range = { start: top.start, end: Math.max(end, top.start + 1) }
  if (top.node.kind === 'list') return { kind: 'list', items: top.node.items, ...range } satisfies ListNode
  const entries = top.node.kind === 'mapping' ? top.node.entries : new Map<string, Entry>()
  for (const { node, range: key } of top.merges) merge(entries, { node, key, report })
  return { kind: 'mapping', entries, ...range } satisfies MappingNode
}

/** `<<`: keys that are not there yet come from the merged mappings, of which the first has precedence. */
function merge(
  entries: Map<string, Entry>,
  from: { node: Node; key: Range; report: (problem: ComposeProblem) => void },
): void {
  const sources = from.node.kind === 'list' ? from.node.items : [from.node]
  for (const source of sources) {
    if (source.kind !== 'mapping') {
      from.report({ code: 'invalid-merge', message: '`<<` merges mappings only', at: from.key })
      return
    }
    for (const [key, entry] of source.entries) if (!entries.has(key)) entries.set(key, entry)
  }
}

function isMerge(node: Node): boolean {
  return node.kind === 'string' && node.value === '<<'
}

function keyText(node: Node, report: (problem: ComposeProblem) => void): string | undefined {
  switch (node.kind) {
    case 'string':
      return node.value
    case 'number':
    case 'boolean':
      return String(node.value)
    default:
      report({
        code: 'invalid-key',
        message: `a key must be a string, not ${node.kind === 'null' ? 'empty' : `a ${node.kind}`}`,
        at: node,
      })
      return undefined
  }
}

function tagName(tag: string): string | undefined {
  if (tag.startsWith('!!')) return tag.slice(2)
  if (tag.startsWith(`!<${TAG}`)) return tag.slice(2 + TAG.length, -1)
  return undefined
}

function unknownTag(tag: string, at: Range): ComposeProblem {
  return { code: 'unknown-tag', message: `the tag \`${tag}\` has no meaning in a manifest`, at, help: 'remove the tag' }
}

/** Where a scalar stands in the chunk, its quotes included; `last` is the end of what was read before it. */
function placeOf(event: ScalarEvent, text: string, last: number): Range {
  const { valueStart: start, valueEnd: end, style } = event
  if (start === -1) return emptyPlace(text, event.tagEnd === -1 ? last : event.tagEnd)
  if (style === SCALAR_STYLE.SINGLE_QUOTED || style === SCALAR_STYLE.DOUBLE_QUOTED) {
    return { start: start - 1, end: end + 1 }
  }
  // A block scalar without lines stands where its indicator ends.
  return start === end ? { start: start - 1, end } : { start, end }
}

function scalar(event: ScalarEvent, chunk: Chunk, last: number): Node {
  const text = getScalarValue(chunk.text, event)
  const range = shifted(placeOf(event, chunk.text, last - chunk.offset), chunk.offset)
  const value = event.style === SCALAR_STYLE.PLAIN ? plainValue(text) : text
  if (event.tagStart === -1) return typed(value, text, range)
  const tag = chunk.text.slice(event.tagStart, event.tagEnd)
  const untagged = plainValue(text)
  switch (tag === '!' ? 'str' : tagName(tag)) {
    case 'str':
      return { kind: 'string', value: text, ...range }
    case 'null':
      if (untagged === null) return { kind: 'null', ...range }
      break
    case 'int':
    case 'float':
      if (typeof untagged === 'number') return typed(untagged, text, range)
      break
    case 'bool':
      if (typeof untagged === 'boolean') return typed(untagged, text, range)
      break
    default:
  }
  chunk.report(unknownTag(tag, { start: chunk.offset + event.tagStart, end: chunk.offset + event.tagEnd }))
  return { kind: 'string', value: text, ...range }
}

function shifted({ start, end }: Range, offset: number): Range {
  return { start: start + offset, end: end + offset }
}

function typed(value: string | number | boolean | null, text: string, range: Range): Node {
  if (value === null) return { kind: 'null', ...range }
  if (typeof value === 'string') return { kind: 'string', value, ...range }
  if (typeof value === 'number') return { kind: 'number', value, text, ...range }
  return { kind: 'boolean', value, text, ...range }
}
