// Universal statements between two ends: everything passes, nothing does, or nothing from anybody else.
import type { Span } from '../diag/source.ts'
import type { Expectation } from '../policy/assertion.ts'
import { qualifiedName } from '../policy/snapshot.ts'
import { ALL_CONNECTIONS, type ConnectionSet, connections, isEmpty, unionConnections } from '../sets/connection-set.ts'
import { type IpSet, subtractAddresses } from '../sets/ip-set.ts'
import type { Box } from '../sets/label-set.ts'
import { ALL_PORTS } from '../sets/port-set.ts'
import type { Claim, Part } from './claim.ts'
import { forEach, OUTSIDE } from './claims.ts'
import { ANY_SIDE } from './declared.ts'
import { NOBODY } from './judge.ts'
import { cell, type Side } from './region.ts'
import { resolve } from './rule-match.ts'
import type { Subject } from './subjects.ts'
import { placesOf as namespacesOf, type Universe } from './universe.ts'
import type { End, Named, NamedPort } from './world.ts'

/** Who stands at an end of a statement. */
export type Spot =
  /** Given pods. `alike`: all pods that could exist and count as they, where somebody else is spoken of. */
  | { readonly kind: 'given'; readonly subjects: readonly Subject[]; readonly alike: readonly Box[] }
  /** Every pod in the box; `undefined`: none could be. */
  | { readonly kind: 'pods'; readonly box: Box | undefined }
  | { readonly kind: 'outside'; readonly addresses: IpSet }
  /** Nobody that is known. */
  | { readonly kind: 'unknown'; readonly reason: string }

/** Ports by number, and by names that mean numbers on each destination. */
export interface StatedPorts {
  readonly fixed: ConnectionSet
  readonly names: readonly NamedPort[]
}

export const ANY_PORT: StatedPorts = { fixed: ALL_CONNECTIONS, names: [] }

export interface Statement {
  readonly name: string
  /** The claim as a sentence, without the name. */
  readonly words: string
  readonly from: Spot
  readonly to: Spot
  readonly ports: StatedPorts
  readonly expect: Expectation
  readonly span?: Span
}

/** A claim about nothing is neither kept nor broken: most likely a misspelt name. */
const NO_PORT = 'the destination has no port of that name'
const NO_PAIR = 'both ends are one pod, which may always reach itself (S31)'

function outOfScope(reason: string): Part {
  return { kind: 'answer', answer: () => ({ verdict: 'OUT_OF_SCOPE', reason }) }
}

/** One thing or one set of things at an end. */
interface Place {
  readonly end: End
  readonly side: Side
}

/** The places of an end, or why it has none. */
function placesOf(spot: Spot, universe: Universe): readonly Place[] | string {
  switch (spot.kind) {
    case 'given':
      return spot.subjects.map((subject) => ({ end: { kind: 'pod', ...subject }, side: ANY_SIDE }))
    case 'pods':
      return spot.box && namespacesOf(universe, spot.box).length > 0
        ? [{ end: { kind: 'pods' }, side: { ...ANY_SIDE, box: spot.box } }]
        : NOBODY
    case 'outside':
      return [{ end: { kind: 'outside' }, side: { ...ANY_SIDE, addresses: spot.addresses } }]
    case 'unknown':
      return spot.reason
  }
}

/** The connections on a destination, apart where they hang on a name it must declare (S17, S18). */
function portsAt(
  destination: End,
  { fixed, names }: StatedPorts,
): readonly (readonly [ConnectionSet, readonly NamedPort[]])[] {
  switch (destination.kind) {
    case 'outside':
      return [[fixed, []]]
    case 'pods':
      return [[fixed, []], ...names.map((one) => [connections(one.protocol, ALL_PORTS), [one]] as const)]
    case 'pod': {
      const resolved = names.map((name) => resolve(destination.pod, name))
      return resolved.some(isEmpty) ? [] : [[resolved.reduce(unionConnections, fixed), []]]
    }
  }
}

