// The proof of one Moat: every claim about it, over all pods that could exist.
import { matchNamespace, namespaceOf } from '../engine/match.ts'
import { type Profile, SPEC } from '../engine/profile.ts'
import { apiPortOf } from '../intent/api-port.ts'
import { metricsPortOf } from '../intent/metrics-port.ts'
import { policiesOf } from '../intent/render-policies.ts'
import { clusterPolicyName } from '../policy/cluster-network-policy.ts'
import { matches } from '../policy/selector.ts'
import { type Moat, qualifiedName, type Snapshot } from '../policy/snapshot.ts'
import { assertionClaims } from './assertions.ts'
import { BudgetSpent } from '../sets/label-set.ts'
import { answer, type Claim, TOO_MANY } from './claim.ts'
import { egressClaims, ingressClaims } from './claims.ts'
import { type Entrant, entrantsOf, type MoatPorts, outletsOf } from './declared.ts'
import { worldOf } from './world.ts'
import type { Proof } from './proof.ts'
import { entrantClaims, outletClaims } from './reaches.ts'
import { namespaceSelectorsOf } from './selectors.ts'
import { residualsOf } from './residuals.ts'
import { type Subject, subjectsOf } from './subjects.ts'
import { universeOf } from './universe.ts'

function portsOf(moat: Moat, snapshot: Snapshot): MoatPorts | undefined {
  const api = apiPortOf(moat, snapshot).port
  return api && { api, metrics: metricsPortOf(moat, snapshot, api).port }
}

/** What the Moat says of pods. */
function stated({ spec }: Moat): object[] {
  const { callers, scrapers, egress, assertions } = spec
  return [...callers, ...scrapers, ...egress.map(({ to }) => to), ...assertions.flatMap(({ from, to }) => [from, to])]
}

const PORT_UNKNOWN: Claim = {
  id: 'only-entrants',
  claim: 'only those the Moat names can open the model',
  parts: [{ kind: 'answer', answer: () => ({ verdict: 'OUT_OF_SCOPE', reason: 'its API port is not known' }) }],
}

function noSubject(reason: string): Claim {
  return {
    id: 'model',
    claim: 'a pod can be selected by the Moat',
    parts: [{ kind: 'answer', answer: () => ({ verdict: 'OUT_OF_SCOPE', reason }) }],
  }
}

/** The pods that the claims are about, or why there are none. */
function subjectsFor(moat: Moat, snapshot: Snapshot): { subjects: readonly Subject[]; why: string } {
  try {
    return { subjects: subjectsOf(moat, snapshot), why: 'the conditions on its labels contradict each other' }
  } catch (error) {
    if (!(error instanceof BudgetSpent)) throw error
    return { subjects: [], why: TOO_MANY }
  }
}

/** The pods or workloads by name, each once. */
function names(subjects: readonly Subject[]): string[] {
  const present = subjects.filter((subject) => subject.present)
  return [...new Set(present.map(({ pod }) => `${pod.namespace}/${pod.owner?.name ?? pod.name}`))]
}

/** `namespace/name` of NetworkPolicies, kind and name of others. */
function selecting(snapshot: Snapshot, subjects: readonly Subject[]): string[] {
  const pods = subjects.map(({ pod }) => pod)
  const cluster = snapshot.clusterPolicies.filter(({ subject }) =>
    pods.some(
      (pod) =>
        matches(subject.pods, pod.labels) &&
        matchNamespace(subject.namespaces, namespaceOf(snapshot.namespaces, pod.namespace)) !== 'no',
    ),
  )
  return [
    ...cluster.map(clusterPolicyName),
    ...snapshot.networkPolicies
      .filter((policy) => pods.some((pod) => pod.namespace === policy.namespace && matches(policy.subject, pod.labels)))
      .map(qualifiedName),
  ]
}

/**
 * Proves or refutes what a Moat states against the policies of the snapshot, those rendered from it included (see
 * `policiesInForce`). Every refutation was confirmed by the engine; an engine that says otherwise is an exception.
 */
export function prove(snapshot: Snapshot, moat: Moat, profile: Profile = SPEC): Proof {
  const world = worldOf(snapshot, profile, universeOf(snapshot, namespaceSelectorsOf(snapshot, stated(moat))))
  const { subjects, why } = subjectsFor(moat, snapshot)
  const ports = portsOf(moat, snapshot)
  const entrants: readonly Entrant[] = ports ? entrantsOf(moat, ports) : []
  const outlets = outletsOf(moat)
  const claims: readonly Claim[] =
    subjects.length === 0
      ? [noSubject(why)]
      : [
          ...(ports ? ingressClaims(moat, entrants, subjects) : [PORT_UNKNOWN]),
          ...entrantClaims(world, moat, { entrants, subjects }),
          ...egressClaims(moat, outlets, subjects),
          ...outletClaims(world, moat, { outlets, subjects }),
          ...assertionClaims(world.universe, moat, subjects),
        ]
  return {
    namespace: moat.namespace,
    moat: moat.name,
    subjects: names(subjects),
    policies: selecting(snapshot, subjects),
    profile: profile.name,
    claims: claims.map((claim) => answer(world, claim)),
    residuals: [
      ...residualsOf(snapshot, moat, { entrants, subjects }),
      ...policiesOf(moat, snapshot).residuals.map(({ message }) => message),
    ],
  }
}
