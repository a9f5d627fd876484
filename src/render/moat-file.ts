// The draft of a Moat as the text of a moat.yaml, with the reason for each field above it.
import type { Draft } from '../intent/init/draft.ts'
import type { Caller, MoatEgress, MoatPort, PodPeer } from '../policy/moat-spec.ts'
import type { Selector } from '../policy/selector.ts'
import { formatCidr } from '../sets/ip-address.ts'
import { yamlDocument, type YamlComment, type YamlObject, type YamlValue } from './yaml.ts'

/** A LabelSelector; what has one value is written as a label. */
function selectorYaml({ requirements }: Selector): YamlObject {
  const labels = requirements.filter(({ operator, values }) => operator === 'In' && values.length === 1)
  const keys = new Set(labels.map(({ key }) => key))
  const plain = keys.size === labels.length ? labels : []
  const others = requirements.filter((requirement) => !plain.includes(requirement))
  return {
    matchLabels:
      plain.length > 0 ? Object.fromEntries(plain.map(({ key, values }) => [key, values[0] ?? ''])) : undefined,
    matchExpressions:
      others.length > 0
        ? others.map(({ key, operator, values }) => ({
            key,
            operator,
            values: values.length > 0 ? [...values] : undefined,
          }))
        : undefined,
  }
}

function peerYaml({ namespaces, pods }: PodPeer): YamlObject {
  const all = pods.requirements.length === 0
  return {
    namespaceSelector: namespaces === 'own' ? undefined : selectorYaml(namespaces),
    podSelector: all && namespaces !== 'own' ? undefined : selectorYaml(pods),
  }
}

function portYaml({ port, protocol }: MoatPort): YamlValue {
  return protocol === 'TCP' ? port : { port, protocol }
}

function portsYaml(ports: readonly MoatPort[]): YamlObject {
  return { ports: ports.length > 0 ? ports.map(portYaml) : undefined }
}

function callerYaml(caller: Caller): YamlObject {
  return { name: caller.name, ...peerYaml(caller), ...portsYaml(caller.ports) }
}

function egressYaml({ name, to, ports }: MoatEgress): YamlObject {
  if (to.kind === 'pods') return { name, ...peerYaml(to), ...portsYaml(ports) }
  const except = to.except.length > 0 ? to.except.map(formatCidr) : undefined
  return { name, cidr: formatCidr(to.cidr), except, ...portsYaml(ports) }
}

/** What is open stands where its answer belongs, as comments to fill in. */
function commentsOf(draft: Draft): YamlComment[] {
  const model = ['spec', 'model']
  const lists = (['callers', 'scrapers', 'egress'] as const).flatMap((field) =>
    draft[field].map(({ because }, index) => ({ path: ['spec', field, index], text: because })),
  )
  return [
    {
      path: [],
      text: `The moat of ${draft.model}, drafted by moat init from what the input tells: read it, then change it as is meant.`,
    },
    ...draft.remarks.map((text) => ({ path: [], text })),
    ...(draft.port
      ? []
      : [
          {
            path: [...model, 'podSelector'],
            text: 'FILL IN: the port that callers use, as in `port: 8080`; the input does not tell it.',
          },
        ]),
    { path: [...model, 'runtime'], text: draft.runtime.because },
    ...(draft.port ? [{ path: [...model, 'port'], text: draft.port.because }] : []),
    ...(draft.callers.length > 0
      ? []
      : [
          {
            path: ['spec', 'callers'],
            text: 'FILL IN: who may call the model; the input shows nobody who does, so nobody may.',
          },
        ]),
    ...(draft.egress.length > 0
      ? []
      : [{ path: ['spec', 'egress'], text: 'Nowhere: the input shows nothing that the model calls.' }]),
    { path: ['spec', 'dns'], text: draft.dns.because },
    ...lists,
  ]
}

export function moatFile(draft: Draft): string {
  const { runtime, port, callers, scrapers, egress, dns } = draft
  const document: YamlObject = {
    apiVersion: 'modelmoat.dev/v1alpha1',
    kind: 'Moat',
    metadata: { name: draft.name, namespace: draft.namespace },
    spec: {
      model: {
        podSelector: selectorYaml(draft.selector),
        runtime: runtime.value,
        port: port && portYaml(port.value),
      },
      callers: callers.map(({ value }) => callerYaml(value)),
      scrapers: scrapers.length > 0 ? scrapers.map(({ value }) => callerYaml(value)) : undefined,
      egress: egress.map(({ value }) => egressYaml(value)),
      dns: dns.value,
    },
  }
  return yamlDocument(document, commentsOf(draft))
}
