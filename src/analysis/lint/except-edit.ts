// Adds blocks to the `except` of an ipBlock as it is written.
import { type Edit, lineEndAt } from '../../diag/edit.ts'
import type { Peer } from '../../policy/network-policy.ts'

/** `undefined` where the text has a form that a small edit does not fit. */
export function exceptEdit(
  { span, except }: Extract<Peer, { kind: 'ipBlock' }>,
  blocks: readonly string[],
): Edit | undefined {
  if (!span) return undefined
  const { file } = span
  const text = file.text.slice(span.start, span.end)
  const insert = (at: number, added: string): Edit => ({
    span: { file, start: span.start + at, end: span.start + at },
    text: added,
  })
  const flow = /\bexcept["']?:\s*\[([^\]]*)\]/.exec(text)
  if (flow) {
    const quoted = /["']/.exec(flow[1] ?? '')?.[0] ?? (blocks.some((block) => block.includes(':')) ? '"' : '')
    const added = blocks.map((block) => `${quoted}${block}${quoted}`).join(', ')
    const at = flow.index + flow[0].length - 1
    return insert(at, except.length === 0 ? added : `, ${added}`)
  }
  const eol = lineEndAt(file, span.start)
  const list = /^([ \t]*)except:[ \t]*(?:#[^\n]*)?\r?\n(?:[ \t]*(?:-[^\n]*|#[^\n]*)?(?:\n|$))*/m.exec(text)
  if (list) {
    const items = [...list[0].matchAll(/^([ \t]*)-[^\r\n]*/gm)]
    const last = items.at(-1)
    if (!last) return undefined
    const quote = /-\s*(["'])/.exec(last[0])?.[1] ?? (blocks.some((block) => block.includes(':')) ? '"' : '')
    const lines = blocks.map((block) => `${eol}${last[1]}- ${quote}${block}${quote}`)
    return insert(list.index + last.index + last[0].length, lines.join(''))
  }
  const cidr = /^([ \t]*)cidr:[ \t]*[^\s#]+[^\r\n]*/m.exec(text)
  if (except.length > 0 || !cidr) return undefined
  const quote = blocks.some((block) => block.includes(':')) ? '"' : ''
  const lines = [`${cidr[1]}except:`, ...blocks.map((block) => `${cidr[1]}- ${quote}${block}${quote}`)]
  return insert(cidr.index + cidr[0].length, lines.map((line) => `${eol}${line}`).join(''))
}
