// The engine's groups as endpoints with names: pods by their owner, the outside in as few pieces as answer apart.
import type { Block, Group, Reachability } from '../../engine/reachability.ts'
import type { Pod } from '../../policy/snapshot.ts'
import { workloadOf } from '../../policy/workload-name.ts'
import { NO_ADDRESSES, unionAddresses } from '../../sets/ip-set.ts'
import type { IpSet } from '../../sets/ip-set.ts'
import type { MapEndpoint, OutsideEndpoint, PodsEndpoint } from './map.ts'
import { nameRanges, sizeOf } from './outside-name.ts'
import { reachKey } from './reach-key.ts'

export interface Endpoints {
  readonly endpoints: readonly MapEndpoint[]
  /** By id of a group: the ids of the endpoints that have members of it, ascending. */
  readonly ofGroup: readonly (readonly number[])[]
}

/** Pods of one owner that answer alike, before they are named. */
interface Part {
  readonly groups: readonly number[]
  readonly pods: readonly Pod[]
}

type PodGroup = Extract<Group, { kind: 'pods' }>
type OutsideGroup = Extract<Group, { kind: 'outside' }>

/** What tells owners apart; a bare pod is its own. */
function ownerKey(pod: Pod): string {
  const workload = workloadOf(pod)
  return workload ? `${pod.namespace}\n${workload.name}\n${workload.kind}` : `${pod.namespace}\n${pod.name}\n`
}

/** Who reaches the outside groups of these blocks and whom they reach, as a text that is equal for equal answers. */
function outsideAnswer(at: readonly number[], blocks: readonly Block[], isOutside: readonly boolean[]): string {
  const byKey = new Map<string, number[]>()
  for (const side of at) {
    const block = blocks[side >> 1]
    if (!block) continue
    const isSource = (side & 1) === 0
    const key = `${isSource ? 'from' : 'to'} ${reachKey(block.reach)}`
    const others = (isSource ? block.destinations : block.sources).filter((id) => isOutside[id] !== true)
    const known = byKey.get(key)
    if (known) for (const id of others) known.push(id)
    else byKey.set(key, others)
  }
  // Blocks do not overlap, so nobody is named twice.
  return [...byKey]
    .map(([key, others]) => `${key} ${Int32Array.from(others).sort().join()}`)
    .sort()
    .join('\n')
}

/** For each group of the outside its answer; groups of the same blocks share one, which is worked out once. */
function outsideAnswers(blocks: readonly Block[], isOutside: readonly boolean[]): Map<number, string> {
  const sides = new Map<number, number[]>()
  const add = (group: number, side: number): void => {
    if (isOutside[group] !== true) return
    const known = sides.get(group)
    if (known) known.push(side)
    else sides.set(group, [side])
  }
  for (const [index, { sources, destinations }] of blocks.entries()) {
    for (const group of sources) add(group, index * 2)
    for (const group of destinations) add(group, index * 2 + 1)
  }
  const known = new Map<string, string>()
  return new Map(
    [...sides].map(([group, at]): [number, string] => {
      const key = at.join()
      const answer = known.get(key) ?? outsideAnswer(at, blocks, isOutside)
      known.set(key, answer)
      return [group, answer]
    }),
  )
}

/** For each group the blocks it is in, on which side: groups with equal texts answer alike, to each other too. */
function membership(blocks: readonly Block[], count: number): readonly string[] {
  const texts = Array.from({ length: count }, () => '')
  for (const [index, { sources, destinations }] of blocks.entries()) {
    for (const group of sources) texts[group] += `<${index}`
    for (const group of destinations) texts[group] += `>${index}`
  }
  return texts
}

/** One owner's groups, those that answer alike together. */
function partsOf(owned: ReadonlyMap<number, readonly Pod[]>, answers: () => readonly string[]): Part[] {
  const groups = [...owned.keys()]
  const alike = groups.length === 1 ? [groups] : Map.groupBy(groups, (group) => answers()[group]).values()
  return [...alike].map((same) => ({ groups: same, pods: same.flatMap((group) => owned.get(group) ?? []) }))
}

