// Decides a universal claim about the policies: nothing forbidden passes, or everything promised does.
import { type DependsReason, REASON_TEXT } from '../engine/reach.ts'
import type { Direction } from '../policy/network-policy.ts'
import { type Flow, flows, possible } from './flow.ts'
import type { Ends, Named, NamedPort, World } from './world.ts'
import type { Witness } from './proof.ts'
import { NO_CONNECTIONS } from '../sets/connection-set.ts'
import { type Cell, type Region, subtractRegions, withinBox, withinConnections } from './region.ts'
import { asksNamespaceLabels, type NamespacePart, placesOf, withoutNamespaceLabels } from './universe.ts'
import { choose } from './witness.ts'

/** Between these ends, nothing of `within` passes but what `except` names. */
export interface Denial {
  readonly ends: Ends
  readonly within: readonly Named[]
  readonly except: readonly Named[]
}

/** Between these ends, everything of `within` passes in the given directions. */
export interface Promise {
  readonly ends: Ends
  readonly within: readonly Named[]
  readonly directions: readonly Direction[]
}

export type Judgement =
  | { readonly verdict: 'holds' }
  /** `flow` tells the way in of a denied connection; a promised one that is denied has none. */
  | { readonly verdict: 'fails'; readonly witness: Omit<Witness, 'allowed'>; readonly flow?: Flow }
  /** It holds under one reading and fails under another, or it speaks of nothing that could be. */
  | { readonly verdict: 'open'; readonly reason: string; readonly flow?: Flow }

/** What no pod of any namespace could be is neither let through nor kept out: most likely a mistake in the selectors. */
export const NOBODY = 'no pod could be one: the selectors contradict each other or the namespaces of the input'

/** The reasons in one sentence, each once. */
export function openReason(reasons: readonly DependsReason[]): string {
  return [...new Set(reasons)].map((reason) => REASON_TEXT[reason]).join('; ')
}

/** How many violations are weighed for the most telling witness. */
const ENOUGH = 64

/** A part of a cell within one namespace at each free end; `conditional`: it asks for labels that are not known (S40). */
interface Placed {
  readonly cell: Cell
  readonly parts: readonly NamespacePart[]
  readonly conditional: boolean
}

function placed(world: World, ends: Ends, of: Cell): Placed[] {
  let found: Placed[] = [{ cell: of, parts: [], conditional: false }]
  for (const role of ['source', 'destination'] as const) {
    if (ends[role].kind !== 'pods') continue
    found = found.flatMap(({ cell, parts, conditional }) =>
      placesOf(world.universe, cell[role].box).flatMap(({ part, box }) => {
        const inside = withinBox(cell, role, box)
        if (!inside) return []
        const asks = part.kind === 'by-name' && asksNamespaceLabels(box)
        return [{ cell: inside, parts: [...parts, part], conditional: conditional || asks }]
      }),
    )
  }
  return found
}

/** What of a question can be at all. */
function possibly(ends: Ends, within: readonly Named[]): Named[] {
  return within.flatMap(({ cell, names }) => {
    const part = possible(ends, cell)
    return part ? [{ cell: part, names }] : []
  })
}

/** True when the question is about pods, and no namespace of the universe can have any of them. */
function speaksOfNothing(world: World, { ends, within }: Pick<Denial, 'ends' | 'within'>): boolean {
  return within.length > 0 && possibly(ends, within).every(({ cell }) => placed(world, ends, cell).length === 0)
}

interface Violation {
  readonly place: Placed
  readonly flow: Flow
}

/** The side the claim is about first: it usually lets the least through. */
function order(ends: Ends): readonly Direction[] {
  return ends.source.kind === 'pod' ? ['egress', 'ingress'] : ['ingress', 'egress']
}

function* violations(world: World, denial: Denial): Generator<Violation> {
  const { ends } = denial
  const besides = ({ names }: Flow): Region =>
    denial.except.filter((one) => includesNames(names, one.names)).map(({ cell }) => cell)
  for (const within of possibly(ends, denial.within)) {
    for (const flow of flows(world, { ends, directions: order(ends), besides }, within)) {
      for (const place of placed(world, ends, flow.cell)) yield { place, flow }
    }
  }
}

function includesNames(all: readonly NamedPort[], some: readonly NamedPort[]): boolean {
  return some.every((one) => all.some((other) => other.name === one.name && other.protocol === one.protocol))
}

/** The more telling place for a witness: namespaces of the input first, then few conditions. */
function weight({ place }: Violation): number {
  const known = place.parts.filter(({ kind }) => kind !== 'new').length
  return known * 1000 - place.cell.source.box.size - place.cell.destination.box.size
}

/** Judges that nothing forbidden passes. */
export function judgeDenial(world: World, denial: Denial): Judgement {
  let best: Violation | undefined
  const open: Violation[] = []
  let count = 0
  for (const violation of violations(world, denial)) {
    const { place, flow } = violation
    if (flow.reasons.length > 0 || place.conditional) {
      if (open.length < ENOUGH) open.push(violation)
      continue
    }
    if (!best || weight(violation) > weight(best)) best = violation
    if (++count >= ENOUGH) break
  }
  best ??= surely(denial, open)
  if (best) {
    const { place, flow } = best
    const choice = { ends: denial.ends, cell: place.cell, names: flow.names }
    return { verdict: 'fails', witness: choose(world.snapshot, choice), flow }
  }
  const [first] = open
  if (first) return { verdict: 'open', reason: reasonsOf(open), flow: first.flow }
  return speaksOfNothing(world, denial) ? { verdict: 'open', reason: NOBODY } : { verdict: 'holds' }
}

