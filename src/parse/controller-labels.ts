// Labels whose values controllers make up: a selector that asks for one cannot be judged by a template.
import type { AssertionEnd, PodPeer } from '../policy/moat-spec.ts'
import { type Requirement, satisfies, type Selector } from '../policy/selector.ts'
import { NAMESPACE_NAME_LABEL, type Snapshot, type Workload, type WorkloadKind } from '../policy/snapshot.ts'
import type { Report } from './report.ts'

const JOB = ['controller-uid', 'batch.kubernetes.io/controller-uid', 'batch.kubernetes.io/job-completion-index']

/** Labels that the pods of a kind carry, with values that its manifest does not tell (S42). */
const MADE_UP: Readonly<Record<WorkloadKind, readonly string[]>> = {
  Deployment: ['pod-template-hash'],
  StatefulSet: ['controller-revision-hash'],
  DaemonSet: ['controller-revision-hash', 'pod-template-generation'],
  ReplicaSet: [],
  Job: JOB,
  CronJob: [...JOB, 'job-name', 'batch.kubernetes.io/job-name'],
}

/** Labels that the pods of a kind carry, and that `podsOf` adds to those of the template. */
const ADDED: Readonly<Partial<Record<WorkloadKind, readonly string[]>>> = {
  StatefulSet: ['statefulset.kubernetes.io/pod-name', 'apps.kubernetes.io/pod-index'],
  Job: ['job-name', 'batch.kubernetes.io/job-name'],
}

/** A selector of pods, in a namespace or in those that a selector means. */
interface Asked extends PodPeer {
  readonly own: string
}

function asked(snapshot: Snapshot): Asked[] {
  const policies = snapshot.networkPolicies.flatMap(({ namespace: own, subject, ingress, egress }): Asked[] => [
    { own, namespaces: 'own', pods: subject },
    ...[...(ingress ?? []), ...(egress ?? [])].flatMap(({ peers }) =>
      peers === 'any' ? [] : peers.flatMap((peer) => (peer.kind === 'pods' ? [{ ...peer, own }] : [])),
    ),
  ])
  const moats = snapshot.moats.flatMap(({ namespace: own, spec }): Asked[] => {
    const ends: readonly AssertionEnd[] = spec.assertions.flatMap(({ from, to }) => [from, to])
    return [
      { own, namespaces: 'own', pods: spec.model.pods },
      ...[...spec.callers, ...spec.scrapers].map((peer) => ({ ...peer, own })),
      ...[...spec.egress.map(({ to }) => to), ...ends].flatMap((end) => (end.kind === 'pods' ? [{ ...end, own }] : [])),
    ]
  })
  return [...policies, ...moats]
}

/** Labels of a namespace without an object are not known (S40): they may match. */
function mayMeanNamespace({ own, namespaces }: Asked, name: string, snapshot: Snapshot): boolean {
  if (namespaces === 'own') return own === name
  const namespace = snapshot.namespaces.get(name)
  return namespaces.requirements.every(
    (requirement) =>
      !namespace ||
      (!namespace.declared && requirement.key !== NAMESPACE_NAME_LABEL) ||
      satisfies(namespace.labels, requirement),
  )
}

/** The condition that decides whether the selector matches pods of the workload, and that its template cannot answer. */
function unanswerable(selector: Selector, { kind, template }: Workload): Requirement | undefined {
  const lacks = (keys: readonly string[] | undefined, key: string) => keys?.includes(key) && !template.labels.has(key)
  const found = selector.requirements.find(({ key }) => lacks(MADE_UP[kind], key))
  const others = selector.requirements.filter(({ key }) => !lacks(MADE_UP[kind], key) && !lacks(ADDED[kind], key))
  return others.every((requirement) => satisfies(template.labels, requirement)) ? found : undefined
}

const ANY_MADE_UP: ReadonlySet<string> = new Set(Object.values(MADE_UP).flat())

/** Refuses selectors that hang on such a label, where the input has a workload whose pods they may mean. */
export function checkControllerLabels(snapshot: Snapshot, report: Report): void {
  const suspects = asked(snapshot).filter(({ pods }) => pods.requirements.some(({ key }) => ANY_MADE_UP.has(key)))
  for (const one of suspects) {
    for (const workload of snapshot.workloads) {
      if (!mayMeanNamespace(one, workload.namespace, snapshot)) continue
      const requirement = unanswerable(one.pods, workload)
      if (!requirement) continue
      report.add({
        severity: 'error',
        code: 'label-made-by-controller',
        message: `whether this selects ${workload.kind} ${workload.namespace}/${workload.name} is not known: its controller makes up the label \`${requirement.key}\` of its pods`,
        ...(requirement.span && { span: requirement.span }),
        help: 'select by labels of the template, or add the pods as they run: `kubectl get pods -o yaml`',
      })
      break
    }
  }
}
