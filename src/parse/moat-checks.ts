// What can be said of a Moat only beside the other objects: whether it selects anything.
import { satisfies, type Labels, type Selector } from '../policy/selector.ts'
import type { Moat, Snapshot } from '../policy/snapshot.ts'
import type { Span } from '../diag/source.ts'
import type { Report } from './report.ts'

/** Labels that controllers give to the pods they make: a template does not show them (S42). */
const ADDED_BY_CONTROLLERS = new Set([
  'pod-template-hash',
  'controller-revision-hash',
  'pod-template-generation',
  'statefulset.kubernetes.io/pod-name',
  'apps.kubernetes.io/pod-index',
  'job-name',
  'controller-uid',
  'batch.kubernetes.io/job-name',
  'batch.kubernetes.io/controller-uid',
  'batch.kubernetes.io/job-completion-index',
])

interface Candidate {
  readonly namespace: string
  readonly labels: Labels
  /** A template: its pods will carry more labels. */
  readonly template: boolean
}

function couldMatch(selector: Selector, candidate: Candidate): boolean {
  return selector.requirements.every(
    (requirement) =>
      (candidate.template && ADDED_BY_CONTROLLERS.has(requirement.key)) || satisfies(candidate.labels, requirement),
  )
}

export function checkMoats(snapshot: Snapshot, report: Report): void {
  const candidates: Candidate[] = [
    ...snapshot.pods
      .filter((pod) => pod.phase !== 'Succeeded' && pod.phase !== 'Failed') // S38
      .map(({ namespace, labels }) => ({ namespace, labels, template: false })),
    ...snapshot.workloads.map(({ namespace, template }) => ({ namespace, labels: template.labels, template: true })),
  ]
  for (const moat of snapshot.moats) checkMoat(moat, { candidates, report })
}

function checkMoat(moat: Moat, { candidates, report }: { candidates: readonly Candidate[]; report: Report }): void {
  const { spec, namespace } = moat
  // An input without any pod says nothing about them.
  if (candidates.length === 0) return
  const matched = candidates.some(
    (candidate) => candidate.namespace === namespace && couldMatch(spec.model.pods, candidate),
  )
  if (!matched) {
    const elsewhere = candidates.find((candidate) => couldMatch(spec.model.pods, candidate))
    report.add({
      severity: 'error',
      code: 'moat-selects-nothing',
      message: `Moat ${namespace}/${moat.name} protects nothing: its \`spec.model.podSelector\` matches no pod of namespace \`${namespace}\``,
      ...((spec.model.span ?? moat.span) && { span: spec.model.span ?? (moat.span as Span) }),
      help: elsewhere
        ? `pods of namespace \`${elsewhere.namespace}\` match: put the Moat there`
        : "compare it with the labels of the model server's pods",
    })
  }
}
