// The reference oracle's reading of label selectors, and of labels that the input does not tell.
import type { RawCluster, RawSelector } from '../support/raw-objects.ts'
import { ask, type World } from './world.ts'

const NAME_LABEL = 'kubernetes.io/metadata.name'
type Condition = (valueOf: (key: string) => string | undefined) => boolean

function conditionsOf(selector: RawSelector): { readonly key: string; readonly holds: Condition }[] {
  return [
    ...Object.entries(selector.matchLabels ?? {}).map(([key, value]) => ({
      key,
      holds: ((valueOf) => valueOf(key) === value) satisfies Condition,
    })),
    ...(selector.matchExpressions ?? []).map(({ key, operator, values }) => ({
      key,
      holds: ((valueOf) => {
        const value = valueOf(key)
        const listed = value !== undefined && (values ?? []).includes(value)
        return { In: listed, NotIn: !listed, Exists: value !== undefined, DoesNotExist: value === undefined }[operator]
      }) satisfies Condition,
    })),
  ]
}

export function selects(selector: RawSelector, labels: Readonly<Record<string, string>>): boolean {
  return conditionsOf(selector).every(({ holds }) =>
    holds((key) => (Object.hasOwn(labels, key) ? labels[key] : undefined)),
  )
}

/** Something with labels of which only some are known. */
interface Thing {
  readonly name: string
  readonly known: Readonly<Record<string, string>>
}

/** Whether the selector matches, where that may be open. */
export function mayBeSelected(selector: RawSelector, thing: Thing, world: World): boolean {
  const { known } = thing
  const conditions = conditionsOf(selector)
  const told = conditions.filter(({ key }) => Object.hasOwn(known, key))
  const open = conditions.filter(({ key }) => !Object.hasOwn(known, key))
  if (!told.every(({ holds }) => holds((key) => known[key]))) return false
  if (open.length === 0) return true
  if (world.questions === 'matches') return world.reading.pick(undefined, [false, true])
  const valueOf = (key: string) =>
    ask(world, `${key} of ${thing.name}`, [undefined, ...valuesOf(key, world.cluster), '*'])
  return open.every(({ holds }) => holds(valueOf))
}

/** Every value that a selector of the cluster asks a key for; all others are as one. */
function valuesOf(key: string, cluster: RawCluster): readonly string[] {
  const known = VALUES.get(cluster) ?? new Map<string, readonly string[]>()
  VALUES.set(cluster, known)
  const found = known.get(key) ?? [...new Set(conditionValues(cluster.objects, key))].sort()
  known.set(key, found)
  return found
}

const VALUES = new WeakMap<RawCluster, Map<string, readonly string[]>>()

function conditionValues(value: unknown, key: string): string[] {
  if (typeof value !== 'object' || value === null) return []
  const { matchLabels, matchExpressions } = value as RawSelector
  const own = [
    ...Object.entries(matchLabels ?? {}).flatMap(([name, text]) => (name === key ? [text] : [])),
    ...(matchExpressions ?? []).flatMap((one) => (one.key === key ? (one.values ?? []) : [])),
  ]
  return [...own, ...Object.values(value).flatMap((inner) => conditionValues(inner, key))]
}

/** "The API server sets kubernetes.io/metadata.name on all namespaces"; other labels need the Namespace object. */
export function selectsNamespace(selector: RawSelector, name: string, world: World): boolean {
  const object = world.cluster.objects.find((one) => one.kind === 'Namespace' && one.metadata.name === name)
  if (object?.kind === 'Namespace') return selects(selector, { ...object.metadata.labels, [NAME_LABEL]: name })
  return mayBeSelected(selector, { name: `namespace ${name}`, known: { [NAME_LABEL]: name } }, world)
}
