// The forms of a map with names that try to leave their place.
import { describe, expect, it } from 'vitest'
import { sound } from '../../../tests/support/manifests.ts'
import { linkMap, mapOf, withExposure, type ReachMap } from '../../analysis/map/map.ts'
import { createEngine } from '../../engine/engine.ts'
import { mapCsv } from './csv.ts'
import { mapDot } from './dot.ts'
import { mapJson } from './json.ts'
import { mapMarkdown } from './markdown.ts'
import { mapMermaid } from './mermaid.ts'
import { mapPage } from './page/page.ts'

const CLUSTER = `
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop, labels: {app: web}}
spec: {containers: [{name: c, image: i}]}
---
apiVersion: v1
kind: Pod
metadata: {name: db, namespace: shop, labels: {app: db}}
spec: {containers: [{name: c, image: i}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: db, namespace: shop}
spec:
  podSelector: {matchLabels: {app: db}}
  ingress: [{from: [{podSelector: {matchLabels: {app: web}}}], ports: [{port: 5432}, {port: 53, protocol: UDP}]}]
`

const snapshot = sound(CLUSTER)
const map = withExposure(mapOf(createEngine(snapshot), snapshot), snapshot)

/** The map with another name for its first endpoint. */
function named(label: string): ReachMap {
  return { ...map, endpoints: map.endpoints.map((one, index) => (index === 0 ? { ...one, label } : one)) }
}

const HOSTILE = '=cmd|"x"</script><b>,\n`*[a](javascript:1) | -->'

describe('CSV', () => {
  it('has one pair on each line, and the answer', () => {
    expect(mapCsv(map).split('\r\n')).toContain(
      'shop/web,shop/db,IPv4 IPv6,"tcp/5432 udp/53",allowed,'.replaceAll('"', ''),
    )
  })

  it('keeps a name in its field and out of the formulas of a spreadsheet', () => {
    const lines = mapCsv(named(HOSTILE)).trimEnd().split('\r\n')
    expect(lines.filter((line) => line.includes('cmd')).every((line) => /(^|,)"'=cmd\|""x""/.test(line))).toBe(true)
    expect(lines.join('')).not.toContain('\n')
  })
})

describe('Markdown', () => {
  it('escapes what would be more than text', () => {
    const text = mapMarkdown(named(HOSTILE))
    expect(text).not.toContain('<b>')
    expect(text).not.toMatch(/(?<!\\)\[a/)
    const rows = text.split('\n').filter((line) => line.startsWith('| '))
    expect(rows.length).toBeGreaterThan(3)
    expect(rows.every((line) => line.endsWith(' |'))).toBe(true)
  })
})

describe('Mermaid', () => {
  it('writes by number whatever could end a label', () => {
    const lines = mapMermaid(named(HOSTILE)).split('\n')
    expect(lines[0]).toBe('flowchart LR')
    for (const line of lines.slice(1, -1)) {
      expect(line).toMatch(
        /^ {2}(?: {2})?(?:end|subgraph s\d+\["[^"<>`|[\]]*"\]|n\d+(?:\["(?:[^"<>`|[\]]|<br\/>)*"\]|\(\["(?:[^"<>`|[\]]|<br\/>)*"\]\))|n\d+ (?:-->|-\.->)\|"[^"<>`|]*"\| n\d+)$/,
      )
    }
  })
})

describe('dot', () => {
  it('quotes every text', () => {
    for (const line of mapDot(named(HOSTILE)).split('\n')) {
      const quotes = [...line.matchAll(/(?<!\\)(?:\\\\)*"/g)].length
      expect(quotes % 2).toBe(0)
    }
  })
})

describe('JSON', () => {
  it('has the endpoints, the connections between sets of them and the exposure', () => {
    const json = mapJson(map)
    expect(json.endpoints.map(({ id, kind }) => [id, kind])).toEqual([
      ['shop/db', 'pod'],
      ['shop/web', 'pod'],
      ['the Internet', 'outside'],
    ])
    expect(json.connections).toContainEqual({
      sources: ['shop/web'],
      destinations: ['shop/db'],
      families: [4, 6],
      allowed: { TCP: ['5432'], UDP: ['53'] },
      depends: [],
      text: 'tcp/5432 udp/53',
    })
    expect(
      json.exposure?.find(({ direction, endpoints }) => direction === 'ingress' && endpoints[0] === 'shop/db')?.to,
    ).toMatchObject([
      { who: 'pods app=web of namespace shop', ports: { TCP: ['5432'], UDP: ['53'] }, heldBack: 'none', reasons: [] },
    ])
    expect(mapJson(linkMap(createEngine(snapshot)))).not.toHaveProperty('exposure')
  })
})

describe('the page', () => {
  it('cannot be left by a name, and fetches nothing', () => {
    const page = mapPage(named(HOSTILE), { title: HOSTILE })
    expect(page.match(/<\/script>/g)).toHaveLength(2)
    expect(page).not.toContain('<b>,')
    expect(page).toContain("default-src 'none'")
    expect(page).not.toMatch(/\b(?:https?:)?\/\/[a-z]/)
  })
})
