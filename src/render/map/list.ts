// The map as a list: from whom, to whom, which connections; what is denied is not listed.
import { foldLinks, type Row } from '../../analysis/map/fold.ts'
import type { ReachMap } from '../../analysis/map/map.ts'
import { type DependsReason, REASON_TEXT } from '../../engine/reach.ts'
import { displayWidth, type Line, pad, piece, type Style, visible } from '../styled-text.ts'
import { table } from '../table.ts'
import { type Exposure } from '../../analysis/map/exposure.ts'
import { WAY_IN_TEXT, type WayIn } from '../../analysis/map/ways-in.ts'
import { heldWords, openWords, whoWords } from './exposed.ts'
import { connectionWords, type Words, wordsOf } from './words.ts'

export interface ListOptions {
  /** Terminal cells; the default is 100. */
  readonly width?: number
  /** Most names of endpoints in one cell; the rest is counted. */
  readonly names?: number
}

const GAP = 2
const MOST_NAMES = 6
const MOST_BLOCKS = 8
const TITLES = ['FROM', 'TO', 'CONNECTIONS'] as const

interface Part {
  readonly text: string
  /** No blank before it on the same line. */
  readonly glued: boolean
}

/** A word that is wider than `cells` may break behind a comma in its braces: `shop/{cart,web}`. */
function partsOf(word: string, cells: number): Part[] {
  const parts = displayWidth(word) > cells && word.includes('{') ? word.split(/(?<=,)/) : [word]
  return parts.map((text, index) => ({ text, glued: index > 0 }))
}

/** Words broken into lines of at most `cells`, a comma behind each but the last; what is longer keeps its line. */
function broken(words: readonly string[], cells: number): string[] {
  const parts = words.flatMap((word, index) => partsOf(index === words.length - 1 ? word : `${word},`, cells))
  const lines: string[] = []
  let line = ''
  for (const { text, glued } of parts) {
    const longer = line === '' ? text : `${line}${glued ? '' : ' '}${text}`
    if (line !== '' && displayWidth(longer) > cells) {
      lines.push(line)
      line = text
    } else line = longer
  }
  return [...lines, line]
}

interface Entry {
  readonly cells: readonly [readonly string[], readonly string[], readonly string[]]
  readonly style: Style | undefined
}

function entryOf(row: Row, words: Words, names: number): Entry {
  const connections = connectionWords(row.connections, row.families)
  return {
    cells: [words.set(row.sources, names), words.set(row.destinations, names), [connections]],
    style: row.reason === undefined ? undefined : 'attention',
  }
}

/** Column widths: the last as wide as it needs, the others share the rest in the ratio of what they need. */
function widthsOf(entries: readonly Entry[], width: number): [number, number, number] {
  const need = (column: 0 | 1 | 2): number =>
    Math.max(
      TITLES[column].length,
      ...entries.map(({ cells }) => Math.min(width, displayWidth(cells[column].join(', ')))),
    )
  const [from, to, last] = [need(0), need(1), Math.min(need(2), Math.floor(width / 3))]
  const room = width - last - 2 * GAP
  if (from + to <= room) return [from, to, last]
  const half = Math.floor(room / 2)
  // What cannot be broken gets its column, if the other one has room for its own.
  const least = (column: 0 | 1): number =>
    Math.max(
      0,
      ...entries.flatMap(({ cells }) =>
        cells[column].flatMap((word, at, all) =>
          partsOf(at === all.length - 1 ? word : `${word},`, 0).map(({ text }) => displayWidth(text)),
        ),
      ),
    )
  const [leastFrom, leastTo] = [least(0), least(1)]
  if (from > half && to > half && leastFrom + leastTo <= room) {
    const wide = Math.max(leastFrom, Math.min(half, room - leastTo))
    return [wide, room - wide, last]
  }
  if (from <= half) return [from, room - from, last]
  if (to <= half) return [room - to, to, last]
  return [half, room - half, last]
}

function tableLines(entries: readonly Entry[], widths: readonly [number, number, number]): Line[] {
  const gap = piece(' '.repeat(GAP))
  return entries.flatMap(({ cells, style }) => {
    const columns = cells.map((words, index) => broken(words, widths[index] ?? 0))
    const height = Math.max(...columns.map(({ length }) => length))
    return Array.from({ length: height }, (_, at): Line => {
      const [from = '', to = '', last = ''] = columns.map((lines) => lines[at] ?? '')
      return [...pad([piece(from)], widths[0]), gap, ...pad([piece(to)], widths[1]), gap, piece(last, style)]
    })
  })
}

function plural(count: number, one: string): string {
  return `${count} ${one}${count === 1 ? '' : 's'}`
}

function heading(map: ReachMap, { places }: Words): Line {
  const pods = map.endpoints.filter((one) => one.kind === 'pods')
  const bare = pods.filter(({ owner }) => owner === 'Pod').length
  const owners = new Set(
    pods.filter(({ owner }) => owner !== 'Pod').map((one) => `${one.namespace}/${one.name}/${one.owner}`),
  ).size
  const what = [
    ...(owners > 0 || bare === 0 ? [plural(owners, 'workload')] : []),
    ...(bare > 0 ? [plural(bare, 'pod')] : []),
  ]
  const text = `${what.join(' and ')} in ${plural(places.byNamespace.size, 'namespace')}, profile ${map.profile}; what is not listed is denied`
  return [piece(text, 'muted')]
}

