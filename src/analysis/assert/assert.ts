// Checks assertions on the pods of the input: every pair, every port, both families must be as expected.
import { createEngine } from '../../engine/engine.ts'
import { type Profile, SPEC } from '../../engine/profile.ts'
import type { Assertion, AssertionPlace } from '../../policy/assertion.ts'
import type { Pod, Snapshot } from '../../policy/snapshot.ts'
import { type IpSet, subtractAddresses } from '../../sets/ip-set.ts'
import { connection } from '../../sets/connection-set.ts'
import { directionAnswer } from '../explain-direction.ts'
import { NOT_ADDRESSES } from '../ranges.ts'
import { everyPod } from '../subjects.ts'
import { chooseConnection } from '../witness.ts'
import { type Meant, type Members, membersOf, nobody, outsideOf } from './members.ts'
import { type Deviation, type Field, fieldOf, look, type Looked } from './pairs.ts'
import type { AssertionResult, AssertionWitness, Untested } from './result.ts'

interface Checker {
  readonly field: Field
  readonly snapshot: Snapshot
  readonly pods: readonly Pod[]
  /** Addresses that no pod of the input has. */
  readonly outside: IpSet
}

function witnessOf({ field }: Checker, deviation: Deviation): AssertionWitness {
  const { source, destination, family, connections } = deviation
  const declared = destination.kind === 'pod' ? destination.pod.ports : []
  const { protocol, port } = chooseConnection(connections, declared)
  const why = field.engine.why(source, destination, family)
  const one = connection(protocol, port)
  const [egress, ingress] = [directionAnswer(why.egress, one), directionAnswer(why.ingress, one)]
  return { source, destination, protocol, port, family, egress, ingress }
}

/**
 * Everybody but `some`: pods on a pod network and addresses that something across a network can have. Pods on the host network
 * stand for their nodes: a pod always hears its own (S32), and other nodes are among the addresses.
 */
function others({ pods, outside }: Checker, some: Members): Members {
  return {
    pods: new Set(pods.filter((pod) => !pod.hostNetwork && !some.pods.has(pod))),
    addresses: subtractAddresses(subtractAddresses(outside, NOT_ADDRESSES), some.addresses),
  }
}

/** Who is asked about: for `Only` the sources are all others, and the fewer are sure to be named the more there are. */
function sourcesOf(checker: Checker, assertion: Assertion, from: Meant): Meant {
  if (assertion.expect !== 'Only') return from
  return { sure: others(checker, from.possible), possible: others(checker, from.sure) }
}

function ends(checker: Checker, place: AssertionPlace): Meant {
  return membersOf(place, checker)
}

function nothing(assertion: Assertion, untested: Untested): AssertionResult {
  return { assertion, verdict: 'Nothing', pass: false, depends: [], untested }
}

function untestedBy(assertion: Assertion, from: Meant, to: Meant): AssertionResult | undefined {
  for (const end of ['from', 'to'] as const) {
    const place = assertion[end]
    if (place.kind === 'host') {
      const untested = { kind: 'host-name', end, name: place.name } as const
      return { assertion, verdict: 'Depends', pass: false, depends: [], untested }
    }
    if (nobody((end === 'from' ? from : to).possible)) return nothing(assertion, { kind: 'nobody', end })
  }
  return undefined
}

function unasked(assertion: Assertion): AssertionResult {
  const { ports } = assertion
  const named = ports !== 'any' && ports.kind === 'named'
  return nothing(assertion, named ? { kind: 'no-port-name', name: ports.name } : { kind: 'no-pair' })
}

function check(checker: Checker, assertion: Assertion): AssertionResult {
  const [named, to] = [ends(checker, assertion.from), ends(checker, assertion.to)]
  const untested = untestedBy(assertion, named, to)
  if (untested) return untested
  const from = sourcesOf(checker, assertion, named)
  const expect = assertion.expect === 'Allowed' ? 'Allowed' : 'Denied'
  const lookAt = (which: 'sure' | 'possible'): Looked =>
    look(checker.field, { from: from[which], to: to[which], ports: assertion.ports }, expect)
  const sure = lookAt('sure')
  if (sure.deviation && sure.deviation.verdict !== 'Depends') return failed(checker, assertion, sure.deviation)
  // S40: what is so for some labels of a namespace only is not sure.
  const all = from.sure === from.possible && to.sure === to.possible ? sure : lookAt('possible')
  if (!all.asked) return unasked(assertion)
  const deviation = sure.deviation ?? all.deviation
  if (!deviation) {
    if (sure.asked) return { assertion, verdict: assertion.expect, pass: true, depends: [] }
    // Whoever is meant is as expected, but perhaps nobody is.
    return { assertion, verdict: 'Depends', pass: false, depends: ['namespace-labels-unknown'] }
  }
  const reasons = sure.deviation ? deviation.reasons : [...deviation.reasons, 'namespace-labels-unknown' as const]
  return failed(checker, assertion, { ...deviation, verdict: 'Depends', reasons: [...new Set(reasons)] })
}

function failed(checker: Checker, assertion: Assertion, deviation: Deviation): AssertionResult {
  const { verdict, reasons } = deviation
  return { assertion, verdict, pass: false, witness: witnessOf(checker, deviation), depends: reasons }
}

/** Every assertion of the snapshot, in order, judged by the policies of the snapshot. */
export function checkAssertions(snapshot: Snapshot, profile: Profile = SPEC): AssertionResult[] {
  const pods = everyPod(snapshot)
  const expanded = { ...snapshot, pods, workloads: [] }
  const checker = { field: fieldOf(createEngine(expanded, profile)), snapshot, pods, outside: outsideOf(pods) }
  return snapshot.assertions.map((assertion) => check(checker, assertion))
}
