// Changes of a Moat, whose policies are rendered from it: a caller or a destination more, or one less.
import type { Step } from '../analysis/explanation.ts'
import type { Moat } from '../policy/snapshot.ts'
import { qualifiedName } from '../policy/snapshot.ts'
import type { YamlObject } from '../render/yaml.ts'
import { addItemAfter, dropItem } from './list-edit.ts'
import { addEntry, mappingIn, objectAt, setEntry } from './object-tree.ts'
import { peerFor, portsFor } from './peer-values.ts'
import { type Candidate, candidate, type Side } from './side.ts'
import { workloadOf } from '../policy/workload-name.ts'

/** A name for an end that the list does not have yet. */
function nameFor({ other }: Side, taken: readonly string[]): string {
  const plain = other.kind === 'pod' ? (workloadOf(other.pod) ?? other.pod).name : 'addresses'
  const other2 = other.kind === 'pod' ? `${other.pod.namespace}-${plain}` : `${plain}-2`
  return taken.includes(plain) ? other2 : plain
}

/** A caller or a destination of the Moat for the other end, with its port and, for callers, without one: the API port. */
export function moatOpenings(moat: Moat, side: Side): Candidate[] {
  const { direction } = side
  const list = direction === 'ingress' ? moat.spec.callers : moat.spec.egress
  const peer = peerFor(side.other, { ...side, namespace: moat.namespace })
  const block = peer?.['ipBlock'] as YamlObject | undefined
  if (!peer || !moat.span || (block && direction === 'ingress')) return []
  const name = nameFor(
    side,
    list.map((one) => one.name),
  )
  const ports = portsFor(side.connections, true)?.flatMap(({ port, protocol, endPort }) =>
    port === undefined || endPort !== undefined ? [] : [protocol === 'TCP' ? (port as number) : { port, protocol }],
  )
  const item: YamlObject = { name, ...(block ? { cidr: block['cidr'] } : peer) }
  const title = `add ${direction === 'ingress' ? 'a caller' : 'a destination'} to Moat ${qualifiedName(moat)}`
  const items = [
    ...(direction === 'ingress' ? [item] : []),
    ...(ports && ports.length > 0 ? [{ ...item, ports }] : direction === 'egress' ? [item] : []),
  ]
  const last = list.at(-1)?.span
  const key = direction === 'ingress' ? 'callers' : 'egress'
  const { file } = moat.span
  const object = objectAt(moat.span)
  const spec = object && mappingIn(object, ['spec'])
  return items.flatMap((value) => {
    if (last) return candidate(title, [addItemAfter(last, value)])
    if (!spec) return []
    return candidate(title, [
      spec.entries.has(key) ? setEntry(file, spec, [key, [value]]) : addEntry(file, spec, { [key]: [value] }),
    ])
  })
}

/** The caller, scraper or destination away whose rule admits. */
export function moatClosings(moat: Moat, { rule }: Extract<Step, { kind: 'admission' }>): Candidate[] {
  const { callers, scrapers, egress } = moat.spec
  const found = [...callers, ...scrapers, ...egress].find(({ span }) => span !== undefined && span === rule.span)
  return found?.span
    ? candidate(`remove \`${found.name}\` from Moat ${qualifiedName(moat)}`, [dropItem(found.span)])
    : []
}
