// The assertions of an input as universal statements: what `moat assert` checks on its pods, proven for all pods that could exist.
import { type Profile, SPEC } from '../engine/profile.ts'
import type { Assertion, AssertionPlace } from '../policy/assertion.ts'
import type { PortMatch } from '../policy/network-policy.ts'
import { ADDED_BY_CONTROLLERS } from '../policy/controller-labels.ts'
import type { Pod, Snapshot } from '../policy/snapshot.ts'
import { connections } from '../sets/connection-set.ts'
import { formatCidr } from '../sets/ip-address.ts'
import { ALL_ADDRESSES, ipSetOf } from '../sets/ip-set.ts'
import type { Box } from '../sets/label-set.ts'
import { ALL_PORTS, portRange } from '../sets/port-set.ts'
import { NO_CONNECTIONS } from '../sets/connection-set.ts'
import { membersOf } from './assert/members.ts'
import { answer } from './claim.ts'
import { peerWords } from './declared.ts'
import type { AssertionProof } from './proof.ts'
import { everyPolicyResiduals } from './residuals.ts'
import { ANY_PORT, type Spot, type StatedPorts, type Statement, statementClaim, statementWords } from './statement.ts'
import { distinct, everyPod } from './subjects.ts'
import { peerBox, universeOf } from './universe.ts'
import { worldOf } from './world.ts'
import { namespaceSelectorsOf } from './selectors.ts'

/**
 * Policies cannot tell pods of one namespace with equal labels apart: a pod by its name stands for all of them. Labels that
 * controllers make up are left out.
 */
function alike(pod: Pod): Box[] {
  const requirements = [...pod.labels]
    .filter(([key]) => !ADDED_BY_CONTROLLERS.has(key))
    .map(([key, value]) => ({ key, operator: 'In', values: [value] }) as const)
  const box = peerBox({ namespaces: 'own', pods: { requirements } }, pod.namespace)
  return box ? [box] : []
}

function spotOf(place: AssertionPlace, snapshot: Snapshot, pods: readonly Pod[]): Spot {
  switch (place.kind) {
    case 'named': {
      const named = [...membersOf(place, { snapshot, pods, outside: ALL_ADDRESSES }).sure.pods]
      const { namespace, name } = place
      if (named.length === 0)
        return { kind: 'unknown', reason: `the input has no pod or workload ${namespace}/${name}` }
      return { kind: 'given', subjects: distinct(named), alike: named.flatMap(alike) }
    }
    case 'pods':
      return { kind: 'pods', box: peerBox(place, '') }
    case 'cidr':
      return { kind: 'outside', addresses: ipSetOf(place.cidr) }
    case 'host':
      return { kind: 'unknown', reason: `which addresses ${place.name} has is not known from files` }
  }
}

function portsOf(ports: 'any' | PortMatch): StatedPorts {
  if (ports === 'any') return ANY_PORT
  switch (ports.kind) {
    case 'all':
      return { fixed: connections(ports.protocol, ALL_PORTS), names: [] }
    case 'range':
      return { fixed: connections(ports.protocol, portRange(ports.first, ports.last)), names: [] }
    case 'named':
      return { fixed: NO_CONNECTIONS, names: [{ name: ports.name, protocol: ports.protocol }] }
  }
}

function portsWords(ports: 'any' | PortMatch): string {
  if (ports === 'any') return ''
  const protocol = ports.protocol.toLowerCase()
  switch (ports.kind) {
    case 'all':
      return `any ${protocol} port`
    case 'range':
      return `${protocol}/${ports.first === ports.last ? ports.first : `${ports.first}-${ports.last}`}`
    case 'named':
      return `${protocol}/${ports.name}`
  }
}

function placeWords(place: AssertionPlace): string {
  switch (place.kind) {
    case 'named':
      return `${place.namespace}/${place.name}`
    case 'pods':
      return peerWords(place, '')
    case 'cidr':
      return formatCidr(place.cidr)
    case 'host':
      return place.name
  }
}

function statementOf(assertion: Assertion, snapshot: Snapshot, pods: readonly Pod[]): Statement {
  const { name, expect, from, to, ports, span } = assertion
  return {
    name,
    words: statementWords(expect, { from: placeWords(from), to: placeWords(to) }, portsWords(ports)),
    from: spotOf(from, snapshot, pods),
    to: spotOf(to, snapshot, pods),
    ports: portsOf(ports),
    expect,
    ...(span && { span }),
  }
}

/** Proves or refutes every assertion of the snapshot against its policies, over all pods that could exist. */
export function proveAssertions(snapshot: Snapshot, profile: Profile = SPEC): AssertionProof {
  const { assertions } = snapshot
  const stated = assertions.flatMap(({ from, to }) => [from, to])
  const world = worldOf(snapshot, profile, universeOf(snapshot, namespaceSelectorsOf(snapshot, stated)))
  const pods = everyPod(snapshot)
  return {
    profile: profile.name,
    claims: assertions.map((one) => answer(world, statementClaim(statementOf(one, snapshot, pods), world.universe))),
    residuals: everyPolicyResiduals(snapshot),
  }
}
