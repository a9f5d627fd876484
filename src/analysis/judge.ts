// Decides a universal claim about the policies: nothing forbidden passes, or everything promised does.
import type { DependsReason } from '../engine/reach.ts'
import type { Direction } from '../policy/network-policy.ts'
import type { Pod } from '../policy/snapshot.ts'
import { type Ends, type Flow, flows, type Named, type NamedPort, possible, type World } from './flow.ts'
import type { Witness } from './proof.ts'
import { type Cell, type Region, subtractRegions, withinBox } from './region.ts'
import { asksNamespaceLabels, type NamespacePart, placesOf, withoutNamespaceLabels } from './universe.ts'
import { choose, type Chosen } from './witness.ts'

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
  /** It holds under one reading and fails under another. */
  | { readonly verdict: 'open'; readonly reasons: readonly DependsReason[]; readonly flow?: Flow }

/** How many violations are weighed for the most telling witness. */
const ENOUGH = 512

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

interface Violation {
  readonly place: Placed
  readonly flow: Flow
}

/** The side the claim is about first: it usually lets the least through. */
function order(ends: Ends): readonly Direction[] {
  return ends.source.kind === 'pod' ? ['egress', 'ingress'] : ['ingress', 'egress']
}

function* violations(world: World, denial: Denial): Generator<Violation> {
  for (const within of possibly(denial.ends, denial.within)) {
    for (const flow of flows(world, { ends: denial.ends, directions: order(denial.ends) }, within)) {
      const excused = denial.except.filter(({ names }) => includesNames(flow.names, names)).map(({ cell }) => cell)
      for (const cell of subtractRegions([flow.cell], excused)) {
        for (const place of placed(world, denial.ends, cell)) yield { place, flow }
      }
    }
  }
}

function includesNames(all: readonly NamedPort[], some: readonly NamedPort[]): boolean {
  return some.every((one) => all.some((other) => other.name === one.name && other.protocol === one.protocol))
}

/** The more telling witness: pods of the input, then namespaces of the input, then few conditions. */
function weight({ place, chosen }: { place: Placed; chosen: Chosen }): number {
  const known = place.parts.filter(({ kind }) => kind !== 'new').length
  const conditions = place.cell.source.box.size + place.cell.destination.box.size
  return chosen.present * 1_000_000 + known * 1000 - conditions
}

/** Judges that nothing forbidden passes; `pods` are the ones a witness should be, where it can. */
export function judgeDenial(world: World, denial: Denial, pods: readonly Pod[]): Judgement {
  let best: { chosen: Chosen; flow: Flow; weight: number } | undefined
  const open: Violation[] = []
  let count = 0
  for (const violation of violations(world, denial)) {
    const { place, flow } = violation
    if (flow.reasons.length > 0 || place.conditional) {
      if (open.length < ENOUGH) open.push(violation)
      continue
    }
    const chosen = choose(world.snapshot, { ends: denial.ends, cell: place.cell, names: flow.names }, pods)
    const found = weight({ place, chosen })
    if (!best || found > best.weight) best = { chosen, flow, weight: found }
    if (++count >= ENOUGH) break
  }
  if (best) return { verdict: 'fails', witness: best.chosen.witness, flow: best.flow }
  const sure = surely(world, denial, { open, pods })
  if (sure) return sure
  const [first] = open
  if (!first) return { verdict: 'holds' }
  return { verdict: 'open', reasons: reasonsOf(open), flow: first.flow }
}

function reasonsOf(open: readonly Violation[]): DependsReason[] {
  const all = open.flatMap(({ place, flow }): DependsReason[] =>
    place.conditional ? [...flow.reasons, 'namespace-labels-unknown'] : [...flow.reasons],
  )
  return [...new Set(all)]
}

/**
 * Violations that each ask for labels of a namespace that are not known may leave no labels for which nothing passes:
 * then something passes whatever they are.
 */
function surely(
  world: World,
  denial: Denial,
  at: { open: readonly Violation[]; pods: readonly Pod[] },
): Judgement | undefined {
  const certain = at.open.filter(({ flow }) => flow.reasons.length === 0)
  for (const { place, flow } of certain) {
    const free = freed(place.cell, denial.ends)
    const others = certain.filter((other) => includesNames(flow.names, other.flow.names))
    const rest = subtractRegions(
      [free],
      others.map((other) => other.place.cell),
    )
    if (rest.length > 0) continue
    const chosen = choose(world.snapshot, { ends: denial.ends, cell: free, names: flow.names }, at.pods)
    return { verdict: 'fails', witness: chosen.witness, flow }
  }
  return undefined
}

function freed(of: Cell, ends: Ends): Cell {
  const side = (role: 'source' | 'destination') =>
    ends[role].kind === 'pods' ? { ...of[role], box: withoutNamespaceLabels(of[role].box) } : of[role]
  return { ...of, source: side('source'), destination: side('destination') }
}

/** Judges that at least one of some connections passes, whichever pods could exist. */
export function judgeSome(world: World, promise: Promise): Judgement {
  const open: Violation[] = []
  for (const within of possibly(promise.ends, promise.within)) {
    for (const flow of flows(world, promise, within)) {
      if (!includesNames(within.names, flow.names)) continue
      for (const place of placed(world, promise.ends, flow.cell)) {
        if (flow.reasons.length === 0 && !place.conditional) return { verdict: 'holds' }
        open.push({ place, flow })
      }
    }
  }
  if (open.length > 0) return { verdict: 'open', reasons: reasonsOf(open) }
  const [place] = possibly(promise.ends, promise.within).flatMap(({ cell, names }) =>
    placed(world, promise.ends, cell).map((where) => ({ ...where, names })),
  )
  if (!place) return { verdict: 'holds' }
  return { verdict: 'fails', witness: choose(world.snapshot, { ends: promise.ends, ...place }, []).witness }
}

/** Judges that everything promised passes. */
export function judgePromise(world: World, promise: Promise, pods: readonly Pod[]): Judgement {
  const { ends } = promise
  const open: DependsReason[] = []
  for (const { cell, names } of possibly(ends, promise.within)) {
    let missing: Region = [cell]
    const maybe: Flow[] = []
    let candidates = pods
    for (const flow of flows(world, promise, { cell, names })) {
      if (!includesNames(names, flow.names)) {
        candidates = [] // A pod of the input may declare the name; one that could exist need not.
        continue
      }
      if (flow.reasons.length > 0) maybe.push(flow)
      else missing = subtractRegions(missing, [flow.cell])
      if (missing.length === 0) break
    }
    for (const part of missing.flatMap((rest) => placed(world, ends, rest))) {
      const denied = subtractRegions(
        [part.cell],
        maybe.map((flow) => flow.cell),
      )
      const [first] = denied
      if (first && !part.conditional) {
        return { verdict: 'fails', witness: choose(world.snapshot, { ends, cell: first, names }, candidates).witness }
      }
      open.push(
        ...(part.conditional ? (['namespace-labels-unknown'] as const) : maybe.flatMap(({ reasons }) => reasons)),
      )
    }
  }
  return open.length === 0 ? { verdict: 'holds' } : { verdict: 'open', reasons: [...new Set(open)] }
}
