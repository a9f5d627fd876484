// The connection lists of the np-guard corpus, and our answers in its conventions.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Endpoint, outsideEndpoint, podEndpoint } from '../../src/engine/endpoint.ts'
import { mapOf } from '../../src/analysis/map/map.ts'
import type { Engine } from '../../src/engine/engine.ts'
import { podsOf } from '../../src/policy/endpoints.ts'
import type { Pod, Snapshot } from '../../src/policy/snapshot.ts'
import {
  ALL_CONNECTIONS,
  connection,
  connections,
  type ConnectionSet,
  formatConnections,
  NO_CONNECTIONS,
  type Protocol,
  unionConnections,
} from '../../src/sets/connection-set.ts'
import { type Address, type Cidr, formatAddress, parseAddress } from '../../src/sets/ip-address.ts'
import { portRange } from '../../src/sets/port-set.ts'

/** From one end to the other; ends are `namespace/owner[Kind]`, or the first address of a range outside. */
export type ConnectionList = ReadonlyMap<string, string>

interface Line {
  readonly from: string
  readonly to: string
  readonly allowed: ConnectionSet
}

const RANGE = /^(\d+\.\d+\.\d+\.\d+)-(\d+\.\d+\.\d+\.\d+)\[External\]$/

/** `All Connections`, `TCP 80,443,8000-8100`, `SCTP 8956,UDP 53`. */
export function readConnections(text: string): ConnectionSet {
  if (text === 'All Connections') return ALL_CONNECTIONS
  let all = NO_CONNECTIONS
  for (const [, protocol, ports = ''] of text.matchAll(/(TCP|UDP|SCTP) ([\d,-]+)/g)) {
    for (const range of ports.split(',').filter((part) => part !== '')) {
      const [first, last = first] = range.split('-').map(Number) as [number, number?]
      all = unionConnections(all, connections(protocol as Protocol, portRange(first, last)))
    }
  }
  return all
}

function readLines(path: string): Line[] {
  const lines = readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line.includes(' => '))
  return lines.map((line) => {
    const match = /^(.+?) => (.+?) : (.+)$/.exec(line)
    if (!match) throw new Error(`${path}: not a line of a connection list: ${line}`)
    return { from: match[1] as string, to: match[2] as string, allowed: readConnections(match[3] as string) }
  })
}

function value(text: string): number {
  const address = parseAddress(text)
  if (address?.family !== 4) throw new Error(`not an IPv4 address: ${text}`)
  return address.value
}

function v4(number: number): Address {
  return { family: 4, value: number }
}

/** Every block that a policy writes. */
function blocksOf({ networkPolicies, clusterPolicies }: Snapshot): Cidr[] {
  const peers = networkPolicies
    .flatMap(({ ingress, egress }) => [...(ingress ?? []), ...(egress ?? [])])
    .flatMap((rule) => (rule.peers === 'any' ? [] : rule.peers))
  const admin = clusterPolicies.flatMap(({ egress }) => egress).flatMap((rule) => rule.peers)
  return [
    ...peers.flatMap((peer) => (peer.kind === 'ipBlock' ? [peer.cidr, ...peer.except] : [])),
    ...admin.flatMap((peer) => (peer.kind === 'networks' ? peer.cidrs : [])),
  ]
}

/** First addresses of the pieces into which the borders of all ranges and of all blocks cut the IPv4 space. */
function piecesOf(lines: readonly Line[], snapshot: Snapshot): number[] {
  const borders = new Set([0])
  for (const end of lines.flatMap(({ from, to }) => [from, to])) {
    const range = RANGE.exec(end)
    if (range) borders.add(value(range[1] as string)).add(value(range[2] as string) + 1)
  }
  for (const { address, prefix } of blocksOf(snapshot)) {
    if (address.family !== 4) continue
    const size = 2 ** (32 - prefix)
    const first = Math.floor(address.value / size) * size
    borders.add(first).add(first + size)
  }
  return [...borders].filter((border) => border < 2 ** 32).sort((a, b) => a - b)
}

