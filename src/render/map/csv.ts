// The map as CSV (RFC 4180): one pair of endpoints, and one answer about it, on each line.
import { foldLinks } from '../../analysis/map/fold.ts'
import type { ReachMap } from '../../analysis/map/map.ts'
import { formatConnections } from '../../sets/connection-set.ts'
import { visible } from '../styled-text.ts'

const TITLES = ['source', 'destination', 'families', 'connections', 'verdict', 'reason']

/** A field in quotes where it needs them; what a spreadsheet would take for a formula starts with an apostrophe. */
function field(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

export function mapCsv(map: ReachMap): string {
  const names = map.endpoints.map(({ label }) => field(visible(label)))
  const lines = [TITLES.join(',')]
  for (const { sources, destinations, families, connections, reason } of foldLinks(map)) {
    const answer = [
      families.map((family) => `IPv${family}`).join(' '),
      formatConnections(connections),
      reason === undefined ? 'allowed' : 'depends',
      reason ?? '',
    ]
    const rest = answer.map(field).join(',')
    for (const source of sources) {
      for (const destination of destinations) {
        if (source === destination && sources.length + destinations.length > 2 && isBare(map, source)) continue
        lines.push(`${names[source]},${names[destination]},${rest}`)
      }
    }
  }
  return `${lines.join('\r\n')}\r\n`
}

/** A bare pod has no other of its kind to talk to. */
function isBare(map: ReachMap, id: number): boolean {
  const endpoint = map.endpoints[id]
  return endpoint?.kind === 'pods' && endpoint.owner === 'Pod'
}
