// What was read, skipped and assumed, as lines of text for `--inputs`.
import { printable } from '../../diag/printable.ts'
import { formatSpan } from '../../diag/source.ts'
import type { ParseResult, Skipped, WhySkipped } from '../../parse/parse.ts'
import { podsOf } from '../../policy/endpoints.ts'
import type { Snapshot } from '../../policy/snapshot.ts'

/** What a load knows of its input. */
export interface Taken extends Pick<ParseResult, 'snapshot' | 'skipped' | 'objects'> {
  readonly files: readonly string[]
  /** Where objects without a namespace were put. */
  readonly defaultNamespace: string
}

const WHY: Readonly<Record<WhySkipped, string>> = {
  'carries-no-policy': 'decides nothing about traffic',
  'pods-unknown': 'makes pods that are not known',
  'policy-not-read': 'a policy of another API',
  'mesh-policy': 'a policy of a service mesh',
  'external-name': 'a DNS alias',
  unattached: 'no traffic comes in through it',
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

/** `Deployment 2, Service 1`, in the order of the names. */
function kinds(objects: readonly { readonly kind: string }[]): string {
  const groups = [...Map.groupBy(objects, ({ kind }) => kind)]
  return groups
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([kind, { length }]) => `${kind} ${length}`)
    .join(', ')
}

export function inventoryLines(taken: Taken): string[] {
  const { files, objects, skipped } = taken
  const byFile = Map.groupBy(objects, ({ span }) => span.file.name)
  const assumed = assumptions(taken)
  return [
    `read: ${counted(objects.length, 'object')} of ${counted(files.length, 'file')}${objects.length > 0 ? ` (${kinds(objects)})` : ''}`,
    ...files.map((file) => `  ${printable(file)}: ${kinds(byFile.get(file) ?? []) || 'nothing'}`),
    `skipped: ${skipped.length === 0 ? 'nothing' : counted(skipped.length, 'object')}`,
    ...skipped.map(skippedLine),
    `assumed: ${assumed.length === 0 ? 'nothing' : ''}`.trimEnd(),
    ...assumed.map((line) => `  ${line}`),
  ]
}

function skippedLine({ apiVersion, kind, namespace, name, why, span }: Skipped): string {
  const id = [namespace, name].filter((part) => part !== undefined).join('/')
  return `  ${printable(`${formatSpan(span)}: ${kind} ${id || '(no name)'} (${apiVersion}): ${WHY[why]}`)}`
}

function assumptions({ snapshot, objects, defaultNamespace }: Taken): string[] {
  const placed = objects.filter(({ assumedNamespace }) => assumedNamespace).length
  const unknown = [...snapshot.namespaces.values()].filter(({ declared }) => !declared).map(({ name }) => `\`${name}\``)
  return [
    ...(placed > 0 ? [`${counted(placed, 'object')} without a namespace: in \`${defaultNamespace}\``] : []),
    ...(unknown.length > 0
      ? [
          `${counted(unknown.length, 'namespace')} without an object: labels unknown but for the name: ${unknown.sort().join(', ')}`,
        ]
      : []),
    ...replicas(snapshot),
    ...addresses(snapshot),
  ]
}

/** Pods of one workload differ in their name alone, so two of them stand for all. */
function replicas(snapshot: Snapshot): string[] {
  const many = snapshot.workloads.filter(({ replicas }) => replicas > 2).length
  const unsaid = snapshot.workloads.filter(({ kind }) => kind === 'DaemonSet').length
  const none = snapshot.workloads.filter(({ replicas }) => replicas === 0).length
  return [
    ...(many > 0 ? [`${counted(many, 'workload')} with more than two pods: two of them stand for all`] : []),
    ...(unsaid > 0 ? [`${counted(unsaid, 'DaemonSet')}: one pod stands for those of all nodes`] : []),
    ...(none > 0 ? [`${counted(none, 'workload')} with no pod (scaled to 0, or finished): in no answer`] : []),
  ]
}

function addresses(snapshot: Snapshot): string[] {
  const pods = podsOf(snapshot)
  const unknown = pods.filter((pod) => pod.addresses.length === 0).length
  return unknown > 0 ? [`${counted(unknown, 'pod')} of ${pods.length}: addresses not known`] : []
}