/** Who has no way in or out at all, and what the short names mean. */
function notes(map: ReachMap, rows: readonly Row[], { words, width }: { words: Words; width: number }): Line[] {
  const [reached, reaching] = [
    new Set(rows.flatMap((row) => row.destinations)),
    new Set(rows.flatMap((row) => row.sources)),
  ]
  const lines: Line[] = []
  const note = (label: string, ids: readonly number[]): void => {
    if (ids.length === 0) return
    const [first = '', ...rest] = broken(words.set(ids, MOST_NAMES), width - displayWidth(label) - 2)
    lines.push([piece(`${label}: `, 'muted'), piece(first)])
    lines.push(...rest.map((text): Line => [piece(`${' '.repeat(displayWidth(label) + 2)}${text}`)]))
  }
  const shown = new Set(map.focus)
  for (const { destination, verdict } of map.waysIn) if (verdict !== 'Denied') reached.add(destination)
  const pods = words.places.pods.filter((id) => shown.has(id))
  note(
    'no way in',
    pods.filter((id) => !reached.has(id)),
  )
  note(
    'no way out',
    pods.filter((id) => !reaching.has(id)),
  )
  note(
    'on the host network, where policies do not hold',
    map.endpoints.flatMap((one) => (one.kind === 'pods' && one.hostNetwork ? [one.id] : [])),
  )
  const used = new Set([...reached, ...reaching])
  for (const one of map.endpoints) {
    if (one.kind === 'outside' && used.has(one.id) && one.label !== one.detail) {
      const words = one.detail.split(', ')
      const more = words.length - MOST_BLOCKS
      const text = more > 1 ? `${words.slice(0, MOST_BLOCKS).join(', ')} and ${more} more blocks` : one.detail
      lines.push([piece(`${one.label}: `, 'muted'), piece(text)])
    }
  }
  return lines
}

const VERDICT_STYLE = { Allowed: 'good', Denied: 'bad', Depends: 'attention' } as const

/** Routes and Services that lead into the cluster, one line each, and why some depend. */
function wayLines(ways: readonly WayIn[], words: Words, width: number): Line[] {
  if (ways.length === 0) return []
  const rows = ways.map(({ through, hosts, destination, protocol, port, verdict, reason }) => [
    visible(hosts.length === 0 ? through : `${through} (${hosts.join(', ')})`),
    words.name(destination),
    `${protocol.toLowerCase()}/${port}`,
    [piece(verdict.toLowerCase(), VERDICT_STYLE[verdict]), ...(reason === undefined ? [] : [piece(`: ${reason}`)])],
  ])
  const columns = [
    { title: 'WAYS IN', shrinks: true },
    { title: 'TO', shrinks: true },
    { title: 'PORT' },
    { title: '' },
  ]
  const reasons = [...new Set(ways.flatMap(({ reason }) => reason ?? []))]
  return [
    [],
    ...table(columns, rows, { width }),
    ...reasons.map((reason): Line => [piece(`${reason}: `, 'muted'), piece(WAY_IN_TEXT[reason])]),
  ]
}

/** What each workload's own policies leave open to pods that could exist. */
function exposureLines(exposure: readonly Exposure[], words: Words, width: number): Line[] {
  return (['ingress', 'egress'] as const).flatMap((direction) => {
    const own = exposure.filter((one) => one.direction === direction)
    const lines = own.flatMap(({ endpoints, to }): Line[] => {
      const who = broken(words.set(endpoints), width).map((text): Line => [piece(text, 'strong')])
      const entries = to.map((one): Line => {
        const style = one.reasons.length > 0 ? 'attention' : undefined
        const why = one.reasons.length === 0 ? [] : [`depends: ${one.reasons.join(', ')}`]
        const held = heldWords(one)
        const more = [...why, ...(held === '' ? [] : [held])]
        return [
          piece(`  ${whoWords(one)}: `),
          piece(openWords(one), style),
          ...(more.length === 0 ? [] : [piece(` (${more.join('; ')})`, 'muted')]),
        ]
      })
      return [...who, ...(entries.length === 0 ? [[piece('  no pod at all', 'good')]] : entries)]
    })
    const title = direction === 'ingress' ? 'COULD BE REACHED FROM' : 'COULD REACH'
    return lines.length === 0 ? [] : [[], [piece(title, 'strong')], ...lines]
  })
}

export function listLines(map: ReachMap, options: ListOptions = {}): Line[] {
  const { width = 100, names = MOST_NAMES } = options
  const words = wordsOf(map)
  const rows = foldLinks(map)
  const sections = Map.groupBy(rows, ({ reason }) => reason)
  const entries = new Map([...sections].map(([reason, own]) => [reason, own.map((row) => entryOf(row, words, names))]))
  const widths = widthsOf([...entries.values()].flat(), width)
  const titles: Line = TITLES.map((title, index) =>
    piece(index < 2 ? title.padEnd((widths[index] ?? 0) + GAP) : title, 'strong'),
  )
  const part = (reason: DependsReason | undefined, own: readonly Entry[]): Line[] => [
    [],
    ...(reason === undefined ? [titles] : [[piece('depends: ', 'attention'), piece(REASON_TEXT[reason])]]),
    ...tableLines(own, widths),
  ]
  const more = notes(map, rows, { words, width })
  const focus = new Set(map.focus)
  const ways = map.waysIn.filter(({ destination }) => focus.has(destination))
  return [
    heading(map, words),
    ...(rows.length === 0 ? [[], [piece('nobody reaches anything')]] : []),
    ...[...entries].flatMap(([reason, own]) => part(reason, own)),
    ...wayLines(ways, words, width),
    ...exposureLines(map.exposure ?? [], words, width),
    ...(more.length > 0 ? [[], ...more] : []),
  ]
}
