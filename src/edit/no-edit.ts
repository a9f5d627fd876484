// Why an answer comes without an edit that turns it around.
import type { Endpoint } from '../engine/endpoint.ts'
import type { Answer, DirectionAnswer, Explanation } from '../analysis/explanation.ts'

export type NoEdit =
  /** Parts of the question have different answers: there is no opposite of them all. */
  | 'mixed'
  /** Network plugins or objects outside the input decide. */
  | 'depends'
  /** No policy speaks of either end: a pod and itself, its own node, pods on the host network. */
  | 'ungoverned'
  /** The other end is a node to policies, and neither a selector nor a Node of the input means it. */
  | 'host-network'
  /** An admin rule denies, and no rule before it can mean the addresses. */
  | 'admin-rule'
  /** Candidates were made, read and asked again, and none did it. */
  | 'not-found'

/** One sentence for each, lower case, no final period. */
export const NO_EDIT_TEXT: Readonly<Record<NoEdit, string>> = {
  mixed: 'parts of the question have different answers: ask about one pod, port or block for the smallest edit',
  depends: 'no edit is looked for, since the verdict depends on what no policy says; `--profile` may settle it',
  ungoverned: 'no policy can change this answer: policies govern neither end of it',
  'host-network':
    'no small edit was found: a pod on the host network is a node to policies, which no podSelector means, and whether an ipBlock does is a setting of the network plugin',
  'admin-rule':
    'no small edit was found: a rule of an admin policy decides, and no rule before it can mean these addresses',
  'not-found':
    'no small edit was found that turns this answer around: ask about one port, or change the policies by hand',
}

function isUngoverned({ steps }: DirectionAnswer): boolean {
  return steps.every(({ kind }) => kind === 'ungoverned')
}

function isOnHost(end: Endpoint): boolean {
  return end.kind === 'pod' && end.pod.hostNetwork
}

function whyNotOne({ verdict, egress, ingress, source, destination }: Answer): NoEdit {
  if (isUngoverned(egress) && isUngoverned(ingress)) return 'ungoverned'
  if (verdict !== 'Denied') return 'not-found'
  const denying = [egress, ingress].filter(({ decision }) => decision === 'denies')
  const others = denying.map(({ direction }) => (direction === 'egress' ? destination : source).example)
  if (others.some(isOnHost)) return 'host-network'
  const byRule = denying.some(({ steps }) =>
    steps.some((step) => step.kind === 'cluster-rule' && step.action === 'Deny'),
  )
  return byRule && others.some(({ kind }) => kind === 'outside') ? 'admin-rule' : 'not-found'
}

/** Of an explanation for which no smallest edit was found. */
export function whyNoEdit({ verdict, answers }: Explanation): NoEdit {
  if (verdict === 'Mixed') return 'mixed'
  if (verdict === 'Depends') return 'depends'
  const [first] = answers
  return first ? whyNotOne(first) : 'not-found'
}
