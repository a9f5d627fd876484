// What of a Moat does not hold in a live cluster. The answer depends on the state only, not on how it came about.
import { type Profile, SPEC } from '../../engine/profile.ts'
import { matchNamespace, namespaceOf } from '../../engine/match.ts'
import { policiesOf } from '../../intent/render-policies.ts'
import { podsOf } from '../../policy/endpoints.ts'
import { policyName } from '../../policy/network-policy.ts'
import { matches } from '../../policy/selector.ts'
import { type Moat, qualifiedName, type Snapshot } from '../../policy/snapshot.ts'
import type { ProofClaim } from '../proof.ts'
import { prove } from '../prove.ts'
import type { DriftFinding } from './finding.ts'
import { differingFields } from './same-policy.ts'

type Found = Omit<DriftFinding, 'moat'>

function policyDrift(moat: Moat, live: Snapshot): Found[] {
  const present = new Map(live.networkPolicies.map((policy) => [qualifiedName(policy), policy]))
  return policiesOf(moat, live).policies.flatMap((wanted): Found[] => {
    const name = policyName(wanted)
    const found = present.get(qualifiedName(wanted))
    if (!found) {
      return [{ kind: 'policy-missing', severity: 'error', about: name, text: `${name} is not in the cluster` }]
    }
    const fields = differingFields(wanted, found)
    if (fields.length === 0) return []
    const text = `${name} says something else than the Moat in ${fields.map((field) => `\`${field}\``).join(', ')}`
    return [
      { kind: 'policy-changed', severity: 'error', about: name, text, ...(found.span && { location: found.span }) },
    ]
  })
}

function claimDrift({ id, claim, verdict, witness, reason, location }: ProofClaim): Found[] {
  if (verdict === 'PROVEN') return []
  const refuted = verdict === 'REFUTED'
  return [
    {
      kind: refuted ? 'claim-refuted' : 'claim-undecided',
      severity: refuted ? 'error' : 'warning',
      about: id,
      text: `${refuted ? 'refuted' : 'cannot be decided'}: ${claim}${reason === undefined ? '' : `: ${reason}`}`,
      ...(witness && { witness }),
      ...(location && { location }),
    },
  ]
}

function emptySelectors({ namespace, spec }: Moat, live: Snapshot): Found[] {
  const pods = podsOf(live)
  const model = pods.some((pod) => pod.namespace === namespace && matches(spec.model.pods, pod.labels))
  const noModel: Found = {
    kind: 'model-absent',
    severity: 'warning',
    about: 'model',
    text: 'no pod of the cluster is selected as the model',
  }
  const callers = [...spec.callers, ...spec.scrapers].filter(
    ({ namespaces, pods: selector }) =>
      !pods.some(
        (pod) =>
          matches(selector, pod.labels) &&
          (namespaces === 'own'
            ? pod.namespace === namespace
            : matchNamespace(namespaces, namespaceOf(live.namespaces, pod.namespace)) !== 'no'),
      ),
  )
  return [
    ...(model ? [] : [noModel]),
    ...callers.map(({ name }): Found => ({
      kind: 'caller-absent',
      severity: 'warning',
      about: name,
      text: `no pod of the cluster is selected as \`${name}\``,
    })),
  ]
}

/** All findings about one Moat: its policies, then its selectors, then its claims over all pods that could exist. */
export function driftOf(moat: Moat, live: Snapshot, profile: Profile = SPEC): DriftFinding[] {
  const found = [
    ...policyDrift(moat, live),
    ...emptySelectors(moat, live),
    ...prove({ ...live, moats: [moat] }, moat, profile).claims.flatMap(claimDrift),
  ]
  return found.map((finding) => ({ ...finding, moat: qualifiedName(moat) }))
}
