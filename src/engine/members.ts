// The groups of the whole answer, each with its class's place among the peers.
import type { Pod } from '../policy/snapshot.ts'
import { firstAddress, type IpSet } from '../sets/ip-set.ts'
import type { ClassIndex, EndpointClass, PodClass } from './classes.ts'
import { outsideEndpoint } from './endpoint.ts'
import type { Group } from './reachability.ts'

/** A group, its class's place among the peers, and its node where that can matter (S32). */
export interface Member {
  readonly group: Group
  readonly position: number
  readonly host: boolean
  readonly node: string | undefined
}

/** Whom the answer is about. */
export interface Ends {
  readonly index: ClassIndex
  readonly pods: readonly Pod[]
  /** Of each pod, place by place. */
  readonly podClasses: readonly PodClass[]
  /** The addresses outside, in pieces that no policy tells apart. */
  readonly pieces: readonly IpSet[]
}

/** The members of pods by class, by node where a pod on the host network says which node is its own, then the outside. */
export function membersOf({ index, pods, podClasses, pieces }: Ends): { members: Member[]; classes: EndpointClass[] } {
  const classes: EndpointClass[] = []
  const positions = new Map<EndpointClass, number>()
  const positionOf = (one: EndpointClass): number => {
    const known = positions.get(one)
    if (known !== undefined) return known
    positions.set(one, classes.length)
    return classes.push(one) - 1
  }
  const nodes = pods.some(({ hostNetwork }) => hostNetwork)
  const byKey = new Map<number | string, { position: number; pods: Pod[]; host: boolean; node: string | undefined }>()
  for (const [at, pod] of pods.entries()) {
    const position = positionOf(podClasses[at] as PodClass)
    const node = nodes ? pod.nodeName : undefined
    const key = node === undefined ? position : `${position} ${node}`
    const known = byKey.get(key)
    if (known) known.pods.push(pod)
    else byKey.set(key, { position, pods: [pod], host: pod.hostNetwork, node })
  }
  const members = [...byKey.values()].map(({ position, pods: own, host, node }, id): Member => ({
    group: { kind: 'pods', id, pods: own },
    position,
    host,
    node,
  }))
  for (const addresses of pieces) {
    const first = firstAddress(addresses)
    if (!first) continue
    const position = positionOf(index.classOf(outsideEndpoint(first)))
    members.push({
      group: { kind: 'outside', id: members.length, addresses },
      position,
      host: false,
      node: undefined,
    })
  }
  return { members, classes }
}
