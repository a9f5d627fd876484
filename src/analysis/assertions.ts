// The Moat's own assertions: statements of its author that hold for all pods, or are refuted.
import type { AssertionEnd, MoatAssertion, MoatPort } from '../policy/moat-spec.ts'
import type { Moat } from '../policy/snapshot.ts'
import { isEmpty, NO_CONNECTIONS, unionConnections } from '../sets/connection-set.ts'
import { ipSetOf } from '../sets/ip-set.ts'
import { formatCidr } from '../sets/ip-address.ts'
import type { Claim, Part } from './claim.ts'
import { forEach } from './claims.ts'
import { ANY_SIDE, peerWords, portOn, portsOnAny, portWords } from './declared.ts'
import type { End, Named } from './world.ts'
import { NOBODY } from './judge.ts'
import { cell, type Side } from './region.ts'
import type { Subject } from './subjects.ts'
import { peerBox } from './universe.ts'

interface Place {
  readonly end: End
  readonly side: Side
}

/** Where an end of an assertion lies; `undefined` when no pod could be there. */
function placeOf(end: AssertionEnd, own: string, subject: Subject | undefined): Place | undefined {
  switch (end.kind) {
    case 'model':
      return subject && { end: { kind: 'pod', ...subject }, side: ANY_SIDE }
    case 'cidr':
      return { end: { kind: 'outside' }, side: { ...ANY_SIDE, addresses: ipSetOf(end.cidr) } }
    case 'pods': {
      const box = peerBox(end, own)
      return box && { end: { kind: 'pods' }, side: { ...ANY_SIDE, box } }
    }
  }
}

function portsAt(destination: End, ports: readonly MoatPort[]) {
  if (destination.kind !== 'pod' || ports.length === 0) return portsOnAny(ports)
  const { pod } = destination
  if (ports.some((port) => isEmpty(portOn(pod, port)))) return []
  const all = ports.reduce((set, port) => unionConnections(set, portOn(pod, port)), NO_CONNECTIONS)
  return [{ connections: all, names: [] }]
}

/** A claim about nothing is neither kept nor broken: most likely a misspelt name. */
const NO_PORT = 'the destination has no port of that name'

function outOfScope(reason: string): Part {
  return { kind: 'answer', answer: () => ({ verdict: 'OUT_OF_SCOPE', reason }) }
}

function partOf(assertion: MoatAssertion, from: Place, to: Place): Part {
  const ends = { source: from.end, destination: to.end }
  const within = portsAt(to.end, assertion.ports).flatMap(({ connections, names }): Named[] => {
    if (names.length > 0 && to.end.kind === 'outside') return [] // S18
    const all = cell(from.side, to.side, connections)
    return all ? [{ cell: all, names }] : []
  })
  if (within.length === 0) return outOfScope(NO_PORT)
  if (assertion.expect === 'Denied') return { kind: 'denial', ends, within, except: [] }
  return { kind: 'promise', ends, within, directions: ['ingress', 'egress'] }
}

/** Both ends `model`: from one of its pods to another that the Moat would select. */
function modelPods(moat: Moat): AssertionEnd {
  return { kind: 'pods', namespaces: 'own', pods: moat.spec.model.pods }
}

function partsOf(moat: Moat, assertion: MoatAssertion, subject: Subject | undefined): Part[] {
  const both = assertion.from.kind === 'model' && assertion.to.kind === 'model'
  const from = placeOf(assertion.from, moat.namespace, subject)
  const to = placeOf(both ? modelPods(moat) : assertion.to, moat.namespace, subject)
  return [from && to ? partOf(assertion, from, to) : outOfScope(NOBODY)]
}

function endWords(end: AssertionEnd, own: string): string {
  switch (end.kind) {
    case 'model':
      return 'the model'
    case 'cidr':
      return formatCidr(end.cidr)
    case 'pods':
      return peerWords(end, own)
  }
}

/** `assertion NAME: {…} cannot open tcp/8080 of the model`. */
function words(assertion: MoatAssertion, own: string): string {
  const can = assertion.expect === 'Allowed' ? 'can' : 'cannot'
  const ports = assertion.ports.length === 0 ? '' : ` ${assertion.ports.map(portWords).join(', ')} of`
  const [from, to] = [endWords(assertion.from, own), endWords(assertion.to, own)]
  return `assertion ${assertion.name}: ${from} ${can} open${ports} ${to}`
}

export function assertionClaims(moat: Moat, subjects: readonly Subject[]): Claim[] {
  return moat.spec.assertions.map((assertion) => {
    const aboutModel = assertion.from.kind === 'model' || assertion.to.kind === 'model'
    return {
      id: `assertion/${assertion.name}`,
      claim: words(assertion, moat.namespace),
      parts: aboutModel
        ? forEach(subjects, (subject) => partsOf(moat, assertion, subject))
        : partsOf(moat, assertion, undefined),
      ...(assertion.span && { span: assertion.span }),
    }
  })
}
