// The scan as JSON; `docs/schemas/scan.json` says the same in a schema.
import type { Criterion } from '../../analysis/scan/score.ts'
import type { Ends, Scan, ScannedServer } from '../../analysis/scan/scan.ts'
import { qualifiedName } from '../../policy/snapshot.ts'

interface EndsJson {
  /** Names of endpoints as `moat map -o json` has them. */
  readonly sure: readonly string[]
  readonly perhaps: readonly string[]
}

export interface ServerJson {
  readonly id: string
  readonly namespace: string
  readonly name: string
  readonly owner: string
  readonly pods: readonly string[]
  readonly runtime?: string
  readonly certainty: ScannedServer['certainty']
  readonly known: string
  readonly apiPorts: readonly number[]
  readonly hostNetwork: boolean
  readonly resting: boolean
  readonly callers: EndsJson
  readonly destinations: EndsJson
  readonly waysIn: readonly { readonly through: string; readonly port: number; readonly verdict: string }[]
  readonly criteria: readonly Criterion[]
  readonly score: number
}

export interface ScanJson {
  readonly profile: string
  readonly servers: readonly ServerJson[]
}

function serverJson(server: ScannedServer, ends: (ends: Ends) => EndsJson): ServerJson {
  const { endpoint, runtime, certainty, known, apiPorts, resting, criteria, score, waysIn } = server
  const { label, namespace, name, owner, pods, hostNetwork } = endpoint
  return {
    id: label,
    namespace,
    name,
    owner,
    pods: pods.map(qualifiedName),
    ...(runtime !== undefined && { runtime }),
    certainty,
    known,
    apiPorts,
    hostNetwork,
    resting,
    callers: ends(server.callers),
    destinations: ends(server.destinations),
    waysIn: waysIn.map(({ through, port, verdict }) => ({ through, port, verdict })),
    criteria,
    score,
  }
}

export function scanJson({ map, servers }: Scan): ScanJson {
  const names = (ids: readonly number[]): string[] => ids.map((id) => map.endpoints[id]?.label ?? '')
  const ends = ({ sure, perhaps }: Ends): EndsJson => ({ sure: names(sure), perhaps: names(perhaps) })
  return { profile: map.profile, servers: servers.map((server) => serverJson(server, ends)) }
}
