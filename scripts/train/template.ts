// A small template language: one text both renders sentences for training and checks generated ones as a pattern.
//
//   [a|b|]       one of the alternatives (nestable; an empty one is allowed)
//   <name>       the value bound to `name`
//   <name:list>  pick from the word list `list`, and bind it to `name` for the rest of the text
import type { Random } from './random.ts'

type Node =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'choice'; readonly options: readonly (readonly Node[])[] }
  | { readonly kind: 'slot'; readonly name: string; readonly list: string | undefined }

export type Slots = Readonly<Record<string, string>>
export type Lists = Readonly<Record<string, readonly string[]>>

const parsed = new Map<string, readonly Node[]>()

function parse(template: string): readonly Node[] {
  const known = parsed.get(template)
  if (known) return known
  let at = 0
  const sequence = (inside: boolean): Node[] => {
    const nodes: Node[] = []
    let text = ''
    const flush = (): void => {
      if (text) nodes.push({ kind: 'text', text })
      text = ''
    }
    while (at < template.length) {
      const c = template[at]
      if (inside && (c === '|' || c === ']')) break
      at++
      if (c === '[') {
        flush()
        const options: Node[][] = []
        do options.push(sequence(true))
        while (template[at++] === '|')
        nodes.push({ kind: 'choice', options })
      } else if (c === '<') {
        flush()
        const end = template.indexOf('>', at)
        if (end < 0) throw new SyntaxError(`unclosed slot in: ${template}`)
        const [name = '', list] = template.slice(at, end).split(':')
        nodes.push({ kind: 'slot', name, list })
        at = end + 1
      } else text += c
    }
    if (inside && at >= template.length) throw new SyntaxError(`unclosed choice in: ${template}`)
    flush()
    return nodes
  }
  const nodes = sequence(false)
  parsed.set(template, nodes)
  return nodes
}

function listNamed(lists: Lists, name: string): readonly string[] {
  const list = lists[name]
  if (!list) throw new ReferenceError(`no word list ${name}`)
  return list
}

/** Renders one sentence; every choice is drawn from `random`. */
export function render(
  template: string,
  slots: Slots,
  source: { readonly random: Random; readonly lists: Lists },
): string {
  const bound: Record<string, string> = { ...slots }
  const walk = (nodes: readonly Node[]): string =>
    nodes
      .map((node) => {
        if (node.kind === 'text') return node.text
        if (node.kind === 'choice') return walk(source.random.pick(node.options))
        const value = bound[node.name]
        if (value !== undefined) return value
        if (node.list === undefined) throw new ReferenceError(`slot ${node.name} is not bound in: ${template}`)
        return (bound[node.name] = source.random.pick(listNamed(source.lists, node.list)))
      })
      .join('')
  return walk(parse(template))
}

const escape = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')

/** A regular expression (anchored source) that matches exactly the texts `render` can give for these slots. */
export function pattern(template: string, slots: Slots, lists: Lists): string {
  const bound = new Set<string>()
  const walk = (nodes: readonly Node[]): string =>
    nodes
      .map((node) => {
        if (node.kind === 'text') return escape(node.text)
        if (node.kind === 'choice') return `(?:${node.options.map(walk).join('|')})`
        const value = slots[node.name]
        if (value !== undefined) return escape(value)
        if (bound.has(node.name)) return `\\k<${node.name}>`
        bound.add(node.name)
        return `(?<${node.name}>${listNamed(lists, node.list ?? '')
          .map(escape)
          .join('|')})`
      })
      .join('')
  return `^${walk(parse(template))}$`
}
