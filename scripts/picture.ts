// Draws what a command printed as an SVG picture of a terminal: `FORCE_COLOR=1 npx moat up … | node scripts/picture.ts TITLE > FILE.svg`.
import { readFileSync } from 'node:fs'

const COLUMNS = 80
const CHARACTER = 8.4
const LINE = 18
const MARGIN = 16

/** SGR codes that the program uses, as attributes of a `tspan`. */
const STYLES: Readonly<Record<string, string>> = {
  '1': 'font-weight="bold" fill="#ffffff"',
  '2': 'fill="#8b949e"',
  '31': 'fill="#ff7b72"',
  '32': 'fill="#7ee787"',
  '33': 'fill="#e3b341"',
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

/** One line of text with escape sequences as `tspan` elements. */
function spans(line: string): string {
  let style = ''
  let out = ''
  // eslint-disable-next-line no-control-regex -- escape sequences are what is read here
  for (const [, code, text = ''] of `\u001b[0m${line}`.matchAll(/\u001b\[(\d+)m([^\u001b]*)/g)) {
    style = STYLES[code as string] ?? ''
    if (text !== '') out += `<tspan${style === '' ? '' : ` ${style}`}>${escaped(text)}</tspan>`
  }
  return out
}

const title = process.argv[2] ?? ''
const lines = [`\u001b[2m$ ${title}\u001b[22m`, '', ...readFileSync(0, 'utf8').trimEnd().split('\n')]
const width = Math.ceil(COLUMNS * CHARACTER + 2 * MARGIN)
const height = lines.length * LINE + 2 * MARGIN
const body = lines.map(
  (line, i) => `<text x="${MARGIN}" y="${MARGIN + (i + 0.8) * LINE}" xml:space="preserve">${spans(line)}</text>`,
)
process.stdout
  .write(`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">
<title>${escaped(title)}</title>
<rect width="100%" height="100%" rx="8" fill="#0d1117"/>
<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, monospace" font-size="14" fill="#c9d1d9">
${body.join('\n')}
</g>
</svg>
`)