function reasonsOf(open: readonly Violation[]): string {
  const all = open.flatMap(({ place, flow }): DependsReason[] =>
    place.conditional ? [...flow.reasons, 'namespace-labels-unknown'] : [...flow.reasons],
  )
  return openReason(all)
}

/**
 * Violations that each ask for labels of a namespace that are not known may leave no labels for which nothing passes:
 * then something passes whatever they are.
 */
function surely({ ends }: Denial, open: readonly Violation[]): Violation | undefined {
  const certain = open.filter(({ flow }) => flow.reasons.length === 0)
  for (const { place, flow } of certain) {
    const cell = freed(place.cell, ends)
    const others = certain.filter(
      (other) =>
        includesNames(flow.names, other.flow.names) &&
        !other.flow.without.some((one) => includesNames(flow.names, [one])),
    )
    const rest = subtractRegions(
      [cell],
      others.map((other) => other.place.cell),
    )
    if (rest.length === 0) return { place: { ...place, cell }, flow }
  }
  return undefined
}

function freed(of: Cell, ends: Ends): Cell {
  const side = (role: 'source' | 'destination') =>
    ends[role].kind === 'pods' ? { ...of[role], box: withoutNamespaceLabels(of[role].box) } : of[role]
  return { ...of, source: side('source'), destination: side('destination') }
}

/** Judges that at least one of some connections passes, for some pod that could exist, whatever it declares. */
export function judgeSome(world: World, promise: Promise): Judgement {
  const open: Violation[] = []
  for (const within of possibly(promise.ends, promise.within)) {
    for (const flow of flows(world, promise, within)) {
      for (const place of placed(world, promise.ends, flow.cell)) {
        if (flow.reasons.length === 0 && !place.conditional) return { verdict: 'holds' }
        open.push({ place, flow })
      }
    }
  }
  if (open.length > 0) return { verdict: 'open', reason: reasonsOf(open) }
  const [place] = possibly(promise.ends, promise.within).flatMap(({ cell, names }) =>
    placed(world, promise.ends, cell).map((where) => ({ ...where, names })),
  )
  if (!place) return { verdict: 'open', reason: NOBODY }
  return { verdict: 'fails', witness: choose(world.snapshot, { ends: promise.ends, ...place }) }
}

/** What of a cell with the names that its destinations declare surely passes, and what may. */
function passing(world: World, promise: Promise, of: Named): { missing: Region; maybe: Flow[]; without: NamedPort[] } {
  let missing: Region = [of.cell]
  const maybe: Flow[] = []
  const without: NamedPort[] = []
  for (const flow of flows(world, promise, of)) {
    if (!includesNames(of.names, flow.names)) continue
    without.push(...flow.without)
    if (flow.reasons.length > 0) maybe.push(flow)
    else missing = subtractRegions(missing, [flow.cell])
    if (missing.length === 0 && world.tiers.admin.length + world.tiers.baseline.length === 0) break
  }
  return { missing, maybe, without }
}

/** What is promised of each kind of destination: an admin's rule may deny a port by a name, so those that declare it are apart. */
function* kinds(world: World, promise: Promise, of: Named): Generator<Named & ReturnType<typeof passing>> {
  const found = passing(world, promise, of)
  yield { ...of, ...found }
  for (const [index, name] of found.without.entries()) {
    if (found.without.findIndex((other) => includesNames([other], [name])) < index) continue
    const connections = { ...NO_CONNECTIONS, [name.protocol]: of.cell.connections[name.protocol] }
    const cell = withinConnections(of.cell, connections)
    if (cell) yield* kinds(world, promise, { cell, names: [...of.names, name] })
  }
}

/** Judges that everything promised passes. */
export function judgePromise(world: World, promise: Promise): Judgement {
  const { ends } = promise
  const open: DependsReason[] = []
  for (const within of possibly(ends, promise.within)) {
    for (const { names, missing, maybe } of kinds(world, promise, within)) {
      for (const part of missing.flatMap((rest) => placed(world, ends, rest))) {
        const denied = subtractRegions(
          [part.cell],
          maybe.map((flow) => flow.cell),
        )
        const [first] = denied
        if (first && !part.conditional) {
          return { verdict: 'fails', witness: choose(world.snapshot, { ends, cell: first, names }) }
        }
        open.push(
          ...(part.conditional ? (['namespace-labels-unknown'] as const) : maybe.flatMap(({ reasons }) => reasons)),
        )
      }
    }
  }
  if (open.length > 0) return { verdict: 'open', reason: openReason(open) }
  return speaksOfNothing(world, promise) ? { verdict: 'open', reason: NOBODY } : { verdict: 'holds' }
}
