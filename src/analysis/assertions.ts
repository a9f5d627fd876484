// The Moat's own assertions: statements of its author that hold for all pods, or are refuted.
import type { AssertionEnd, MoatAssertion, MoatPort } from '../policy/moat-spec.ts'
import type { Moat } from '../policy/snapshot.ts'
import { connection, NO_CONNECTIONS, unionConnections } from '../sets/connection-set.ts'
import { ipSetOf } from '../sets/ip-set.ts'
import { formatCidr } from '../sets/ip-address.ts'
import type { Claim } from './claim.ts'
import { peerWords, portWords } from './declared.ts'
import { ANY_PORT, type Spot, type Statement, statementClaim, statementWords, type StatedPorts } from './statement.ts'
import type { Subject } from './subjects.ts'
import { peerBox, type Universe } from './universe.ts'

function spotOf(end: AssertionEnd, moat: Moat, subjects: readonly Subject[]): Spot {
  switch (end.kind) {
    case 'model': {
      const box = peerBox({ namespaces: 'own', pods: moat.spec.model.pods }, moat.namespace)
      return { kind: 'given', subjects, alike: box ? [box] : [] }
    }
    case 'cidr':
      return { kind: 'outside', addresses: ipSetOf(end.cidr) }
    case 'pods':
      return { kind: 'pods', box: peerBox(end, moat.namespace) }
  }
}

function portsOf(ports: readonly MoatPort[]): StatedPorts {
  if (ports.length === 0) return ANY_PORT
  return {
    fixed: ports.reduce(
      (all, { port, protocol }) => (typeof port === 'number' ? unionConnections(all, connection(protocol, port)) : all),
      NO_CONNECTIONS,
    ),
    names: ports.flatMap(({ port, protocol }) => (typeof port === 'string' ? [{ name: port, protocol }] : [])),
  }
}

/** Both ends `model`: from one of its pods to another that the Moat would select. */
function destinationOf({ from, to, expect }: MoatAssertion, moat: Moat): AssertionEnd {
  if (expect === 'Only' || from.kind !== 'model' || to.kind !== 'model') return to
  return { kind: 'pods', namespaces: 'own', pods: moat.spec.model.pods }
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

export function assertionClaims(universe: Universe, moat: Moat, subjects: readonly Subject[]): Claim[] {
  const own = moat.namespace
  return moat.spec.assertions.map((assertion) => {
    const { name, expect, ports, span } = assertion
    const ends = { from: endWords(assertion.from, own), to: endWords(assertion.to, own) }
    const statement: Statement = {
      name,
      words: statementWords(expect, ends, ports.map(portWords).join(', ')),
      from: spotOf(assertion.from, moat, subjects),
      to: spotOf(destinationOf(assertion, moat), moat, subjects),
      ports: portsOf(ports),
      expect,
      ...(span && { span }),
    }
    return statementClaim(statement, universe)
  })
}
