// `Moat` objects. Deny is the default of every field; an empty list means nobody.
import { EXPECTATIONS } from '../policy/assertion.ts'
import { PROTOCOLS } from '../sets/connection-set.ts'
import type {
  AssertionEnd,
  Caller,
  MoatAssertion,
  MoatEgress,
  MoatPort,
  MoatSpec,
  ModelRuntime,
  PodPeer,
} from '../policy/moat-spec.ts'
import { EVERYTHING } from '../policy/selector.ts'
import type { Moat } from '../policy/snapshot.ts'
import { asBoolean, asMapping, asOneOf, closed, field, items, required } from './decode.ts'
import type { Metadata } from './metadata.ts'
import { asCidr } from './cidrs.ts'
import { asNamed, asPort, LABEL_SHAPE } from './names.ts'
import { cidrWithExcept } from './network-policies.ts'
import type { MappingNode } from './node.ts'
import { fail, pathOf, spanOf, type Value } from './report.ts'
import { asSelector } from './selectors.ts'

const RUNTIMES: readonly ModelRuntime[] = [
  'Auto',
  'LlamaCpp',
  'Ollama',
  'VLLM',
  'SGLang',
  'TGI',
  'Triton',
  'LocalAI',
  'NIM',
  'Custom',
]
const SPEC_FIELDS = ['model', 'callers', 'scrapers', 'egress', 'dns', 'assertions', 'namespaceDefaultDeny']
const MODEL_FIELDS = ['podSelector', 'runtime', 'port', 'metricsPort', 'peers']
const SELECTORS = ['podSelector', 'namespaceSelector']

/** A Moat object; its model's pods are those of the Moat's own namespace. */
export function moatOf(object: Value<MappingNode>, metadata: Metadata, namespace: string): Moat | undefined {
  closed(object, ['apiVersion', 'kind', 'metadata', 'spec', 'status'])
  const spec = asMapping(required(object, 'spec'))
  if (!spec) return undefined
  refusePlanned(spec, ['staging', 'enforcement', 'companions'])
  closed(spec, [...SPEC_FIELDS, 'staging', 'enforcement', 'companions'])
  const model = modelOf(spec)
  if (!model) return undefined
  return {
    namespace,
    name: metadata.name,
    spec: {
      model,
      callers: named(field(spec, 'callers'), callerOf),
      scrapers: named(field(spec, 'scrapers'), callerOf),
      egress: named(field(spec, 'egress'), egressOf),
      dns: dnsOf(field(spec, 'dns')),
      assertions: named(field(spec, 'assertions'), assertionOf),
      namespaceDefaultDeny: asBoolean(field(spec, 'namespaceDefaultDeny')) ?? false,
    },
    span: metadata.span,
  }
}

/** Fields of the design that this version cannot honour yet: refused, so that nobody relies on them. */
function refusePlanned(value: Value<MappingNode>, names: readonly string[]): void {
  for (const name of names) {
    const entry = value.node.entries.get(name)
    if (!entry) continue
    fail(value, {
      code: 'unsupported-field',
      message: `\`${pathOf(value)}.${name}\` is not supported by this version`,
      at: entry.key,
      help: 'remove it: it would have no effect',
    })
  }
}

function modelOf(spec: Value<MappingNode>): MoatSpec['model'] | undefined {
  const model = asMapping(required(spec, 'model'))
  if (!model) return undefined
  refusePlanned(model, ['weights'])
  closed(model, [...MODEL_FIELDS, 'weights'])
  const pods = asSelector(required(model, 'podSelector'))
  const apiPort = field(model, 'port')
  const metricsPort = field(model, 'metricsPort')
  const runtime = asOneOf(field(model, 'runtime'), RUNTIMES) ?? 'Auto'
  const peers = asOneOf(field(model, 'peers'), ['None', 'Self'] as const) ?? 'None'
  const ports = { apiPort: apiPort && portOf(apiPort), metricsPort: metricsPort && portOf(metricsPort) }
  if (!pods) return undefined
  return { pods, runtime, ...ports, peers, span: spanOf(model) }
}

function dnsOf(value: Value | undefined): MoatSpec['dns'] {
  if (value?.node.kind === 'string' && value.node.value === 'Restricted') {
    fail(value, { code: 'unsupported-field', message: '`dns: Restricted` is not supported by this version' })
    return 'None'
  }
  return asOneOf(value, ['None', 'Cluster'] as const) ?? 'None'
}

/** A list keyed by `name`: names are there, well-formed and unique. */
function named<T>(list: Value | undefined, read: (item: Value<MappingNode>, name: string) => T | undefined): T[] {
  const seen = new Map<string, Value>()
  return items(list).flatMap((item) => {
    const mapping = asMapping(item)
    if (!mapping) return []
    const nameValue = required(mapping, 'name')
    const name = asNamed(nameValue, 'invalid-name', LABEL_SHAPE)
    const first = name === undefined ? undefined : seen.get(name)
    if (nameValue && name !== undefined) {
      if (first) {
        fail(nameValue, {
          code: 'duplicate-name',
          message: `two items of \`${list ? pathOf(list) : ''}\` have the name \`${name}\``,
          notes: [{ message: 'the first is here', span: spanOf(first) }],
        })
      } else seen.set(name, nameValue)
    }
    const result = read(mapping, name ?? '')
    return name === undefined || result === undefined ? [] : [result]
  })
}

