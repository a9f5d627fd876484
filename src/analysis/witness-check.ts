// A witness put into the snapshot it speaks of, so that the engine, or any other oracle, can judge it.
import type { Engine } from '../engine/engine.ts'
import { createEngine } from '../engine/engine.ts'
import type { Endpoint } from '../engine/endpoint.ts'
import type { Profile } from '../engine/profile.ts'
import type { Namespace, Pod, Snapshot } from '../policy/snapshot.ts'
import { hasConnection } from '../sets/connection-set.ts'
import { formatAddress } from '../sets/ip-address.ts'
import type { Witness, WitnessEnd } from './proof.ts'

/** The snapshot with the witness's pods and their namespaces in it, and its two ends. */
export interface Staged {
  readonly snapshot: Snapshot
  readonly source: Endpoint
  readonly destination: Endpoint
}

function endpointOf(end: WitnessEnd): Endpoint {
  if (end.kind === 'outside') return end
  const { namespace, name, labels, ports, addresses } = end
  const pod: Pod = { namespace, name, labels, ports, addresses, annotations: new Map(), hostNetwork: false }
  return { kind: 'pod', pod }
}

/** Namespaces of the ends as the witness has them: declared, since what it shows must hold for them as they are. */
function namespacesOf(ends: readonly WitnessEnd[]): Namespace[] {
  return ends.flatMap((end) =>
    end.kind === 'pod' ? [{ name: end.namespace, labels: end.namespaceLabels, declared: true }] : [],
  )
}

export function stage(snapshot: Snapshot, witness: Omit<Witness, 'allowed'>): Staged {
  const ends = [witness.source, witness.destination]
  const [source, destination] = ends.map(endpointOf) as [Endpoint, Endpoint]
  const namespaces = new Map(snapshot.namespaces)
  for (const namespace of namespacesOf(ends)) {
    if (!namespaces.get(namespace.name)?.declared) namespaces.set(namespace.name, namespace)
  }
  const known = new Set(snapshot.pods.map((pod) => `${pod.namespace}/${pod.name}`))
  const added = [source, destination].flatMap((end) =>
    end.kind === 'pod' && !known.has(`${end.pod.namespace}/${end.pod.name}`) ? [end.pod] : [],
  )
  return { snapshot: { ...snapshot, namespaces, pods: [...snapshot.pods, ...added] }, source, destination }
}

/** What the engine says of a witness, with the engine to ask why. Throws when it does not say what the proof says. */
export function confirm(staged: Staged, witness: Witness, profile: Profile): Engine {
  const engine = createEngine(staged.snapshot, profile)
  const { source, destination } = staged
  const { protocol, port, family, allowed } = witness
  const reach = engine.reach(source, destination, family)
  const sure = hasConnection(reach.allowed, protocol, port)
  const perhaps = reach.depends.some(({ connections }) => hasConnection(connections, protocol, port))
  if (allowed ? sure : !sure && !perhaps) return engine
  const says = sure ? 'allowed' : perhaps ? 'open' : 'denied'
  throw new Error(
    `the proof's witness ${endText(witness.source)} to ${endText(witness.destination)} ${protocol}/${port} over IPv${family} should be ${allowed ? 'allowed' : 'denied'}, but the engine says ${says}`,
  )
}

function endText(end: WitnessEnd): string {
  return end.kind === 'pod' ? `${end.namespace}/${end.name}` : formatAddress(end.address)
}
