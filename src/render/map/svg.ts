// The map as a picture: a matrix as SVG, workloads that answer alike together where there are many, else namespaces.
import type { ReachMap } from '../../analysis/map/map.ts'
import { displayWidth, shorten } from '../styled-text.ts'
import { type PageData, pageData } from './page/data.ts'
import { type Cell, type Mark, modelOf } from './page/model.ts'

const MOST_MARKS = 60
const LONGEST = 34
const CHARACTER = 6.9
const MARGIN = 24
const HEAD = 64
const LEGEND = 44

const SIGNS: Readonly<Record<Exclude<Cell['level'], 'mixed'>, string>> = {
  all: '●',
  some: '◐',
  depends: '?',
  none: '·',
}
const MEANINGS: Readonly<Record<Cell['level'], string>> = {
  all: 'every port',
  some: 'some ports',
  depends: 'left open by Kubernetes',
  mixed: 'share of pairs that are open',
  none: 'denied',
}

const STYLE = `
svg { --paper: #ffffff; --ink: #14202e; --soft: #55657a; --line: #e3e8f0; --all: #c2410c; --all-bg: #ffe2cc; --some: #0f6b5c; --some-bg: #cdeee6; --depends: #6b3fa0; --depends-bg: #e8defa; --mixed-bg: #9cc9f5; --none: #8a97a8; }
@media (prefers-color-scheme: dark) { svg { --paper: #0e141c; --ink: #e6edf5; --soft: #9fb0c4; --line: #243040; --all: #ffb27d; --all-bg: #55290f; --some: #7fe0cd; --some-bg: #0f4238; --depends: #cdb4ff; --depends-bg: #3a2763; --mixed-bg: #1d4f80; --none: #76869b; } }
text { font: 12px ui-sans-serif, system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; fill: var(--ink); }
.title { font-size: 20px; font-weight: 700; } .soft { fill: var(--soft); } .ns { fill: var(--soft); }
.grid { stroke: var(--line); } .paper { fill: var(--paper); } .cell { text-anchor: middle; font-size: 11px; }
.all rect { fill: var(--all-bg); } .all text { fill: var(--all); } .some rect { fill: var(--some-bg); } .some text { fill: var(--some); }
.depends rect { fill: var(--depends-bg); } .depends text { fill: var(--depends); } .mixed rect { fill: var(--mixed-bg); } .none rect { fill: none; } .none text { fill: var(--none); }`

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}

/** The name, cut to fit, its namespace set back. */
function nameSpans(mark: Mark): string {
  const name = shorten(mark.label, LONGEST)
  const slash = mark.namespace !== '' && name.startsWith(`${mark.namespace}/`) ? mark.namespace.length + 1 : 0
  return `<tspan class="ns">${escaped(name.slice(0, slash))}</tspan>${escaped(name.slice(slash))}`
}

/** What a cell says: the ports where there is room for them, else a sign. */
function cellText(cell: Cell, data: PageData, room: number): string {
  if (cell.level === 'mixed') return `${Math.round(cell.share * 100)}${room > 30 ? '%' : ''}`
  const [only] = cell.links
  const link = only === undefined ? undefined : data.links[only]
  const text = link?.allowed === '' ? `? ${link.depends[0]?.connections ?? ''}` : (link?.allowed ?? '')
  const fits = cell.links.length === 1 && (link?.depends.length ?? 0) <= 1 && displayWidth(text) * CHARACTER + 8 <= room
  return fits ? text : SIGNS[cell.level]
}

interface Layout {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
}

