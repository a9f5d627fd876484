// `Assertions` objects: a list of expectations, each with two ends, ports and what should come of it.
import { type Assertion, type AssertionPlace, EXPECTATIONS } from '../policy/assertion.ts'
import type { PortMatch } from '../policy/network-policy.ts'
import { EVERYTHING, type Selector } from '../policy/selector.ts'
import { NAMESPACE_NAME_LABEL } from '../policy/snapshot.ts'
import { PROTOCOLS } from '../sets/connection-set.ts'
import { asCidr } from './cidrs.ts'
import { asMapping, asOneOf, asString, closed, field, given, items, required } from './decode.ts'
import { asNamed, asPort, isDnsLabel, isSubdomain, LABEL_SHAPE, NAME_SHAPE } from './names.ts'
import type { MappingNode } from './node.ts'
import { fail, pathOf, spanOf, type Value } from './report.ts'
import { asSelector } from './selectors.ts'

const ENDS = ['pod', 'podSelector', 'namespaceSelector', 'cidr'] as const

/** Hands on the assertions of an object or a list when there is no error in it. */
export function soundly(
  root: Value,
  asserted: (assertions: readonly Assertion[]) => void,
  read: () => readonly Assertion[],
): void {
  const errors = root.report.errors
  const assertions = read()
  if (root.report.errors === errors) asserted(assertions)
}

/** The assertions of one object. It needs no name, and a namespace only for ends that name none. */
export function assertionsOf(object: Value<MappingNode>): Assertion[] {
  closed(object, ['apiVersion', 'kind', 'metadata', 'assertions'])
  const metadata = asMapping(field(object, 'metadata'))
  if (metadata) closed(metadata, ['name', 'namespace', 'labels', 'annotations'])
  if (metadata) asNamed(field(metadata, 'name'), 'invalid-name', NAME_SHAPE)
  const namespace = metadata && asNamed(given(field(metadata, 'namespace')), 'invalid-name', LABEL_SHAPE)
  return uniquelyNamed(items(required(object, 'assertions')), (item) => assertionOf(item, namespace))
}

/** Reads a list of assertions whose names differ; one with a mistake is reported and left out. */
export function uniquelyNamed(
  list: readonly Value[],
  read: (item: Value<MappingNode>) => Assertion | undefined,
): Assertion[] {
  const seen = new Map<string, Value>()
  return list.flatMap((item) => {
    const mapping = asMapping(item)
    const assertion = mapping && read(mapping)
    if (!mapping || !assertion) return []
    const name = field(mapping, 'name') ?? mapping
    const first = seen.get(assertion.name)
    if (first) {
      return (
        fail(name, {
          code: 'duplicate-name',
          message: `two assertions have the name \`${assertion.name}\``,
          notes: [{ message: 'the first is here', span: spanOf(first) }],
        }) ?? []
      )
    }
    seen.set(assertion.name, name)
    return [assertion]
  })
}

/** A sentence of the author's: one line with something on it. */
export function nameOf(item: Value<MappingNode>): string | undefined {
  const value = required(item, 'name')
  const text = asString(value)
  if (!value || text === undefined) return undefined
  if (/^\S(?:[^\r\n]*\S)?$/.test(text)) return text
  return fail(value, { code: 'invalid-name', message: `\`${pathOf(value)}\` must be one line of text` })
}

function assertionOf(item: Value<MappingNode>, namespace: string | undefined): Assertion | undefined {
  closed(item, ['name', 'from', 'to', 'protocol', 'port', 'expect'])
  const name = nameOf(item)
  const from = placeOf(required(item, 'from'), namespace)
  const to = placeOf(required(item, 'to'), namespace)
  const ports = portsOf(item)
  const expect = asOneOf(required(item, 'expect'), EXPECTATIONS)
  if (from?.kind === 'cidr' && to?.kind === 'cidr') {
    return fail(item, {
      code: 'assertion-without-pod',
      message: 'both ends lie outside the cluster: no policy speaks of that',
      help: 'name pods at one end',
    })
  }
  if (name === undefined || !from || !to || !ports || !expect) return undefined
  return { name, from, to, ports, expect, span: spanOf(item) }
}

