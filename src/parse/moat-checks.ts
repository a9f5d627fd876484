// What can be said of a Moat only beside the other objects: whether it, and those it names, select anything.
import { ADDED_BY_CONTROLLERS } from '../policy/controller-labels.ts'
import type { AssertionEnd, PodPeer } from '../policy/moat-spec.ts'
import { satisfies, type Labels, type Selector } from '../policy/selector.ts'
import { NAMESPACE_NAME_LABEL, type Moat, type Namespace, type Snapshot } from '../policy/snapshot.ts'
import type { Span } from '../diag/source.ts'
import type { Report } from './report.ts'

interface Candidate {
  readonly namespace: string
  readonly labels: Labels
  /** A template: its pods will carry more labels. */
  readonly template: boolean
}

interface Surroundings {
  readonly namespaces: ReadonlyMap<string, Namespace>
  /** Never empty: an input without any pod says nothing about them. */
  readonly candidates: readonly Candidate[]
  readonly report: Report
}

function couldMatch(selector: Selector, candidate: Candidate): boolean {
  return selector.requirements.every(
    (requirement) =>
      (candidate.template && ADDED_BY_CONTROLLERS.has(requirement.key)) || satisfies(candidate.labels, requirement),
  )
}

/** An undeclared namespace may carry any label besides its name (S40). */
function couldBe(namespace: Namespace | undefined, selector: Selector): boolean {
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
  if (candidates.length === 0) return
  for (const moat of snapshot.moats) {
    checkModel(moat, { namespaces: snapshot.namespaces, candidates, report })
    checkPeers(moat, { namespaces: snapshot.namespaces, candidates, report })
  }
}

function checkModel({ namespace, name, spec, span }: Moat, { candidates, report }: Surroundings): void {
  const matching = candidates.filter((candidate) => couldMatch(spec.model.pods, candidate))
  if (matching.some((candidate) => candidate.namespace === namespace)) return
  const place = spec.model.span ?? span
  report.add({
    severity: 'error',
    code: 'moat-selects-nothing',
    message: `Moat ${namespace}/${name} protects nothing: its \`spec.model.podSelector\` matches no pod of namespace \`${namespace}\``,
    ...(place && { span: place }),
    help: matching[0]
      ? `pods of namespace \`${matching[0].namespace}\` match: put the Moat there`
      : "compare it with the labels of the model server's pods",
  })
}

/** Everybody a Moat names by selectors, with the words for them. */
function peersOf({ spec }: Moat): readonly { who: string; peer: PodPeer; span: Span | undefined }[] {
  const end = (end: AssertionEnd, who: string, span: Span | undefined) =>
    end.kind === 'pods' ? [{ who, peer: end, span }] : []
  return [
    ...spec.callers.map((caller) => ({ who: `caller \`${caller.name}\``, peer: caller, span: caller.span })),
    ...spec.scrapers.map((scraper) => ({ who: `scraper \`${scraper.name}\``, peer: scraper, span: scraper.span })),
    ...spec.egress.flatMap(({ name, to, span }) =>
      to.kind === 'pods' ? [{ who: `egress \`${name}\``, peer: to, span }] : [],
    ),
    ...spec.assertions.flatMap(({ name, from, to, span }) => [
      ...end(from, `\`from\` of assertion \`${name}\``, span),
      ...end(to, `\`to\` of assertion \`${name}\``, span),
    ]),
  ]
}

function checkPeers(moat: Moat, { namespaces, candidates, report }: Surroundings): void {
  for (const { who, peer, span } of peersOf(moat)) {
    const labelled = candidates.filter((candidate) => couldMatch(peer.pods, candidate))
    const found = labelled.some(({ namespace }) =>
      peer.namespaces === 'own' ? namespace === moat.namespace : couldBe(namespaces.get(namespace), peer.namespaces),
    )
    if (found) continue
    const elsewhere = [...new Set(labelled.map(({ namespace }) => `\`${namespace}\``))].slice(0, 3).join(', ')
    report.add({
      severity: 'warning',
      code: 'moat-peer-selects-nothing',
      message: `${who} of Moat ${moat.namespace}/${moat.name} matches no pod of the input`,
      ...(span && { span }),
      help:
        elsewhere === ''
          ? 'compare its podSelector with the labels of the pods that are meant'
          : `pods with these labels run in ${elsewhere}: name the namespace with namespaceSelector`,
    })
  }
}