/** What the corpus expects, its ranges cut into the pieces. */
function expectedList(lines: readonly Line[], pieces: readonly number[]): ConnectionList {
  const list = new Map<string, ConnectionSet>()
  const endsOf = (end: string): string[] => {
    const range = RANGE.exec(end)
    if (!range) return [end]
    const [first, last] = [value(range[1] as string), value(range[2] as string)]
    return pieces.filter((piece) => piece >= first && piece <= last).map((piece) => formatAddress(v4(piece)))
  }
  for (const { from, to, allowed } of lines) {
    for (const one of endsOf(from)) {
      for (const other of endsOf(to)) {
        const key = `${one} => ${other}`
        list.set(key, unionConnections(list.get(key) ?? NO_CONNECTIONS, allowed))
      }
    }
  }
  return new Map([...list].map(([key, set]) => [key, formatConnections(set)]))
}

function ownerOf(pod: Pod): string {
  return pod.owner ? `${pod.namespace}/${pod.owner.name}[${pod.owner.kind}]` : `${pod.namespace}/${pod.name}[Pod]`
}

/** What the engine says: owners with any pod that may connect, never within one owner, nothing for empty answers. */
function ourList(engine: Engine, snapshot: Snapshot, pieces: readonly number[]): ConnectionList {
  const groups = Map.groupBy(podsOf(snapshot), ownerOf)
  const list = new Map<string, ConnectionSet>()
  const add = (name: string, source: Endpoint, destination: Endpoint): void => {
    const { allowed } = engine.reach(source, destination, 4)
    list.set(name, unionConnections(list.get(name) ?? NO_CONNECTIONS, allowed))
  }
  for (const [one, pods] of groups) {
    for (const pod of pods.map(podEndpoint)) {
      for (const [other, peers] of groups) {
        if (other !== one) for (const peer of peers) add(`${one} => ${other}`, pod, podEndpoint(peer))
      }
      for (const piece of pieces) {
        const outside = outsideEndpoint(v4(piece))
        add(`${one} => ${formatAddress(v4(piece))}`, pod, outside)
        add(`${formatAddress(v4(piece))} => ${one}`, outside, pod)
      }
    }
  }
  return new Map([...list].map(([key, set]) => [key, formatConnections(set)]))
}

/** A pair on which the corpus and the engine differ. */
export interface Difference {
  /** `from => to`. */
  readonly pair: string
  readonly theirs: string
  readonly ours: string
}

/** Ways in through routes in the words of the corpus: the controller is a pod of which nothing is known. */
function controllerList(engine: Engine, snapshot: Snapshot): Map<string, ConnectionSet> {
  const map = mapOf(engine, snapshot)
  const list = new Map<string, ConnectionSet>()
  for (const { sources, verdict, destination, protocol, port } of map.waysIn) {
    const endpoint = map.endpoints[destination]
    const [pod] = endpoint?.kind === 'pods' ? endpoint.pods : []
    if (sources !== undefined || verdict !== 'Allowed' || !pod) continue
    const key = `{ingress-controller} => ${ownerOf(pod)}`
    list.set(key, unionConnections(list.get(key) ?? NO_CONNECTIONS, connection(protocol, port)))
  }
  return list
}

/** Every end-to-end pair on which the corpus and the engine differ, with both answers; and how many pairs there are. */
export function compareConnlist(
  engine: Engine,
  snapshot: Snapshot,
  file: { readonly corpus: string; readonly connlist: string },
): { readonly pairs: number; readonly differences: readonly Difference[] } {
  const lines = readLines(join(file.corpus, file.connlist))
  const pieces = piecesOf(lines, snapshot)
  const theirs = expectedList(lines, pieces)
  const controller = controllerList(engine, snapshot)
  const ours = new Map([
    ...ourList(engine, snapshot, pieces),
    ...[...controller].map(([key, set]): [string, string] => [key, formatConnections(set)]),
  ])
  const keys = [...new Set([...theirs.keys(), ...ours.keys()])].sort()
  const differences = keys
    .filter((key) => (theirs.get(key) ?? 'none') !== (ours.get(key) ?? 'none'))
    .map((key) => ({ pair: key, theirs: theirs.get(key) ?? 'none', ours: ours.get(key) ?? 'none' }))
  return { pairs: keys.length, differences }
}
