// What became different between two moments of a session: the rows of the pods that a change can touch, before and after.
import type { Direction, NetworkPolicy } from '../policy/network-policy.ts'
import { matches } from '../policy/selector.ts'
import { type Pod, qualifiedName } from '../policy/snapshot.ts'
import { firstAddress, type IpSet, NO_ADDRESSES, unionAddresses } from '../sets/ip-set.ts'
import type { Family } from '../sets/ip-address.ts'
import { ClassSet, type PeerSet } from './class-set.ts'
import { type Endpoint, outsideEndpoint } from './endpoint.ts'
import type { SessionUpdate } from './session.ts'
import type { SessionWorld } from './session-world.ts'
import { piecesOf, vocabularyOf } from './vocabulary.ts'

/**
 * In one direction, what policies say of a pod and these peers is another thing than before. What hangs on the node of a pod
 * (S32) is no matter of policies: of a pod that was itself replaced not every pair is told, so ask `reach` about it anew.
 */
export interface RowChange {
  readonly direction: Direction
  readonly pod: Pod
  /** Other pods, and the pod itself where it stands for another like it. */
  readonly peers: readonly Pod[]
  readonly outside: IpSet
}

const FAMILIES: readonly Family[] = [4, 6]
const DIRECTIONS: readonly Direction[] = ['ingress', 'egress']

/** Keys of objects that are not the same in both. */
function differing<T>(before: ReadonlyMap<string, T>, after: ReadonlyMap<string, T>): string[] {
  if (before === after) return []
  const keys = [...before].filter(([key, one]) => after.get(key) !== one).map(([key]) => key)
  return [...keys, ...[...after.keys()].filter((key) => !before.has(key))]
}

/** Names of pods that a changed policy selects now or did before. */
function selected(before: SessionWorld, after: SessionWorld): Set<string> {
  const names = new Set<string>()
  const worlds = [before, after]
  for (const key of differing(before.objects.networkPolicies, after.objects.networkPolicies)) {
    for (const { objects } of worlds) {
      const policy = objects.networkPolicies.get(key)
      if (policy) for (const world of worlds) addSubjects(names, policy, world)
    }
  }
  return names
}

function addSubjects(names: Set<string>, { subject, namespace }: NetworkPolicy, world: SessionWorld): void {
  for (const pod of world.podsIn(namespace)) if (matches(subject, pod.labels)) names.add(qualifiedName(pod))
}

/** Names of pods that changed themselves or whose namespace did. */
function touched(before: SessionWorld, after: SessionWorld): Set<string> {
  const names = new Set(differing(before.objects.pods, after.objects.pods))
  for (const namespace of differing(before.objects.namespaces, after.objects.namespaces)) {
    for (const world of [before, after]) for (const pod of world.podsIn(namespace)) names.add(qualifiedName(pod))
  }
  return names
}

/** Pods that are there before and after, with their places among the peers of each world. */
interface Ends {
  readonly pods: readonly Pod[]
  readonly sets: readonly [PeerSet, PeerSet]
  /** The places of each pod; absent: as in the list. */
  readonly places?: readonly (readonly [number, number])[]
}

function endsOf(worlds: readonly [SessionWorld, SessionWorld], pairs: readonly (readonly [Pod, Pod])[]): Ends {
  const setOf = (i: 0 | 1): PeerSet => new ClassSet(pairs.map((pods) => worlds[i].classOf(pods[i])))
  return { pods: pairs.map(([, now]) => now), sets: [setOf(0), setOf(1)] }
}

function everyoneIn(before: SessionWorld, after: SessionWorld): Ends {
  const [old, now] = [before.peers(), after.peers()]
  const sets = [old.set, now.set] as const
  if (old.set === now.set) return { pods: now.pods, sets }
  const oldPlaces = new Map(old.pods.map((pod, place) => [qualifiedName(pod), place]))
  const pods: Pod[] = []
  const places: [number, number][] = []
  for (const [place, pod] of now.pods.entries()) {
    const was = oldPlaces.get(qualifiedName(pod))
    if (was === undefined) continue
    pods.push(pod)
    places.push([was, place])
  }
  return { pods, sets, places }
}

/** Compares what two worlds say of one pod and the same peers, place by place. */
function peersThatDiffer(
  worlds: readonly [SessionWorld, SessionWorld],
  { pods, direction, ends }: { pods: readonly [Pod, Pod]; direction: Direction; ends: Ends },
): Pod[] {
  const rows = FAMILIES.map((family) =>
    worlds.map((world, i) => {
      const peers = ends.sets[i] as PeerSet
      return world.row({ direction, family, subject: world.classOf(pods[i] as Pod), peers })
    }),
  )
  if (rows.every(([old, now]) => old === now)) return []
  return ends.pods.filter((_, i) => {
    const [was, is] = ends.places?.[i] ?? [i, i]
    return rows.some(([old, now]) => old?.[was] !== now?.[is])
  })
}

