// Changed pairs with one explanation each, joined into as few changes as say the same.
import type { Family } from '../../sets/ip-address.ts'
import type { Change, Grade } from './answer.ts'
import { worstGrade } from './grade.ts'
import type { Joint } from './joint.ts'
import type { Parties } from './parties.ts'
import type { Blame, Responsible } from './responsible.ts'
import type { Shifted } from './rows.ts'
import type { Shift } from './shift.ts'

/** What all pairs of one change have in common. */
interface Alike {
  readonly shift: Shift
  readonly families: readonly Family[]
  readonly blame: Blame
}

interface Bundle extends Omit<Alike, 'families'> {
  /** Grows where an end is outside: an address has one family, which it says itself. */
  families: readonly Family[]
  /** By source. */
  readonly destinations: Map<Joint, Set<Joint>>
}

const GRADES: readonly Grade[] = ['high', 'medium', 'low']

function keyOf(
  source: Joint,
  destination: Joint,
  at: Alike & { parties: Parties; numbers: (edit: object) => number },
): string {
  const { shift, families, blame, parties, numbers } = at
  const outside = source.kind === 'outside' || destination.kind === 'outside'
  return JSON.stringify([
    [shift.kind, shift.before, shift.after, shift.reasons, outside ? [] : families],
    [blame.connections, blame.cause, blame.edits.map(numbers)],
    [source.kind, parties.isModel(source), destination.kind, parties.isModel(destination)],
  ])
}

/** A group of one pod has nothing to say of itself. */
function single(joint: Joint): boolean {
  return joint.kind === 'outside' || joint.units.length === 1
}

function ids(joints: Iterable<Joint>): string {
  return [...joints]
    .map(({ id }) => id)
    .sort((a, b) => a - b)
    .join()
}

/** Sources with the same destinations together; where each lacks but itself among them, these too. */
function rectangles(
  destinations: ReadonlyMap<Joint, ReadonlySet<Joint>>,
): { sources: Joint[]; destinations: Joint[] }[] {
  const alike = [...Map.groupBy(destinations, ([, own]) => ids(own)).values()]
  const several = alike.filter(({ length }) => length > 1)
  const alone = alike.filter(({ length }) => length === 1).flat()
  const withSelf = Map.groupBy(alone, ([source, own]) => ids(single(source) ? new Set([...own, source]) : own))
  return [...several, ...withSelf.values()].map((same) => {
    const sources = same.map(([source]) => source)
    const own = same.length === 1 ? same[0]?.[1] : new Set(same.flatMap(([, each]) => [...each]))
    return { sources, destinations: [...(own ?? [])] }
  })
}

function changeOf(
  { sources, destinations }: { readonly sources: readonly Joint[]; readonly destinations: readonly Joint[] },
  { shift, families, blame }: Alike,
  parties: Parties,
): Change {
  const [from, to] = [parties.of(sources), parties.of(destinations)]
  return {
    kind: shift.kind,
    before: shift.before,
    after: shift.after,
    sources: from,
    destinations: to,
    families,
    connections: blame.connections,
    reasons: shift.reasons,
    cause: blame.cause,
    edits: blame.edits,
    ...worstGrade(shift.kind, from, to),
  }
}

function sortText({ sources, destinations, connections, families, before, after, cause }: Change): string {
  const name = (party: Change['sources'][number]): string =>
    party.kind === 'outside' ? '~' : `${party.namespace}/${party.name}/${party.owner}/${(party.pods ?? []).join()}`
  const bounds = [...sources, ...destinations].flatMap((party) =>
    party.kind === 'outside' ? [`${party.addresses.v4.join()} ${party.addresses.v6.join()}`] : [],
  )
  return JSON.stringify([
    destinations.map(name),
    sources.map(name),
    connections,
    families,
    before,
    after,
    cause,
    bounds,
  ])
}

/** Gravest first; opened before closed. */
function inOrder(changes: readonly Change[]): Change[] {
  const keyed = changes.map((change) => ({
    change,
    key: `${GRADES.indexOf(change.grade)}${change.kind === 'opened' ? 0 : 1}${sortText(change)}`,
  }))
  return keyed.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0)).map(({ change }) => change)
}

/** All changes of the pairs: of one cause, one set of connections and one kind of ends each. */
export function changesOf(
  shifted: readonly Shifted[],
  { responsible, parties }: { readonly responsible: Responsible; readonly parties: Parties },
): Change[] {
  const bundles = new Map<string, Bundle>()
  const known = new Map<object, number>()
  const numbers = (edit: object): number => {
    const number = known.get(edit) ?? known.size
    known.set(edit, number)
    return number
  }
  for (const { sources, destination, families, shift } of shifted) {
    const [family = 4] = families
    for (const source of sources) {
      for (const blame of responsible.blame({ source, destination, family }, shift)) {
        const key = keyOf(source, destination, { shift, families, blame, parties, numbers })
        const bundle = bundles.get(key) ?? { shift, families, blame, destinations: new Map<Joint, Set<Joint>>() }
        bundles.set(key, bundle)
        bundle.families = ([4, 6] as const).filter((one) => bundle.families.includes(one) || families.includes(one))
        const own = bundle.destinations.get(source) ?? new Set<Joint>()
        bundle.destinations.set(source, own)
        own.add(destination)
      }
    }
  }
  const changes = [...bundles.values()].flatMap((bundle) =>
    rectangles(bundle.destinations).map((one) => changeOf(one, bundle, parties)),
  )
  return inOrder(changes)
}
