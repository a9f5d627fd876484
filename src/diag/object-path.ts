// Where in an object of a cluster an offset of its JSON text lies: `.spec.ingress[0].from`.

type Level = { readonly kind: 'map'; key?: string } | { readonly kind: 'list'; index: number }

/** The path of the value or key at an offset; empty for the whole object. */
export function objectPath(text: string, offset: number): string {
  const levels: Level[] = []
  for (let at = 0; at <= offset && at < text.length; at++) {
    const top = levels.at(-1)
    switch (text[at]) {
      case '"': {
        const end = stringEnd(text, at)
        // A string is a key unless the map has its key already: then it is the value.
        if (top?.kind === 'map' && top.key === undefined) top.key = JSON.parse(text.slice(at, end + 1)) as string
        at = end
        break
      }
      case '{':
        if (at < offset) levels.push({ kind: 'map' })
        break
      case '[':
        if (at < offset) levels.push({ kind: 'list', index: 0 })
        break
      case '}':
      case ']':
        if (at < offset) levels.pop()
        break
      case ',':
        if (top?.kind === 'list') top.index++
        else if (top) delete top.key
        break
    }
  }
  return levels.map(step).join('')
}

function step(level: Level): string {
  if (level.kind === 'list') return `[${level.index}]`
  if (level.key === undefined) return ''
  return /^[A-Za-z_][\w-]*$/.test(level.key) ? `.${level.key}` : `[${JSON.stringify(level.key)}]`
}

/** The offset of the quote that ends the string which starts at an offset. */
function stringEnd(text: string, start: number): number {
  let at = start + 1
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1
  return at
}
