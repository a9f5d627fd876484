// The policies that hold when the Moats of an input are applied to it, as `kubectl apply` would leave them.
import { type Diagnostic, hasErrors } from '../diag/diagnostic.ts'
import { type NetworkPolicy, policyName } from '../policy/network-policy.ts'
import { type Moat, qualifiedName, type Snapshot } from '../policy/snapshot.ts'
import { matches } from '../policy/selector.ts'
import { type MoatPolicies, policiesOf } from './render-policies.ts'
import { candidateName, selectedIn } from './selected-pods.ts'
import { listed } from './sentence.ts'

export interface InForce {
  /** The input with the policies that hold: those of the Moats, and the hand-written ones that none of them replaces. */
  readonly snapshot: Snapshot
  /** What each Moat renders to, in their order. */
  readonly moats: readonly { readonly moat: Moat; readonly rendered: MoatPolicies }[]
  /** Hand-written policies that a Moat's policy of the same namespace and name replaces. */
  readonly replaced: readonly NetworkPolicy[]
  readonly diagnostics: readonly Diagnostic[]
}

/** An object's identity in a cluster: applying another of the same kind, namespace and name replaces it. */
function replacement(written: NetworkPolicy, by: Moat): Diagnostic {
  return {
    severity: 'note',
    code: 'moat-replaces-policy',
    message: `${policyName(written)} is set aside: Moat \`${by.name}\` renders a policy of that name, which replaces it`,
    ...(written.span && { span: written.span }),
    help: 'rename one of the two if both are meant to hold',
    brief: true,
  }
}

function clash(policy: NetworkPolicy, moats: readonly [Moat, Moat]): Diagnostic {
  const [first, second] = moats
  return {
    severity: 'error',
    code: 'moat-name-clash',
    message: `Moats \`${first.name}\` and \`${second.name}\` both render ${policyName(policy)}`,
    ...(second.span && { span: second.span }),
    ...(first.span && { notes: [{ message: 'the first one', span: first.span }] }),
    help: 'rename one of the Moats',
  }
}

/** Policies are additive (S27): a pod of two Moats is open to whatever either lets in. */
function overlaps(snapshot: Snapshot): Diagnostic[] {
  return snapshot.moats.flatMap((second, index) =>
    snapshot.moats.slice(0, index).flatMap((first): Diagnostic[] => {
      if (first.namespace !== second.namespace) return []
      const both = selectedIn(snapshot, first.namespace, first.spec.model.pods).filter(({ labels }) =>
        matches(second.spec.model.pods, labels),
      )
      if (both.length === 0) return []
      const span = second.spec.model.span ?? second.span
      return [
        {
          severity: 'warning',
          code: 'moat-overlap',
          message: `Moats \`${first.name}\` and \`${second.name}\` both select ${listed(both.map(candidateName))}: what either lets through is open`,
          ...(span && { span }),
          ...(first.span && { notes: [{ message: 'the first one', span: first.span }] }),
          help: 'give each its own pods, or make one Moat of the two',
        },
      ]
    }),
  )
}

/**
 * Renders every Moat of the input and puts its policies beside the hand-written ones. With an error among the
 * diagnostics the snapshot is the input as it was.
 */
export function policiesInForce(snapshot: Snapshot): InForce {
  const moats = snapshot.moats.map((moat) => ({ moat, rendered: policiesOf(moat, snapshot) }))
  const diagnostics = [...moats.flatMap(({ rendered }) => rendered.diagnostics), ...overlaps(snapshot)]
  const owners = new Map<string, Moat>()
  for (const { moat, rendered } of moats) {
    for (const policy of rendered.policies) {
      const owner = owners.get(qualifiedName(policy))
      if (owner) diagnostics.push(clash(policy, [owner, moat]))
      else owners.set(qualifiedName(policy), moat)
    }
  }
  if (hasErrors(diagnostics)) return { snapshot, moats, replaced: [], diagnostics }
  const replaced = snapshot.networkPolicies.filter((policy) => owners.has(qualifiedName(policy)))
  for (const policy of replaced) diagnostics.push(replacement(policy, owners.get(qualifiedName(policy)) as Moat))
  const kept = snapshot.networkPolicies.filter((policy) => !owners.has(qualifiedName(policy)))
  const networkPolicies = [...kept, ...moats.flatMap(({ rendered }) => rendered.policies)]
  return { snapshot: { ...snapshot, networkPolicies }, moats, replaced, diagnostics }
}
