// Deployment, StatefulSet, DaemonSet, ReplicaSet, Job and CronJob.
import { matches } from '../policy/selector.ts'
import type { Workload, WorkloadKind } from '../policy/snapshot.ts'
import { asInteger, asMapping, closed, field, required } from './decode.ts'
import type { Metadata } from './metadata.ts'
import type { MappingNode } from './node.ts'
import { WORKLOAD_SPEC_FIELDS } from './pod-fields.ts'
import { podTemplateOf } from './pods.ts'
import { fail, type Value } from './report.ts'
import { asSelector } from './selectors.ts'

/** A workload object; `replicas` is 1 where its kind does not say, and 0 for a finished Job (S38). */
export function workloadOf(
  object: Value<MappingNode>,
  metadata: Metadata,
  place: { readonly kind: WorkloadKind; readonly namespace: string },
): Workload {
  const { kind, namespace } = place
  closed(object, ['apiVersion', 'kind', 'metadata', 'spec', 'status'])
  const spec = asMapping(required(object, 'spec'))
  if (spec) closed(spec, WORKLOAD_SPEC_FIELDS[kind])
  const template = spec && templateHolder(spec, kind)
  const workload: Workload = {
    kind,
    namespace,
    name: metadata.name,
    replicas: replicasOf(object, spec, kind),
    ...firstOrdinal(spec, kind),
    template: podTemplateOf(template && required(template, 'template')),
    span: metadata.span,
  }
  if (spec && kind !== 'Job' && kind !== 'CronJob') checkSelector(spec, workload)
  return workload
}

/** The mapping that has the field `template`: for a CronJob that of its Jobs. */
function templateHolder(spec: Value<MappingNode>, kind: WorkloadKind): Value<MappingNode> | undefined {
  if (kind !== 'CronJob') return spec
  const jobTemplate = asMapping(required(spec, 'jobTemplate'))
  if (!jobTemplate) return undefined
  closed(jobTemplate, ['metadata', 'spec'])
  const job = asMapping(required(jobTemplate, 'spec'))
  if (job) closed(job, WORKLOAD_SPEC_FIELDS.Job)
  return job
}

function replicasOf(object: Value<MappingNode>, spec: Value<MappingNode> | undefined, kind: WorkloadKind): number {
  if (kind === 'Job') {
    const status = asMapping(field(object, 'status'))
    return status && field(status, 'completionTime') ? 0 : 1
  }
  if (!spec || kind === 'DaemonSet' || kind === 'CronJob') return 1
  const value = field(spec, 'replicas')
  const replicas = asInteger(value) ?? 1
  if (value && replicas < 0) {
    fail(value, { code: 'invalid-replicas', message: `\`spec.replicas\` must not be negative: ${replicas}` })
  }
  return Math.max(0, replicas)
}

function firstOrdinal(spec: Value<MappingNode> | undefined, kind: WorkloadKind): { firstOrdinal?: number } {
  const ordinals = kind === 'StatefulSet' && spec ? asMapping(field(spec, 'ordinals')) : undefined
  if (!ordinals) return {}
  closed(ordinals, ['start'])
  const start = field(ordinals, 'start')
  const first = asInteger(start) ?? 0
  if (start && first < 0) {
    fail(start, { code: 'invalid-replicas', message: `\`spec.ordinals.start\` must not be negative: ${first}` })
  }
  return first > 0 ? { firstOrdinal: first } : {}
}

function checkSelector(spec: Value<MappingNode>, workload: Workload): void {
  const value = required(spec, 'selector')
  const errors = spec.report.errors
  const selector = asSelector(value)
  if (!value || !selector || spec.report.errors > errors || matches(selector, workload.template.labels)) return
  fail(value, {
    code: 'selector-mismatch',
    message: '`spec.selector` does not match the labels of `spec.template`: the API server rejects this',
    ...(value.key && { at: value.key }),
    help: 'give both the same labels',
  })
}
