// The exposure lists of the np-guard corpus, and ours in its words.
import { readFileSync } from 'node:fs'
import type { ExposedTo } from '../../src/analysis/map/exposure.ts'
import type { PodsEndpoint, ReachMap } from '../../src/analysis/map/map.ts'
import { boxLabels, NAMESPACE_NAME } from '../../src/analysis/universe.ts'
import { podsOf } from '../../src/policy/endpoints.ts'
import type { Snapshot } from '../../src/policy/snapshot.ts'
import { formatConnections } from '../../src/sets/connection-set.ts'
import { type Box, inBox } from '../../src/sets/label-set.ts'
import { readConnections } from './connlist.ts'

/** One line: `namespace/name[Kind] <= peer`, and what is open. */
export interface ExposureLine {
  readonly line: string
  readonly open: string
  /** Of ours: pods of the input are among those meant. */
  readonly met?: boolean
}

/** Their lines about pods that could exist; those about the outside are compared as connections. */
export function theirExposure(path: string): ExposureLine[] {
  const [, part = ''] = readFileSync(path, 'utf8').split('Exposure Analysis Result:')
  return part.split('\n').flatMap((text): ExposureLine[] => {
    const match = /^(\S+)\s+(<=|=>)\s+(.+?) : (.+)$/.exec(text)
    if (!match || text.includes('[External]')) return []
    const [, workload, arrow, peer, open = ''] = match
    return [{ line: `${workload} ${arrow} ${peer}`, open: formatConnections(readConnections(open)) }]
  })
}

function labelled(box: Box, prefix: string): string {
  const labels = [...box].flatMap(([key, { values }]) =>
    key.startsWith(prefix) && key !== NAMESPACE_NAME ? [`${key.slice(prefix.length)}=${values.join('|')}`] : [],
  )
  return labels.sort().join(',')
}

/** `entire-cluster`, `shop/[all pods]`, `[all namespaces]/[pod with {app=web}]`. */
function peerOf({ box }: ExposedTo): string {
  if (box.size === 0) return 'entire-cluster'
  const name = box.get(NAMESPACE_NAME)
  const [namespaces, pods] = [labelled(box, 'ns:'), labelled(box, 'pod:')]
  const where = name && !name.cofinite ? name.values.join('|') : '[all namespaces]'
  return `${namespaces === '' ? where : `[namespace with {${namespaces}}]`}/${pods === '' ? '[all pods]' : `[pod with {${pods}}]`}`
}

/** As in the lists: by the direct owner, a ReplicaSet where we name its Deployment. */
function nameOf({ namespace, name, owner, pods }: PodsEndpoint): string {
  const direct = pods[0]?.owner ?? { kind: owner, name }
  return `${namespace}/${direct.name}[${direct.kind}]`
}

/** What a map with exposure says, in the same words. */
export function ourExposure({ endpoints, exposure = [] }: ReachMap, snapshot: Snapshot): ExposureLine[] {
  const present = podsOf(snapshot).map((pod) =>
    boxLabels(pod.labels, snapshot.namespaces.get(pod.namespace)?.labels ?? new Map<string, string>()),
  )
  return exposure.flatMap(({ endpoints: ids, direction, to }) =>
    ids.flatMap((id) => {
      const endpoint = endpoints[id]
      if (endpoint?.kind !== 'pods') return []
      return to.map((one): ExposureLine => ({
        line: `${nameOf(endpoint)} ${direction === 'ingress' ? '<=' : '=>'} ${peerOf(one)}`,
        open: formatConnections(one.connections),
        met: one.box.size > 0 && present.some((labels) => inBox(one.box, labels)),
      }))
    }),
  )
}