/** `pod`, `cidr`, or selectors; one of the three. */
function placeOf(value: Value | undefined, namespace: string | undefined): AssertionPlace | undefined {
  const mapping = asMapping(value)
  if (!mapping) return undefined
  closed(mapping, ENDS)
  const [pod, pods, namespaces, cidr] = ENDS.map((name) => field(mapping, name))
  const stated = [pod, cidr, pods ?? namespaces].filter((one) => one !== undefined)
  if (stated.length === 0) {
    if (mapping.node.entries.size > 0) return undefined // What it has is reported.
    return fail(mapping, {
      code: 'empty-peer',
      message: `\`${pathOf(mapping)}\` names nobody`,
      help: 'name `pod`, `podSelector`, `namespaceSelector` or `cidr`',
    })
  }
  if (stated.length > 1) {
    return fail(mapping, {
      code: 'ambiguous-end',
      message: `\`${pathOf(mapping)}\` names its pods or addresses in more than one way`,
      help: 'keep one of them',
    })
  }
  const span = spanOf(mapping)
  if (pod) return namedPod(pod, namespace)
  if (cidr) {
    const block = asCidr(cidr)
    return block && { kind: 'cidr', cidr: block, span }
  }
  const where = namespaces ? asSelector(namespaces) : ownNamespace(mapping, namespace)
  const who = pods ? asSelector(pods) : EVERYTHING
  return where && who && { kind: 'pods', namespaces: where, pods: who, span }
}

function ownNamespace(end: Value<MappingNode>, namespace: string | undefined): Selector | undefined {
  if (namespace !== undefined) {
    return { requirements: [{ key: NAMESPACE_NAME_LABEL, operator: 'In', values: [namespace] }] }
  }
  return fail(end, {
    code: 'assertion-namespace',
    message: `\`${pathOf(end)}\` does not say of which namespaces`,
    help: 'add `namespaceSelector` (`{}` means all), or give the Assertions a `metadata.namespace`',
  })
}

/** `namespace/name`; the name alone where the object has a namespace. */
function namedPod(value: Value, namespace: string | undefined): AssertionPlace | undefined {
  const text = asString(value)
  if (text === undefined) return undefined
  const [first = '', second, ...more] = text.split('/')
  const [where, name] = second === undefined ? [namespace, first] : [first, second]
  if (where === undefined) {
    return fail(value, {
      code: 'assertion-namespace',
      message: `\`${pathOf(value)}\` does not say of which namespace`,
      help: `write \`NAMESPACE/${text}\`, or give the Assertions a \`metadata.namespace\``,
    })
  }
  if (more.length > 0 || !isDnsLabel(where) || !isSubdomain(name)) {
    return fail(value, {
      code: 'invalid-name',
      message: `\`${pathOf(value)}\` must be \`NAMESPACE/NAME\` of a pod or workload, not \`${text}\``,
    })
  }
  return { kind: 'named', namespace: where, name, of: undefined, span: spanOf(value) }
}

/** `protocol` and `port`: without both every port of every protocol; a port without a protocol is one of TCP, as in a policy (S15). */
function portsOf(item: Value<MappingNode>): Assertion['ports'] | undefined {
  const port = field(item, 'port')
  const stated = field(item, 'protocol')
  const protocol = stated ? asOneOf(stated, PROTOCOLS) : 'TCP'
  if (!port && !stated) return 'any'
  if (!protocol) return undefined
  const span = spanOf(port ?? (stated as Value))
  if (!port) return { kind: 'all', protocol, span }
  const range = rangeOf(port)
  if (range === 'none') return undefined
  if (range) return { kind: 'range', protocol, ...range, span }
  const one = asPort(port)
  if (one === undefined) return undefined
  const match: PortMatch =
    typeof one === 'number'
      ? { kind: 'range', protocol, first: one, last: one, span }
      : { kind: 'named', protocol, name: one, span }
  return match
}

/** `"8000-8999"`; `'none'` where it is one and a wrong one. */
function rangeOf(value: Value): { first: number; last: number } | 'none' | undefined {
  if (value.node.kind !== 'string') return undefined
  const found = /^(\d+)\s*-\s*(\d+)$/.exec(value.node.value)
  if (!found) return undefined
  const [first, last] = [Number(found[1]), Number(found[2])]
  if (first >= 1 && first <= last && last <= 65_535) return { first, last }
  fail(value, {
    code: 'invalid-port',
    message: `\`${pathOf(value)}\` must be a range of ports within 1 to 65535, the smaller first, not \`${value.node.value}\``,
  })
  return 'none'
}
