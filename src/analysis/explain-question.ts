// SRC and DST[:PORT[/PROTO]] -> a question about the input, or what is wrong with it.
import { placeOf } from './explain-ends.ts'
import type { Question } from './explain.ts'
import type { AskedPort } from './explanation.ts'
import type { Diagnostic } from '../diag/diagnostic.ts'
import type { Span } from '../diag/source.ts'
import type { Snapshot } from '../policy/snapshot.ts'
import { type Protocol, PROTOCOLS } from '../sets/connection-set.ts'

export type Asked = { readonly question: Question } | { readonly diagnostics: readonly Diagnostic[] }

/** A piece of an argument. */
function spanIn(argument: { readonly name: string; readonly text: string }, part: string, from = 0): Span {
  const start = Math.max(0, argument.text.indexOf(part, from))
  return { file: argument, start, end: start + Math.max(1, part.length) }
}

/** The place and the port of an argument; an IPv6 address stands in brackets where a port follows. */
function split(text: string): { readonly place: string; readonly port?: string } {
  const bracketed = /^\[([^\]]*)\](?::(.*))?$/s.exec(text)
  if (bracketed) {
    const [, place = '', port] = bracketed
    return port === undefined ? { place } : { place, port }
  }
  const colons = text.split(':').length - 1
  if (colons !== 1) return { place: text }
  const [place = '', port = ''] = text.split(':')
  return { place, port }
}

function portOf(text: string, span: Span): AskedPort | Diagnostic {
  const [port = '', protocol = 'TCP', ...more] = text.split('/')
  const found = PROTOCOLS.find((one) => one === protocol.toUpperCase())
  const number = /^\d+$/.test(port) ? Number(port) : undefined
  const named = /^(?=.*[a-z])[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(port)
  const isPort = number === undefined ? named : number >= 1 && number <= 65_535
  if (!found || !isPort || more.length > 0) {
    return {
      severity: 'error',
      code: 'invalid-port-argument',
      message: `\`${text}\` is no port`,
      span,
      help: 'write a number from 1 to 65535 or a name, then perhaps `/TCP`, `/UDP` or `/SCTP`',
    }
  }
  return { port: number ?? port, protocol: found satisfies Protocol }
}

/** The question that two arguments ask. */
export function questionOf(source: string, destination: string, snapshot: Snapshot): Asked {
  const [from, to] = [
    { name: 'SRC', text: source },
    { name: 'DST', text: destination },
  ]
  const { place, port } = split(destination)
  const start = split(source)
  const asked = port === undefined ? undefined : portOf(port, spanIn(to, port, place.length))
  const ends = [
    placeOf(start.place, snapshot, spanIn(from, start.place)),
    placeOf(place, snapshot, spanIn(to, place)),
  ] as const
  const diagnostics = [
    ...ends.flatMap((end) => ('diagnostic' in end ? [end.diagnostic] : [])),
    ...(asked && 'severity' in asked ? [asked] : []),
  ]
  const [one, other] = ends
  if (start.port !== undefined) {
    diagnostics.push({
      severity: 'error',
      code: 'invalid-place',
      message: 'a source has no port: a connection is known by the port it goes to',
      span: spanIn(from, start.port, start.place.length),
      help: 'put the port behind DST',
    })
  }
  if ('place' in one && one.place.kind === 'service') {
    diagnostics.push({
      severity: 'error',
      code: 'invalid-place',
      message: `\`${source}\` is a Service: connections go to one, and come from pods`,
      span: spanIn(from, source),
      help: 'name the pod or workload that opens the connection',
    })
  }
  if ('place' in one && 'place' in other && one.place.kind === 'addresses' && other.place.kind === 'addresses') {
    diagnostics.push({
      severity: 'error',
      code: 'invalid-place',
      message: 'both ends are outside the cluster: no policy speaks of that',
      help: 'name a pod, workload or Service of the input for one of them',
    })
  }
  if (diagnostics.length > 0 || 'diagnostic' in one || 'diagnostic' in other) return { diagnostics }
  const port_ = asked && !('severity' in asked) ? { asked } : {}
  return { question: { source: one.place, destination: other.place, ...port_ } }
}