/** The outside, cut at the borders that the policies of the pod know, before or after. */
function outsideThatDiffers(
  worlds: readonly [SessionWorld, SessionWorld],
  { pods, direction }: { pods: readonly [Pod, Pod]; direction: Direction },
): IpSet {
  const spoken = worlds.map((world, i) => ({
    networkPolicies: world.isolating(world.classOf(pods[i] as Pod), direction).map(({ policy }) => policy),
    clusterPolicies: [...world.objects.clusterPolicies.values()],
  }))
  const { borders } = vocabularyOf({
    networkPolicies: spoken.flatMap(({ networkPolicies }) => networkPolicies),
    clusterPolicies: spoken.flatMap(({ clusterPolicies }) => clusterPolicies),
    nodes: worlds[1].nodes(),
  })
  let differs = NO_ADDRESSES
  for (const piece of piecesOf(borders)) {
    const address = firstAddress(piece)
    if (!address) continue
    const endpoint = outsideEndpoint(address) as Extract<Endpoint, { kind: 'outside' }>
    const peers = new ClassSet([{ kind: 'outside', id: 0, endpoint }])
    const [old, now] = worlds.map(
      (world, i) =>
        world.row({ direction, family: address.family, subject: world.classOf(pods[i] as Pod), peers })[0] as number,
    )
    if (old !== now) differs = unionAddresses(differs, piece)
  }
  return differs
}

/** Names of pods whose policies may say another thing of these peers: some rule tells what they were from what they are. */
function hearingOf(
  worlds: readonly [SessionWorld, SessionWorld],
  changed: readonly (readonly [Pod, Pod])[],
): Set<string> {
  const [before, after] = worlds
  const names = new Set<string>()
  const pairs = changed.map(([old, now]) => [before.classOf(old), after.classOf(now)] as const)
  for (const policy of after.objects.networkPolicies.values()) {
    const { rules } = after.compiled(policy)
    const differs = [...(rules.ingress ?? []), ...(rules.egress ?? [])].some(({ peers, ports }) =>
      pairs.some(
        ([a, b]) =>
          (ports.named.length > 0 && a.portKey !== b.portKey) ||
          (peers !== 'any' &&
            peers.some(({ match }) => FAMILIES.some((family) => match(a, family) !== match(b, family)))),
      ),
    )
    if (differs) addSubjects(names, policy, after)
  }
  return names
}

/** All that differs between two worlds of one session. */
export function changesBetween(before: SessionWorld, after: SessionWorld): SessionUpdate {
  const worlds = [before, after] as const
  const self = touched(before, after)
  const both = (name: string): readonly [Pod, Pod] | undefined => {
    const [old, now] = [before.pod(name), after.pod(name)]
    return old && now && [old, now]
  }
  const whole = new Set([...selected(before, after), ...self])
  if (before.objects.clusterPolicies !== after.objects.clusterPolicies) {
    for (const name of after.objects.pods.keys()) whole.add(name)
  }
  const changedPods = [...self].flatMap((name) => {
    const pods = both(name)
    return pods ? [pods] : []
  })
  let known: Ends | undefined
  const everyone = (): Ends => (known ??= everyoneIn(before, after))

  const rows: RowChange[] = []
  const tell = (pods: readonly [Pod, Pod], ends: Ends, outsideToo: boolean): void => {
    for (const direction of DIRECTIONS) {
      const peers = peersThatDiffer(worlds, { pods, direction, ends })
      const outside = outsideToo ? outsideThatDiffers(worlds, { pods, direction }) : NO_ADDRESSES
      if (peers.length > 0 || firstAddress(outside)) rows.push({ direction, pod: pods[1], peers, outside })
    }
  }
  for (const name of whole) {
    const pods = both(name)
    if (pods) tell(pods, everyone(), true)
  }
  if (changedPods.length > 0) {
    const few = endsOf(worlds, changedPods)
    const byRule = after.objects.clusterPolicies.size === 0
    const names = byRule ? hearingOf(worlds, changedPods) : after.objects.pods.keys()
    for (const name of names) {
      const pods = whole.has(name) ? undefined : both(name)
      if (pods) tell(pods, few, false)
    }
  }
  const only = (one: SessionWorld, other: SessionWorld): Pod[] =>
    [...self].flatMap((name) => (other.pod(name) ? [] : (one.pod(name) ?? [])))
  return { added: only(after, before), removed: only(before, after), rows }
}