export function mapSvg(map: ReachMap, title = 'Who can reach what'): string {
  const data = pageData(map, title)
  const model = modelOf(data)
  const grouping = model.bestGrouping(MOST_MARKS)
  const marks = model.marks(grouping)
  const names = marks.map(({ label }) => displayWidth(shorten(label, LONGEST)) * CHARACTER)
  const longest = Math.max(90, ...names)
  const isRoomy = marks.length <= 12
  const at: Layout = {
    left: MARGIN + longest + 14,
    top: HEAD + (isRoomy ? 46 : longest + 16),
    width: isRoomy ? 118 : 26,
    height: isRoomy ? 34 : 24,
  }
  const width = Math.ceil(Math.max(at.left + marks.length * at.width + MARGIN, 700))
  const height = Math.ceil(at.top + marks.length * at.height + LEGEND + MARGIN)
  const columns = marks.map((mark, x) => {
    const middle = at.left + (x + 0.5) * at.width
    const whole = `<title>${escaped(mark.label)}</title>`
    if (isRoomy) {
      const room = Math.floor((at.width - 6) / CHARACTER)
      const slash = mark.namespace === '' ? 0 : mark.namespace.length + 1
      const short = shorten(mark.label.slice(slash), room)
      const above =
        slash === 0
          ? ''
          : `<text class="soft" text-anchor="middle" x="${middle}" y="${at.top - 24}">${escaped(shorten(mark.namespace, room))}</text>`
      return `${above}<text text-anchor="middle" x="${middle}" y="${at.top - 9}">${whole}${escaped(short)}</text>`
    }
    return `<text transform="translate(${middle + 4} ${at.top - 8}) rotate(-90)">${whole}${nameSpans(mark)}</text>`
  })
  const rows = marks.map((row, y) => {
    const top = at.top + y * at.height
    const isFirst = row.namespace !== marks[y - 1]?.namespace
    const line = isFirst ? `<path class="grid" d="M${MARGIN} ${top}H${at.left + marks.length * at.width}"/>` : ''
    const label = `<text text-anchor="end" x="${at.left - 10}" y="${top + at.height / 2 + 4}"><title>${escaped(row.label)}</title>${nameSpans(row)}</text>`
    const cells = marks.map((column, x) => {
      const cell = model.cell(row, column)
      const left = at.left + x * at.width
      const opacity = cell.level === 'mixed' ? ` fill-opacity="${(0.15 + cell.share * 0.85).toFixed(2)}"` : ''
      const box =
        cell.level === 'none'
          ? ''
          : `<rect x="${left + 2}" y="${top + 2}" width="${at.width - 4}" height="${at.height - 4}" rx="6"${opacity}/>`
      const text = `<text class="cell" x="${left + at.width / 2}" y="${top + at.height / 2 + 4}">${escaped(cellText(cell, data, at.width - 8))}</text>`
      const told =
        cell.level === 'none' || cell.level === 'mixed'
          ? ''
          : cell.links.map((index) => data.links[index]?.allowed).join(', ')
      return `<g class="${cell.level}"><title>${escaped(`${row.label} → ${column.label}: ${told === '' ? MEANINGS[cell.level] : told}`)}</title>${box}${text}</g>`
    })
    return line + label + cells.join('')
  })
  const levels = (['all', 'some', 'depends', 'mixed', 'none'] as const).filter(
    (level) => level !== 'mixed' || grouping === 'namespace',
  )
  let x = MARGIN
  const legend = levels.map((level) => {
    const top = height - LEGEND + 4
    const box = level === 'none' ? '' : `<rect x="${x}" y="${top}" width="22" height="22" rx="6"/>`
    const item = `<g class="${level}">${box}<text class="cell" x="${x + 11}" y="${top + 15}">${level === 'mixed' ? '%' : SIGNS[level]}</text></g><text class="soft" x="${x + 30}" y="${top + 15}">${MEANINGS[level]}</text>`
    x += 50 + displayWidth(MEANINGS[level]) * CHARACTER
    return item
  })
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">
<title>${escaped(title)}</title>
<style>${STYLE}</style>
<rect class="paper" width="100%" height="100%" rx="12"/>
<text class="title" x="${MARGIN}" y="38">${escaped(title)}</text>
<text class="soft" x="${MARGIN}" y="58">sources in rows, destinations in columns; profile ${escaped(map.profile)}</text>
${columns.join('\n')}
${rows.join('\n')}
${legend.join('\n')}
</svg>
`
}