/** A caller or a scraper. */
function callerOf(item: Value<MappingNode>, name: string): Caller | undefined {
  closed(item, ['name', ...SELECTORS, 'ports'])
  const peer = podPeerOf(item)
  const ports = portsOf(item)
  return peer && { name, ...peer, ports, span: spanOf(item) }
}

/** Pods by selectors: `podSelector` alone means the Moat's own namespace. At least one of the two is needed. */
function podPeerOf(item: Value<MappingNode>): PodPeer | undefined {
  const pods = field(item, 'podSelector')
  const namespaces = field(item, 'namespaceSelector')
  if (!pods && !namespaces) {
    return fail(item, {
      code: 'empty-peer',
      message: `\`${pathOf(item)}\` names no pods`,
      help: 'name `podSelector`, `namespaceSelector` or both',
    })
  }
  return {
    namespaces: namespaces ? (asSelector(namespaces) ?? EVERYTHING) : 'own',
    pods: asSelector(pods) ?? EVERYTHING,
  }
}

/** `ports` of an item; an empty list would mean no port at all, which nobody writes on purpose. */
function portsOf(item: Value<MappingNode>): readonly MoatPort[] {
  const list = field(item, 'ports')
  if (list?.node.kind === 'list' && list.node.items.length === 0) {
    fail(list, {
      code: 'empty-ports',
      message: `\`${pathOf(list)}\` is empty: it would allow no port`,
      help: 'name the ports, or leave `ports` out',
    })
  }
  return items(list).flatMap((value) => portOf(value) ?? [])
}

/** `8080`, `http`, or `{port: 8080, protocol: UDP}`. */
function portOf(value: Value): MoatPort | undefined {
  const span = spanOf(value)
  if (value.node.kind !== 'mapping') {
    const port = asPort(value)
    return port === undefined ? undefined : { port, protocol: 'TCP', span }
  }
  const mapping = asMapping(value)
  if (!mapping) return undefined
  closed(mapping, ['port', 'protocol'])
  const port = asPort(required(mapping, 'port'))
  const protocol = asOneOf(field(mapping, 'protocol'), PROTOCOLS) ?? 'TCP'
  return port === undefined ? undefined : { port, protocol, span }
}

function egressOf(item: Value<MappingNode>, name: string): MoatEgress | undefined {
  refusePlanned(item, ['fqdn'])
  const byAddress = oneKind(item)
  closed(item, ['name', 'fqdn', 'ports', ...(byAddress ? ['cidr', 'except'] : SELECTORS), ...SELECTORS, 'cidr'])
  const ports = portsOf(item)
  const span = spanOf(item)
  if (item.node.entries.has('fqdn')) return undefined
  if (byAddress) {
    const { cidr, except } = cidrWithExcept(item)
    return cidr && { name, to: { kind: 'cidr', cidr, except }, ports, span }
  }
  const peer = podPeerOf(item)
  return peer && { name, to: { kind: 'pods', ...peer }, ports, span }
}

/** True when the item names addresses; reported when it names pods too. */
function oneKind(item: Value<MappingNode>): boolean {
  const byAddress = field(item, 'cidr') !== undefined
  const selector = SELECTORS.map((name) => field(item, name)).find((value) => value !== undefined)
  if (byAddress && selector) {
    fail(selector, {
      code: 'ip-block-with-selector',
      message: `\`${pathOf(item)}\` has both \`cidr\` and a selector`,
      ...(selector.key && { at: selector.key }),
      help: 'make two items of it',
    })
  }
  return byAddress
}

function assertionOf(item: Value<MappingNode>, name: string): MoatAssertion | undefined {
  closed(item, ['name', 'from', 'to', 'ports', 'expect'])
  const from = endOf(required(item, 'from'))
  const to = endOf(required(item, 'to'))
  const ports = portsOf(item)
  const expect = asOneOf(required(item, 'expect'), EXPECTATIONS)
  return from && to && expect && { name, from, to, ports, expect, span: spanOf(item) }
}

/** `model: {}`, `cidr`, or selectors. */
function endOf(value: Value | undefined): AssertionEnd | undefined {
  const mapping = asMapping(value)
  if (!mapping) return undefined
  closed(mapping, ['model', 'cidr', ...SELECTORS])
  const given = field(mapping, 'model')
  if (given) {
    const model = asMapping(given)
    if (model) closed(model, [])
    if (mapping.node.entries.size > 1) {
      fail(mapping, {
        code: 'ambiguous-end',
        message: `\`${pathOf(mapping)}\` names more than the model`,
        help: 'keep one of them',
      })
    }
    return { kind: 'model' }
  }
  if (oneKind(mapping)) {
    const cidr = asCidr(field(mapping, 'cidr'))
    return cidr && { kind: 'cidr', cidr }
  }
  const peer = podPeerOf(mapping)
  return peer && { kind: 'pods', ...peer }
}
