// The differences that np-guard's corpus expects between two inputs, and ours in the same form.
import { readFileSync } from 'node:fs'
import type { Party } from '../../src/analysis/diff/answer.ts'
import { diff } from '../../src/analysis/diff/diff.ts'
import { unitsOf } from '../../src/analysis/diff/units.ts'
import type { Profile } from '../../src/engine/profile.ts'
import type { Snapshot } from '../../src/policy/snapshot.ts'
import {
  type ConnectionSet,
  formatConnections,
  NO_CONNECTIONS,
  subtractConnections,
  unionConnections,
} from '../../src/sets/connection-set.ts'
import { type Address, formatAddress, parseAddress } from '../../src/sets/ip-address.ts'
import { hasAddress } from '../../src/sets/ip-set.ts'
import { readConnections } from './connlist.ts'

/** What opened and what closed, by `source => destination`; ends are workloads, or the first address of a range. */
export type Changed = ReadonlyMap<string, string>

interface Line {
  readonly from: string
  readonly to: string
  readonly opened: ConnectionSet
  readonly closed: ConnectionSet
}

const RANGE = /^(\d+\.\d+\.\d+\.\d+)-(\d+\.\d+\.\d+\.\d+)\[External\]$/

export function readLines(path: string): Line[] {
  const lines = readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('diff-type:'))
  return lines.map((line) => {
    const match = /source: (.+?), destination: (.+?), ref1: (.+?), ref2: (.+?)(?:, workloads-diff-info: .*)?$/.exec(
      line,
    )
    if (!match) throw new Error(`${path}: not a line of a diff: ${line}`)
    const [, from = '', to = '', old = '', now = ''] = match
    const [was, is] = [readConnections(old), readConnections(now)]
    return { from, to, opened: subtractConnections(is, was), closed: subtractConnections(was, is) }
  })
}

function v4(value: number): Address {
  return { family: 4, value }
}

function value(text: string): number {
  const address = parseAddress(text)
  if (address?.family !== 4) throw new Error(`not an IPv4 address: ${text}`)
  return address.value
}

interface Both {
  opened: ConnectionSet
  closed: ConnectionSet
}

function words({ opened, closed }: Both): string {
  return `opened ${formatConnections(opened)}, closed ${formatConnections(closed)}`
}

class Collected {
  readonly #pairs = new Map<string, Both>()

  add(from: string, to: string, { opened, closed }: Both): void {
    const key = `${from} => ${to}`
    const known = this.#pairs.get(key) ?? { opened: NO_CONNECTIONS, closed: NO_CONNECTIONS }
    this.#pairs.set(key, {
      opened: unionConnections(known.opened, opened),
      closed: unionConnections(known.closed, closed),
    })
  }

  words(): Changed {
    return new Map([...this.#pairs].map(([key, both]) => [key, words(both)]))
  }
}

/** Both answers of one comparison, cut at the same addresses; what they do not list did not change. */
export function bothAnswers(
  [before, after]: readonly [Snapshot, Snapshot],
  lines: readonly Line[],
  profile: Profile,
): { readonly theirs: Changed; readonly ours: Changed } {
  const { changes } = diff(before, after, profile)
  const borders = new Set([0])
  for (const end of lines.flatMap(({ from, to }) => [from, to])) {
    const range = RANGE.exec(end)
    if (range) borders.add(value(range[1] as string)).add(value(range[2] as string) + 1)
  }
  for (const party of changes.flatMap(({ sources, destinations }) => [...sources, ...destinations])) {
    if (party.kind === 'outside') for (const border of party.addresses.v4) borders.add(border)
  }
  const pieces = [...borders].filter((border) => border < 2 ** 32)
  const actors = new Set(unitsOf(before, after).map(({ actor }) => `${actor.namespace}/${actor.name}[${actor.owner}]`))
  // A ReplicaSet of a Deployment is that Deployment here.
  const known = (end: string): string => {
    const deployment = end.replace(/-[^-]+\[ReplicaSet\]$/, '[Deployment]')
    return !actors.has(end) && actors.has(deployment) ? deployment : end
  }
  const theirEnds = (end: string): string[] => {
    const range = RANGE.exec(end)
    if (!range) return [known(end)]
    const [first, last] = [value(range[1] as string), value(range[2] as string)]
    return pieces.filter((piece) => piece >= first && piece <= last).map((piece) => formatAddress(v4(piece)))
  }
  const ourEnds = (party: Party): string[] => {
    if (party.kind === 'workload') return [`${party.namespace}/${party.name}[${party.owner}]`]
    return pieces.filter((piece) => hasAddress(party.addresses, v4(piece))).map((piece) => formatAddress(v4(piece)))
  }
  const [theirs, ours] = [new Collected(), new Collected()]
  for (const { from, to, ...both } of lines) {
    for (const source of theirEnds(from)) for (const destination of theirEnds(to)) theirs.add(source, destination, both)
  }
  for (const { kind, sources, destinations, families, connections, after, before } of changes) {
    // It lists what is allowed; what depends is not.
    if (!families.includes(4) || (kind === 'opened' ? after : before) !== 'Allowed') continue
    const both = { opened: NO_CONNECTIONS, closed: NO_CONNECTIONS, [kind]: connections }
    for (const source of sources.flatMap(ourEnds)) {
      for (const destination of destinations.flatMap(ourEnds)) {
        if (source !== destination) ours.add(source, destination, both)
      }
    }
  }
  return { theirs: theirs.words(), ours: ours.words() }
}
