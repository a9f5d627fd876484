// The map as one HTML file that needs nothing else: no network, no other file, every text of the input shown as text.
import type { ReachMap } from '../../../analysis/map/map.ts'
import { ALL_CONNECTIONS, equalConnections, isEmpty } from '../../../sets/connection-set.ts'
import { startPage } from './client.ts'
import { wireControls } from './controls.ts'
import { pageData } from './data.ts'
import { walkGrid } from './grid.ts'
import { modelOf } from './model.ts'
import { PAGE_STYLE } from './style.ts'

export interface PageOptions {
  readonly title?: string
  /** `sha256-…` of a text, for the page's own content security policy; without it inline code is allowed as such. */
  readonly hash?: (text: string) => string
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;')
}

/** Data for a `script` element: nothing in it can end the element. */
function json(value: unknown): string {
  return JSON.stringify(value)
    .replaceAll('<', '\\u003c')
    .replaceAll('\u2028', '\\u2028')
    .replaceAll('\u2029', '\\u2029')
}

const SCRIPT = `const data=JSON.parse(document.getElementById('data').textContent);
(${startPage.toString()})(data,(${modelOf.toString()})(data),{walk:${walkGrid.toString()},wire:${wireControls.toString()}});`

function fact(count: number, text: string): string {
  return `<li><b>${count}</b><span>${escaped(text)}</span></li>`
}

function facts(map: ReachMap): string {
  const pods = map.endpoints.filter((one) => one.kind === 'pods')
  const namespaces = new Set(pods.map(({ namespace }) => namespace)).size
  const isOutside = (id: number): boolean => map.endpoints[id]?.kind === 'outside'
  const fromOutside = new Set<number>()
  const reached = new Set<number>()
  const toAnywhere = new Set<number>()
  for (const { sources, destinations, reach, families } of map.links) {
    if (isEmpty(reach.allowed)) continue
    const outside = sources.some(isOutside)
    const whole = families.length === 2 && equalConnections(reach.allowed, ALL_CONNECTIONS)
    for (const id of destinations) {
      reached.add(id)
      if (outside) fromOutside.add(id)
    }
    const internet = whole && destinations.some((id) => map.endpoints[id]?.label.endsWith('Internet'))
    if (internet) for (const id of sources) toAnywhere.add(id)
  }
  for (const { destination, verdict } of map.waysIn) if (verdict === 'Allowed') reached.add(destination)
  return [
    fact(pods.length, pods.length === 1 ? 'workload or pod' : 'workloads and pods'),
    fact(namespaces, namespaces === 1 ? 'namespace' : 'namespaces'),
    fact(pods.filter(({ id }) => fromOutside.has(id)).length, 'let in connections from outside'),
    fact(pods.filter(({ id }) => toAnywhere.has(id)).length, 'reach the whole Internet'),
    fact(map.waysIn.length, `${map.waysIn.length === 1 ? 'way' : 'ways'} in by routes and Services`),
    fact(pods.filter(({ id }) => !reached.has(id)).length, 'have no way in'),
  ].join('')
}

export function mapPage(map: ReachMap, { title = 'Who can reach what', hash }: PageOptions = {}): string {
  const policy = hash
    ? `default-src 'none'; style-src '${hash(PAGE_STYLE)}'; script-src '${hash(SCRIPT)}'; img-src data:; base-uri 'none'; form-action 'none'`
    : "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
  const exposure = map.exposure ? '<button role="tab" data-view="exposure" aria-controls="view">Exposure</button>' : ''
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${escaped(title)}</title>
<link rel="icon" href="data:,">
<style>${PAGE_STYLE}</style>
</head>
<body>
<a class="skip" href="#view">Skip to the map</a>
<header>
<div class="top"><div><h1>${escaped(title)}</h1>
<p class="sub">Every pair of endpoints, over IPv4 and IPv6, as the policies say; profile <code>${escaped(map.profile)}</code>. What is not shown is denied.</p></div>
<button id="theme" type="button" aria-label="Switch between light and dark">◐</button></div>
<ul class="facts">${facts(map)}</ul>
</header>
<main>
<div class="bar">
<div role="tablist" aria-label="View"><button role="tab" data-view="matrix" aria-controls="view">Matrix</button><button role="tab" data-view="list" aria-controls="view">List</button>${exposure}</div>
<label class="grow">Search (press /)<input id="search" type="search" placeholder="workload, pod, namespace, address" autocomplete="off" spellcheck="false"></label>
<label>Namespace<select id="namespace"><option value="">all</option></select></label>
<label>Direction<select id="direction"><option value="">both</option><option value="ingress">what they let in</option><option value="egress">what they reach</option></select></label>
<label>Rows<select id="grouping"><option value="single">each workload</option><option value="alike">alike together</option><option value="namespace">namespaces</option></select></label>
</div>
<div class="body">
<div>
<div class="key" id="key"><span><i class="all">●</i>every port</span><span><i class="some">◐</i>some ports</span><span><i class="depends">?</i>left open by Kubernetes</span><span id="mixed" hidden><i class="mixed">%</i>share of pairs that are open</span><span><i class="none">·</i>denied</span></div>
<div id="view" role="tabpanel" tabindex="-1"></div>
<p class="note" id="status" role="status"></p>
</div>
<aside class="card" id="details" aria-live="polite" aria-label="Details"><h2>Details</h2><p class="note">Choose a cell, a name or a line. In the matrix the arrow keys move.</p></aside>
</div>
</main>
<footer>Made by <code>moat map -o html</code>. This file fetches nothing.</footer>
<script type="application/json" id="data">${json(pageData(map, title))}</script>
<script>${SCRIPT}</script>
</body>
</html>
`
}