function within(from: Place, to: Place, ports: StatedPorts): Named[] {
  return portsAt(to.end, ports).flatMap(([set, names]) => {
    const all = cell(from.side, to.side, set)
    return all ? [{ cell: all, names }] : []
  })
}

function isSame(a: End, b: End): boolean {
  return a.kind === 'pod' && b.kind === 'pod' && qualifiedName(a.pod) === qualifiedName(b.pod)
}

/** Pods and addresses that are not the sources named: for each what is excepted. */
function others(from: Spot): (Place & { readonly except: readonly Side[] })[] {
  const boxes = from.kind === 'given' ? from.alike : from.kind === 'pods' && from.box ? [from.box] : []
  const known = from.kind === 'outside' ? from.addresses : undefined
  const addresses = known ? subtractAddresses(OUTSIDE.addresses, known) : OUTSIDE.addresses
  return [
    { end: { kind: 'pods' }, side: ANY_SIDE, except: boxes.map((box) => ({ ...ANY_SIDE, box })) },
    { end: { kind: 'outside' }, side: { ...OUTSIDE, addresses }, except: [] },
  ]
}

/** Nobody but the sources named opens the ports of one destination. */
function onlyParts(statement: Statement, to: Place): Part[] {
  const { from, ports } = statement
  return others(from).flatMap(({ end, side, except }): Part[] => {
    if (end.kind === 'outside' && to.end.kind === 'outside') return []
    const asked = within({ end, side }, to, ports)
    if (asked.length === 0) return end.kind === 'pods' ? [outOfScope(NO_PORT)] : []
    const excepted = except.flatMap((one): Named[] => {
      const all = cell(one, to.side, ALL_CONNECTIONS)
      return all ? [{ cell: all, names: [] }] : []
    })
    return [{ kind: 'denial', ends: { source: end, destination: to.end }, within: asked, except: excepted }]
  })
}

function pairPart({ ports, expect }: Statement, from: Place, to: Place): Part {
  const asked = within(from, to, ports)
  if (asked.length === 0) return outOfScope(NO_PORT)
  const ends = { source: from.end, destination: to.end }
  return expect === 'Denied'
    ? { kind: 'denial', ends, within: asked, except: [] }
    : { kind: 'promise', ends, within: asked, directions: ['ingress', 'egress'] }
}

/** For a given pod on the host network policies promise nothing (S33). */
function unlessOnHost(place: Place, parts: () => Part[]): Part[] {
  return place.end.kind === 'pod' ? forEach([place.end], parts) : parts()
}

function partsOf(statement: Statement, universe: Universe): Part[] {
  const [from, to] = [placesOf(statement.from, universe), placesOf(statement.to, universe)]
  if (typeof from === 'string') return [outOfScope(from)]
  if (typeof to === 'string') return [outOfScope(to)]
  if (statement.expect === 'Only') return to.flatMap((place) => unlessOnHost(place, () => onlyParts(statement, place)))
  const parts = from.flatMap((source) =>
    to
      .filter((destination) => !isSame(source.end, destination.end))
      .flatMap((destination) =>
        unlessOnHost(source, () => unlessOnHost(destination, () => [pairPart(statement, source, destination)])),
      ),
  )
  return parts.length > 0 ? parts : [outOfScope(NO_PAIR)]
}

export function statementClaim(statement: Statement, universe: Universe): Claim {
  const { name, words, span } = statement
  return {
    id: `assertion/${name}`,
    claim: `assertion ${name}: ${words}`,
    parts: partsOf(statement, universe),
    ...(span && { span }),
  }
}

/** `A can open tcp/80 of B`, `A cannot open B`, `only A can open tcp/80 of B`. */
export function statementWords(expect: Expectation, ends: { from: string; to: string }, ports: string): string {
  const what = ports === '' ? ends.to : `${ports} of ${ends.to}`
  switch (expect) {
    case 'Allowed':
      return `${ends.from} can open ${what}`
    case 'Denied':
      return `${ends.from} cannot open ${what}`
    case 'Only':
      return `only ${ends.from} can open ${what}`
  }
}
