// What remains when every claim is proven: what no NetworkPolicy can promise.
import type { Moat, Snapshot } from '../policy/snapshot.ts'
import type { Entrant } from './declared.ts'
import { peerWords } from './declared.ts'
import type { Subject } from './subjects.ts'

const NO_POD =
  'the input has no pod of the model: the claims are about one with the labels the Moat asks for and no others, and a port for each name that the policies speak of'

const ALWAYS = {
  node: (pod: string) => [
    `${pod}'s own node can always open ${pod === 'a pod' ? 'it' : pod}, and with it host-network pods there and what it forwards under its own address, as for NodePort Services (S26, S32, S33)`,
  ],
  around: [
    'connections opened before the policies took hold may live on (S36, S37)',
    'kubectl exec, cp and port-forward do not pass the policies',
  ],
  later: (admin: boolean) => [
    admin
      ? 'policies may be added: another one may let more through later, and one of an admin API decides before these (S27)'
      : 'policies only add up: another one may let more through later (S27)',
    'nothing holds unless the network plugin enforces NetworkPolicy (S43); protocols besides TCP, UDP and SCTP are its own affair (S34)',
  ],
} as const

/** What remains beside any statement about pods. */
export function everyPolicyResiduals({ clusterPolicies }: Snapshot): string[] {
  return [...ALWAYS.node('a pod'), ...ALWAYS.around, ...ALWAYS.later(clusterPolicies.length > 0)]
}

/** As sentences, lower case, no final period. */
export function residualsOf(
  snapshot: Snapshot,
  moat: Moat,
  { entrants, subjects }: { readonly entrants: readonly Entrant[]; readonly subjects: readonly Subject[] },
): string[] {
  const labels = [...new Set(entrants.map(({ peer }) => peerWords(peer, moat.namespace)))]
  return [
    ...(subjects.some(({ present }) => present) ? [] : [NO_POD]),
    ...ALWAYS.node('the model'),
    ...ALWAYS.around,
    ...(labels.length > 0
      ? [`labels are self-asserted: whoever may create or label pods ${labels.join(' or ')} may call the model`]
      : []),
    ...ALWAYS.later(snapshot.clusterPolicies.length > 0),
  ]
}