function podNames(pods: readonly Pod[]): string {
  const names = pods.map(({ name }) => name)
  return names.length > 3 ? `${names[0]} and ${names.length - 1} more` : names.join(', ')
}

/** Pods by owner, then by group. */
function byOwner(groups: readonly PodGroup[]): Map<string, Map<number, Pod[]>> {
  const owners = new Map<string, Map<number, Pod[]>>()
  for (const group of groups) {
    for (const pod of group.pods) {
      const key = ownerKey(pod)
      const owned = owners.get(key) ?? new Map<number, Pod[]>()
      owners.set(key, owned)
      const pods = owned.get(group.id)
      if (pods) pods.push(pod)
      else owned.set(group.id, [pod])
    }
  }
  return owners
}

function podsEndpoints(groups: readonly PodGroup[], answers: () => readonly string[]): [Part, PodsEndpoint][] {
  const owners = [...byOwner(groups)].sort(([a], [b]) => (a < b ? -1 : 1))
  const nameOf = (key: string): string => key.slice(0, key.lastIndexOf('\n'))
  const namesakes = new Map<string, number>()
  for (const [key] of owners) namesakes.set(nameOf(key), (namesakes.get(nameOf(key)) ?? 0) + 1)
  let id = 0
  return owners.flatMap(([key, owned]) => {
    const [namespace = '', name = '', kind = ''] = key.split('\n')
    const owner = kind === '' ? 'Pod' : kind
    const label = namesakes.get(nameOf(key)) === 1 ? `${namespace}/${name}` : `${namespace}/${name} [${owner}]`
    const parts = partsOf(owned, answers)
    return parts.map((part): [Part, PodsEndpoint] => [
      part,
      {
        kind: 'pods',
        id: id++,
        label: parts.length === 1 ? label : `${label} (${podNames(part.pods)})`,
        namespace,
        name,
        owner,
        pods: part.pods,
        part: parts.length > 1,
        hostNetwork: part.pods.every(({ hostNetwork }) => hostNetwork),
      },
    ])
  })
}

function outsideEndpoints(
  groups: readonly OutsideGroup[],
  blocks: readonly Block[],
  count: number,
): { groups: readonly number[]; addresses: IpSet }[] {
  const isOutside: boolean[] = Array.from({ length: count }, () => false)
  for (const { id } of groups) isOutside[id] = true
  const answers = outsideAnswers(blocks, isOutside)
  const alike = [...Map.groupBy(groups, ({ id }) => answers.get(id) ?? '').values()]
  return alike
    .map((same) => ({
      groups: same.map(({ id }) => id),
      addresses: same.reduce((all, { addresses }) => unionAddresses(all, addresses), NO_ADDRESSES),
    }))
    .sort((a, b) => sizeOf(b.addresses) - sizeOf(a.addresses))
}

/** The endpoints of a map, and where each group of the engine went. */
export function endpointsOf({ groups, blocks }: Reachability): Endpoints {
  const pods = groups.filter((group) => group.kind === 'pods')
  const outside = groups.filter((group) => group.kind === 'outside')
  let answers: readonly string[] | undefined
  const named = podsEndpoints(pods, () => (answers ??= membership(blocks, groups.length)))
  const ranges = outsideEndpoints(outside, blocks, groups.length)
  const names = nameRanges(ranges.map(({ addresses }) => addresses))
  const outsiders = ranges.map(({ addresses }, index): OutsideEndpoint => {
    const { label, detail } = names[index] ?? { label: '', detail: '' }
    return { kind: 'outside', id: named.length + index, label, detail, addresses }
  })
  const ofGroup: number[][] = groups.map(() => [])
  // One group stands for a range: all its groups answer alike, and those of one family are in the blocks of that family.
  const members = [...named.map(([part]) => part), ...ranges.map(({ groups: own }) => ({ groups: own.slice(0, 1) }))]
  for (const [id, { groups: own }] of members.entries()) for (const group of own) ofGroup[group]?.push(id)
  return { endpoints: [...named.map(([, endpoint]) => endpoint), ...outsiders], ofGroup }
}
