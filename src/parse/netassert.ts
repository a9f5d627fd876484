// The test files of netassert version 2, read as they are: a list of tests, each between a workload and a workload or host.
import type { Assertion, AssertionPlace } from '../policy/assertion.ts'
import type { WorkloadKind } from '../policy/snapshot.ts'
import { parseAddress } from '../sets/ip-address.ts'
import { nameOf, uniquelyNamed } from './assertions.ts'
import { asInteger, asMapping, asOneOf, asString, closed, field, items, required } from './decode.ts'
import { asNamed, asPortNumber, LABEL_SHAPE, NAME_SHAPE } from './names.ts'
import type { MappingNode, Node } from './node.ts'
import { fail, pathOf, spanOf, type Value } from './report.ts'

/** `pass` and `failureReason` are what netassert writes into its results. */
const FIELDS = [
  'name',
  'type',
  'protocol',
  'targetPort',
  'timeoutSeconds',
  'attempts',
  'exitCode',
  'src',
  'dst',
  'pass',
  'failureReason',
]

const KINDS: Readonly<Record<'deployment' | 'statefulset' | 'daemonset' | 'pod', 'Pod' | WorkloadKind>> = {
  deployment: 'Deployment',
  statefulset: 'StatefulSet',
  daemonset: 'DaemonSet',
  pod: 'Pod',
}

/** Fields of a test that lists of connections, which other programs write, do not have. */
const TELLING = ['type', 'targetPort', 'exitCode']

/** True for a list of things that have both ends of a test and something else of one. */
export function isNetassert(node: Node): boolean {
  return (
    node.kind === 'list' &&
    node.items.some(
      (item) =>
        item.kind === 'mapping' &&
        item.entries.has('src') &&
        item.entries.has('dst') &&
        TELLING.some((name) => item.entries.has(name)),
    )
  )
}

export function netassertTests(list: Value): Assertion[] {
  return uniquelyNamed(items(list), testOf)
}

/** One test. How long and how often netassert tries makes no difference to what policies say. */
function testOf(item: Value<MappingNode>): Assertion | undefined {
  closed(item, FIELDS)
  const name = nameOf(item)
  asOneOf(required(item, 'type'), ['k8s'])
  asInteger(field(item, 'timeoutSeconds'))
  asInteger(field(item, 'attempts'))
  const protocol = asOneOf(field(item, 'protocol'), ['tcp', 'udp'] as const) ?? 'tcp'
  const port = asPortNumber(required(item, 'targetPort'))
  const from = sourceOf(required(item, 'src'))
  const to = destinationOf(required(item, 'dst'))
  const expect = expectationOf(field(item, 'exitCode'))
  if (name === undefined || port === undefined || !from || !to || !expect) return undefined
  const ports = { kind: 'range', protocol: protocol === 'tcp' ? 'TCP' : 'UDP', first: port, last: port } as const
  return { name, from, to, ports, expect, span: spanOf(item) }
}

/** What netassert's client ends with: 0 when it got through, which is also the default, 1 when it did not. */
function expectationOf(value: Value | undefined): Assertion['expect'] | undefined {
  const code = value ? asInteger(value) : 0
  if (!value || code === undefined || code === 0 || code === 1) return code === 1 ? 'Denied' : 'Allowed'
  return fail(value, { code: 'unknown-value', message: `\`${pathOf(value)}\` must be 0 or 1, not ${code}` })
}

function sourceOf(value: Value | undefined): AssertionPlace | undefined {
  const mapping = asMapping(value)
  if (!mapping) return undefined
  closed(mapping, ['k8sResource'])
  return resourceOf(required(mapping, 'k8sResource'))
}

function destinationOf(value: Value | undefined): AssertionPlace | undefined {
  const mapping = asMapping(value)
  if (!mapping) return undefined
  closed(mapping, ['k8sResource', 'host'])
  const resource = field(mapping, 'k8sResource')
  const host = field(mapping, 'host')
  if (resource && host) {
    return fail(mapping, {
      code: 'ambiguous-end',
      message: `\`${pathOf(mapping)}\` names both a resource and a host`,
      help: 'keep one of them',
    })
  }
  return host ? hostOf(host) : resourceOf(resource ?? required(mapping, 'k8sResource'))
}

function resourceOf(value: Value | undefined): AssertionPlace | undefined {
  const mapping = asMapping(value)
  if (!mapping) return undefined
  closed(mapping, ['kind', 'name', 'namespace', 'clone'])
  const kind = asOneOf(required(mapping, 'kind'), ['deployment', 'statefulset', 'daemonset', 'pod'] as const)
  const name = asNamed(required(mapping, 'name'), 'invalid-name', NAME_SHAPE)
  const namespace = asNamed(required(mapping, 'namespace'), 'invalid-name', LABEL_SHAPE)
  if (!kind || name === undefined || namespace === undefined) return undefined
  return { kind: 'named', namespace, name, of: KINDS[kind], span: spanOf(mapping) }
}

/** An address is itself; a name stays a name. */
function hostOf(value: Value): AssertionPlace | undefined {
  const mapping = asMapping(value)
  if (!mapping) return undefined
  closed(mapping, ['name'])
  const named = required(mapping, 'name')
  const name = asString(named)
  if (!named || name === undefined) return undefined
  const span = spanOf(named)
  if (name.trim() === '') return fail(named, { code: 'invalid-name', message: `\`${pathOf(named)}\` is empty` })
  const address = parseAddress(name)
  if (!address) return { kind: 'host', name, span }
  return { kind: 'cidr', cidr: { address, prefix: address.family === 4 ? 32 : 128, hostBits: false }, span }
}
