// Ports of the admin policy APIs: `ports` of v1alpha1 and `protocols` of v1alpha2, in one form.
import type { Action, ClusterPort } from '../policy/cluster-network-policy.ts'
import { PROTOCOLS, type Protocol } from '../sets/connection-set.ts'
import type { Span } from '../diag/source.ts'
import { failedClosed } from './cluster-peers.ts'
import { asMapping, asOneOf, closed, field, required } from './decode.ts'
import { exactlyOne } from './exactly-one.ts'
import { asNamed, asPortNumber, PORT_NAME_SHAPE } from './names.ts'
import type { MappingNode } from './node.ts'
import { fail, pathOf, spanOf, type Value } from './report.ts'

/** One item of `ports` in v1alpha1 (A16). */
export function adminPortOf(value: Value, action: Action | undefined): ClusterPort[] {
  const mapping = asMapping(value)
  if (!mapping) return []
  const unknown = failedClosed(action)
  const chosen = exactlyOne(mapping, { names: ['portNumber', 'portRange', 'namedPort'] as const, unknown })
  if (!chosen) return []
  const span = spanOf(mapping)
  switch (chosen.name) {
    case 'unknown': // A15
      return [{ kind: 'unknown', span }]
    case 'namedPort':
      return namedOf(chosen.value, span)
    case 'portNumber': {
      const number = asMapping(chosen.value)
      if (!number) return []
      closed(number, ['protocol', 'port'])
      return rangeOf([required(number, 'port')], { protocol: protocolOf(number), span })
    }
    case 'portRange': {
      const range = asMapping(chosen.value)
      if (!range) return []
      closed(range, ['protocol', 'start', 'end'])
      return startToEnd(range, { protocol: protocolOf(range), span })
    }
  }
}

/** One item of `protocols` in v1alpha2 (A17). */
export function clusterProtocolOf(value: Value, action: Action | undefined): ClusterPort[] {
  const mapping = asMapping(value)
  if (!mapping) return []
  const unknown = failedClosed(action)
  const chosen = exactlyOne(mapping, { names: ['tcp', 'udp', 'sctp', 'destinationNamedPort'] as const, unknown })
  if (!chosen) return []
  const span = spanOf(mapping)
  switch (chosen.name) {
    case 'unknown': // A15
      return [{ kind: 'unknown', span }]
    case 'destinationNamedPort':
      return namedOf(chosen.value, span)
    case 'tcp':
    case 'udp':
    case 'sctp': {
      const attributes = asMapping(chosen.value)
      const inner = attributes && exactlyOne(attributes, { names: ['destinationPort'] as const, unknown })
      if (inner?.name === 'unknown') return [{ kind: 'unknown', span }]
      const port = asMapping(inner?.value)
      const form = port && exactlyOne(port, { names: ['number', 'range'] as const, unknown })
      if (!form) return []
      const protocol = chosen.name.toUpperCase() as Protocol
      if (form.name === 'unknown') return [{ kind: 'unknown', span }]
      if (form.name === 'number') return rangeOf([form.value], { protocol, span })
      const range = asMapping(form.value)
      if (!range) return []
      closed(range, ['start', 'end'])
      return startToEnd(range, { protocol, span })
    }
  }
}

interface Of {
  readonly protocol: Protocol
  readonly span: Span
}

/** S15 holds here too: the API's text has TCP as the default. */
function protocolOf(mapping: Value<MappingNode>): Protocol {
  return asOneOf(field(mapping, 'protocol'), PROTOCOLS) ?? 'TCP'
}

/** A14: a name means each port of that name that the destination's containers declare, of whatever protocol. */
function namedOf(value: Value, span: Span): ClusterPort[] {
  const name = asNamed(value, 'invalid-port', PORT_NAME_SHAPE)
  return name === undefined ? [] : PROTOCOLS.map((protocol) => ({ kind: 'named', protocol, name, span }))
}

function rangeOf([start, end = start]: readonly [start: Value | undefined, end?: Value], of: Of): ClusterPort[] {
  const first = asPortNumber(start)
  const last = end === start ? first : asPortNumber(end)
  return first === undefined || last === undefined ? [] : [{ kind: 'range', first, last, ...of }]
}

/** A18: both ends belong to the range, and the end is above the start. */
function startToEnd(range: Value<MappingNode>, of: Of): ClusterPort[] {
  const start = required(range, 'start')
  const end = required(range, 'end')
  if (!start || !end) return []
  const read = rangeOf([start, end], of)
  const [port] = read
  if (port?.kind === 'range' && port.first >= port.last) {
    fail(end, {
      code: 'invalid-port-range',
      message: `\`${pathOf(end)}\` must be above \`start\` ${port.first}, not ${port.last}`,
      ...(port.first === port.last && { help: 'a single port has a form of its own' }),
    })
  }
  return read
}
