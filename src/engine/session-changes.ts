// What became different between two moments of a session: the rows of the pods that a change can touch, before and after.
import type { Direction, NetworkPolicy } from '../policy/network-policy.ts'
import { matches } from '../policy/selector.ts'
import { type Pod, qualifiedName } from '../policy/snapshot.ts'
import { firstAddress, type IpSet, NO_ADDRESSES, unionAddresses } from '../sets/ip-set.ts'
import type { Family } from '../sets/ip-address.ts'
import { ClassSet } from './class-set.ts'
import { type Endpoint, outsideEndpoint } from './endpoint.ts'
import type { SessionUpdate } from './session.ts'
import type { SessionWorld } from './session-world.ts'
import { piecesOf, vocabularyOf } from './vocabulary.ts'

/** In one direction, what policies say of a pod and these peers is another thing than before. */
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

/** The pods of each world, by name, that hold addresses. */
function byName(pods: readonly Pod[]): Map<string, Pod> {
  return new Map(pods.map((pod) => [qualifiedName(pod), pod]))
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

interface Ends {
  readonly old: readonly Pod[]
  readonly now: readonly Pod[]
}

/** Compares what two worlds say of one pod and the same peers, place by place. */
function peersThatDiffer(
  worlds: readonly [SessionWorld, SessionWorld],
  { pods, direction, ends }: { pods: readonly [Pod, Pod]; direction: Direction; ends: Ends & Sets },
): Pod[] {
  const rows = FAMILIES.map((family) =>
    worlds.map((world, i) => {
      const peers = i === 0 ? ends.oldSet : ends.nowSet
      return world.row({ direction, family, subject: world.classOf(pods[i] as Pod), peers })
    }),
  )
  if (rows.every(([old, now]) => old === now)) return []
  return ends.now.filter((_, i) => rows.some(([old, now]) => old?.[i] !== now?.[i]))
}

interface Sets {
  readonly oldSet: ReturnType<SessionWorld['peers']>['set']
  readonly nowSet: ReturnType<SessionWorld['peers']>['set']
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

/** Names of pods whose policies may say another thing of these peers: what no rule tells apart before and after stays. */
function hearingOf(
  after: SessionWorld,
  { old, now }: { old: readonly Pod[]; now: readonly Pod[] },
  worlds: readonly [SessionWorld, SessionWorld],
): Set<string> {
  const names = new Set<string>()
  const pairs = now.map((pod, i) => [worlds[0].classOf(old[i] as Pod), worlds[1].classOf(pod)] as const)
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
  const [old, now] = [before.peers(), after.peers()]
  const self = touched(before, after)
  const oldPods = before.objects.pods === after.objects.pods ? undefined : byName(old.pods)
  const nowPods = oldPods ? byName(now.pods) : undefined
  const both = (name: string): readonly [Pod, Pod] | undefined => {
    const [a, b] = [
      oldPods ? oldPods.get(name) : before.objects.pods.get(name),
      nowPods ? nowPods.get(name) : after.objects.pods.get(name),
    ]
    return a && b && [a, b]
  }
  const clusterChanged = before.objects.clusterPolicies !== after.objects.clusterPolicies
  const whole = new Set([...selected(before, after), ...self])
  if (clusterChanged) for (const pod of now.pods) whole.add(qualifiedName(pod))

  const shared = now.pods.filter((pod) => !oldPods || oldPods.has(qualifiedName(pod)))
  const sameSet = old.set === now.set
  const setOf = (pods: readonly Pod[], i: 0 | 1): Sets['oldSet'] =>
    new ClassSet(pods.map((pod) => worlds[i].classOf(pod)))
  const oldOf = (pods: readonly Pod[]): Pod[] => pods.flatMap((pod) => both(qualifiedName(pod))?.[0] ?? [])
  const everyone: Ends & Sets = sameSet
    ? { old: old.pods, now: now.pods, oldSet: old.set, nowSet: now.set }
    : { old: oldOf(shared), now: shared, oldSet: setOf(oldOf(shared), 0), nowSet: setOf(shared, 1) }
  const changedPods = shared.filter((pod) => self.has(qualifiedName(pod)))
  const few: Ends & Sets = {
    old: oldOf(changedPods),
    now: changedPods,
    oldSet: setOf(oldOf(changedPods), 0),
    nowSet: setOf(changedPods, 1),
  }

  const rows: RowChange[] = []
  const tell = (pods: readonly [Pod, Pod], ends: Ends & Sets, outsideToo: boolean): void => {
    for (const direction of DIRECTIONS) {
      const peers = peersThatDiffer(worlds, { pods, direction, ends })
      const outside = outsideToo ? outsideThatDiffers(worlds, { pods, direction }) : NO_ADDRESSES
      if (peers.length > 0 || firstAddress(outside)) rows.push({ direction, pod: pods[1], peers, outside })
    }
  }
  for (const name of whole) {
    const pods = both(name)
    if (pods) tell(pods, everyone, true)
  }
  if (changedPods.length > 0) {
    const names = after.objects.clusterPolicies.size > 0 ? shared.map(qualifiedName) : hearingOf(after, few, worlds)
    for (const name of names) {
      const pods = whole.has(name) ? undefined : both(name)
      if (pods) tell(pods, few, false)
    }
  }
  return {
    added: oldPods ? now.pods.filter((pod) => !oldPods.has(qualifiedName(pod))) : [],
    removed: nowPods ? old.pods.filter((pod) => !nowPods.has(qualifiedName(pod))) : [],
    rows,
  }
}
