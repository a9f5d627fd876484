// Pods and pod templates: labels, declared ports, host network, addresses; tolerant to what is not read.
import { PROTOCOLS } from '../sets/connection-set.ts'
import type { Address } from '../sets/ip-address.ts'
import type { ContainerPort, Pod, PodTemplate } from '../policy/snapshot.ts'
import { asAddress } from './cidrs.ts'
import { asBoolean, asMapping, asOneOf, asString, closed, familiar, field, given, items, required } from './decode.ts'
import { templateMetadataOf, type Metadata } from './metadata.ts'
import { asNamed, asPortNumber, PORT_NAME_SHAPE } from './names.ts'
import type { MappingNode } from './node.ts'
import { CONTAINER_FIELDS, CONTAINER_PORT_FIELDS, POD_SPEC_FIELDS } from './pod-fields.ts'
import { programsOf } from './programs.ts'
import { fail, spanOf, type Value } from './report.ts'

const PHASES = ['Pending', 'Running', 'Succeeded', 'Failed', 'Unknown'] as const

/** A Pod object; its controller, where it has one, is in the metadata. */
export function podOf(object: Value<MappingNode>, metadata: Metadata, namespace: string): Pod {
  closed(object, ['apiVersion', 'kind', 'metadata', 'spec', 'status'])
  const spec = asMapping(required(object, 'spec'))
  const status = asMapping(field(object, 'status'))
  const phase = status && asOneOf(field(status, 'phase'), PHASES)
  const nodeName = spec && asString(field(spec, 'nodeName'))
  return {
    namespace,
    name: metadata.name,
    labels: metadata.labels,
    annotations: metadata.annotations,
    ...podSpecOf(spec),
    addresses: status ? addressesOf(status) : [],
    ...(metadata.owner && { owner: metadata.owner }),
    ...(phase !== undefined && { phase }),
    ...(nodeName !== undefined && { nodeName }),
    span: metadata.span,
  }
}

/** A workload's `template`. */
export function podTemplateOf(value: Value | undefined): PodTemplate {
  const template = asMapping(value)
  if (!template) return { labels: new Map(), annotations: new Map(), ports: [], hostNetwork: false }
  closed(template, ['metadata', 'spec', 'apiVersion', 'kind'])
  return { ...templateMetadataOf(template), ...podSpecOf(asMapping(required(template, 'spec'))) }
}

function podSpecOf(spec: Value<MappingNode> | undefined): Pick<PodTemplate, 'ports' | 'hostNetwork' | 'programs'> {
  if (!spec) return { ports: [], hostNetwork: false }
  familiar(spec, POD_SPEC_FIELDS)
  const running = items(required(spec, 'containers'))
  const containers = running.flatMap((item) => containerOf(item).declared)
  const sidecars = items(field(spec, 'initContainers')).flatMap((item) => {
    const { declared, restartPolicy } = containerOf(item)
    return restartPolicy === 'Always' ? declared : [] // a native sidecar runs as long as the pod
  })
  const declared = [...containers, ...sidecars]
  warnOfPortsTwice(declared)
  return {
    ports: declared.map(({ port }) => port),
    hostNetwork: asBoolean(field(spec, 'hostNetwork')) ?? false,
    programs: programsOf(spec, running),
  }
}

interface Declared {
  readonly port: ContainerPort
  readonly at: Value
}

/** The containers of a pod share its address: of two that listen on one port, only one can. */
function warnOfPortsTwice(declared: readonly Declared[]): void {
  const seen = new Map<string, Value>()
  for (const { port, at } of declared) {
    const key = `${port.protocol.toLowerCase()}/${port.port}`
    const first = seen.get(key)
    if (!first) {
      seen.set(key, at)
      continue
    }
    fail(at, {
      severity: 'warning',
      code: 'port-declared-twice',
      message: `${key} is declared twice in this pod: its containers share one address, so only one can listen there`,
      notes: [{ message: 'the first is here', span: spanOf(first) }],
    })
  }
}

function containerOf(value: Value): {
  readonly declared: readonly Declared[]
  readonly restartPolicy?: string | undefined
} {
  const container = asMapping(value)
  if (!container) return { declared: [] }
  familiar(container, CONTAINER_FIELDS)
  return {
    declared: items(field(container, 'ports')).flatMap(containerPortOf),
    restartPolicy: asString(field(container, 'restartPolicy')),
  }
}

function containerPortOf(value: Value): Declared[] {
  const mapping = asMapping(value)
  if (!mapping) return []
  closed(mapping, CONTAINER_PORT_FIELDS)
  const port = asPortNumber(required(mapping, 'containerPort'))
  const name = asNamed(field(mapping, 'name'), 'invalid-port', PORT_NAME_SHAPE) // S46
  const protocol = asOneOf(field(mapping, 'protocol'), PROTOCOLS) ?? 'TCP' // S15
  if (port === undefined) return []
  const at = field(mapping, 'containerPort') ?? value
  return [{ port: { port, protocol, ...(name !== undefined && { name }) }, at }]
}

/** The first address of each family. */
function addressesOf(status: Value<MappingNode>): readonly Address[] {
  const listed = items(field(status, 'podIPs')).flatMap((item) => {
    const mapping = asMapping(item)
    return (mapping && asAddress(given(field(mapping, 'ip')))) ?? []
  })
  const single = asAddress(given(field(status, 'podIP')))
  const all = listed.length === 0 && single ? [single] : listed
  return ([4, 6] as const).flatMap((family) => all.find((address) => address.family === family) ?? [])
}
