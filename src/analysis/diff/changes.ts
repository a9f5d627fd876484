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

/** Numbers for what is compared by what it says: asked once for each object. */
class Numbers {
  readonly #byObject = new Map<object, number>()
  readonly #byText = new Map<string, number>()

  of(object: object): number {
    const known = this.#byObject.get(object)
    if (known !== undefined) return known
    const text = JSON.stringify(object)
    const number = this.#byText.get(text) ?? this.#byText.size
    this.#byText.set(text, number)
    this.#byObject.set(object, number)
    return number
  }
}

/** Numbers for lists by their elements; lists that many pairs share are read once. */
class Lists {
  readonly #elements = new Map<object, number>()
  readonly #byList = new WeakMap<readonly object[], number>()
  readonly #byText = new Map<string, number>()

  of(list: readonly object[]): number {
    const known = this.#byList.get(list)
    if (known !== undefined) return known
    for (const one of list) if (!this.#elements.has(one)) this.#elements.set(one, this.#elements.size)
    const text = list.map((one) => this.#elements.get(one)).join()
    const number = this.#byText.get(text) ?? this.#byText.size
    this.#byText.set(text, number)
    this.#byList.set(list, number)
    return number
  }
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

/** More explanations than this are nothing that anybody reads: changes that differ in nothing else are told together. */
const MOST_EXPLANATIONS = 2_000

/** The bundles with all edits of those that differ in nothing else. */
function withoutDistinction(bundles: ReadonlyMap<string, Bundle>, parts: ReadonlyMap<Bundle, string>): Bundle[] {
  const alike = Map.groupBy(bundles.values(), (bundle) => parts.get(bundle))
  return [...alike.values()].map((same): Bundle => {
    const [first] = same as [Bundle]
    const destinations = new Map<Joint, Set<Joint>>()
    for (const bundle of same) {
      for (const [source, own] of bundle.destinations) {
        const all = destinations.get(source) ?? new Set<Joint>()
        destinations.set(source, all)
        for (const destination of own) all.add(destination)
      }
    }
    const edits = [...new Set(same.flatMap(({ blame }) => blame.edits))]
    return { ...first, blame: { ...first.blame, edits }, destinations }
  })
}

/** All changes of the pairs: of one cause, one set of connections and one kind of ends each. */
export function changesOf(
  shifted: readonly Shifted[],
  { responsible, parties }: { readonly responsible: Responsible; readonly parties: Parties },
): Change[] {
  const bundles = new Map<string, Bundle>()
  const parts = new Map<Bundle, string>()
  const numbers = new Numbers()
  const lists = new Lists()
  for (const { sources, destination, families, shift } of shifted) {
    const [family = 4] = families
    const verdicts = `${shift.kind} ${shift.before} ${shift.after} ${shift.reasons.join()}`
    const bundleOf = (ends: string, blame: Blame): Bundle => {
      const part = `${verdicts} ${ends} ${numbers.of(blame.connections)} ${blame.cause}`
      const key = `${part} ${lists.of(blame.edits)}`
      const bundle = bundles.get(key) ?? { shift, families, blame, destinations: new Map<Joint, Set<Joint>>() }
      bundles.set(key, bundle)
      parts.set(bundle, part)
      if (families.some((one) => !bundle.families.includes(one))) bundle.families = [4, 6]
      return bundle
    }
    // By kind of source, then by edits: most pairs of one shift have one of a few explanations.
    const met = new Map<string, Map<number, Bundle>>()
    for (const source of sources) {
      const outside = source.kind === 'outside' || destination.kind === 'outside'
      const kind = parties.kindOf(source)
      const own = met.get(kind) ?? new Map<number, Bundle>()
      met.set(kind, own)
      for (const blame of responsible.blame({ source, destination, family }, shift)) {
        const usual = blame.connections === shift.connections && blame.cause === 'policies'
        const list = usual ? lists.of(blame.edits) : -1
        const ends = `${outside ? '' : families.join()} ${kind} ${parties.kindOf(destination)}`
        const bundle = own.get(list) ?? bundleOf(ends, blame)
        if (usual) own.set(list, bundle)
        const destinations = bundle.destinations.get(source) ?? new Set<Joint>()
        bundle.destinations.set(source, destinations)
        destinations.add(destination)
      }
    }
  }
  const told = bundles.size > MOST_EXPLANATIONS ? withoutDistinction(bundles, parts) : [...bundles.values()]
  return inOrder(told.flatMap((bundle) => rectangles(bundle.destinations).map((one) => changeOf(one, bundle, parties))))
}
