// What can be said of a Moat only beside the other objects: whether it and its peers select anything.
import type { PodPeer } from '../policy/moat-spec.ts'
import { satisfies, type Labels, type Selector } from '../policy/selector.ts'
import { NAMESPACE_NAME_LABEL, type Moat, type Namespace, type Snapshot } from '../policy/snapshot.ts'
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

/** An undeclared namespace may carry any label besides its name (S40). */
function couldBeNamespace(selector: Selector, namespace: Namespace | undefined): boolean {
  return selector.requirements.every(
    (requirement) =>
      !namespace ||
      (!namespace.declared && requirement.key !== NAMESPACE_NAME_LABEL) ||
      satisfies(namespace.labels, requirement),
  )
}

export function checkMoats(snapshot: Snapshot, report: Report): void {
  const candidates: Candidate[] = [
    ...snapshot.pods
      .filter((pod) => pod.phase !== 'Succeeded' && pod.phase !== 'Failed') // S38
      .map(({ namespace, labels }) => ({ namespace, labels, template: false })),
    ...snapshot.workloads.map(({ namespace, template }) => ({ namespace, labels: template.labels, template: true })),
  ]
  for (const moat of snapshot.moats) checkMoat(moat, { snapshot, candidates, report })
}

function checkMoat(
  moat: Moat,
  { snapshot, candidates, report }: { snapshot: Snapshot; candidates: readonly Candidate[]; report: Report },
): void {
  const { spec, namespace } = moat
  if (candidates.length === 0) {
    report.add({
      severity: 'warning',
      code: 'no-pods',
      message: `the input has no pods: whether Moat ${namespace}/${moat.name} selects the right ones cannot be checked`,
      ...(moat.span && { span: moat.span }),
      help: 'add the manifests of the model server and its callers',
    })
    return
  }
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
  const peers: readonly (readonly [string, PodPeer, Span | undefined])[] = [
    ...spec.callers.map((caller) => [`caller \`${caller.name}\``, caller, caller.span] as const),
    ...spec.scrapers.map((scraper) => [`scraper \`${scraper.name}\``, scraper, scraper.span] as const),
    ...spec.egress.flatMap(({ name, to, span }) =>
      to.kind === 'pods' ? [[`egress \`${name}\``, to, span] as const] : [],
    ),
  ]
  for (const [who, peer, span] of peers) {
    const found = candidates.some((candidate) => {
      const inNamespace =
        peer.namespaces === 'own'
          ? candidate.namespace === namespace
          : couldBeNamespace(peer.namespaces, snapshot.namespaces.get(candidate.namespace))
      return inNamespace && couldMatch(peer.pods, candidate)
    })
    if (found) continue
    report.add({
      severity: 'warning',
      code: 'peer-selects-nothing',
      message: `${who} matches no pod of the input`,
      ...(span && { span }),
      help: 'compare its selectors with the labels of the pods and namespaces that are meant',
    })
  }
}
