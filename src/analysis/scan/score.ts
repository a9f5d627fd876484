// The score of a model server: what its isolation is worth, criterion by criterion, each with its reason.
import type { Openness } from './openness.ts'

export interface Criterion {
  readonly id: 'callers' | 'ports' | 'ways-in' | 'internet' | 'metadata' | 'cluster' | 'dns' | 'pod-network'
  readonly points: number
  /** Most that it can give. */
  readonly of: number
  /** One clause, lower case, no final period. */
  readonly reason: string
}

/** What is known of a server; what Kubernetes leaves open counts as open. */
export interface Facts {
  readonly hostNetwork: boolean
  /** Callers of an API port. */
  readonly calledBy: { readonly internet: boolean; readonly outside: boolean; readonly pods: Openness }
  /** Connections beyond the API and metrics ports that somebody may open, as text; empty: none. */
  readonly otherPorts: string
  /** Ways in from outside that are not surely closed, by name. */
  readonly waysIn: readonly string[]
  readonly opens: {
    readonly internet: boolean
    readonly metadata: boolean
    readonly dns: boolean
    readonly pods: Openness
  }
}

type Judge = (facts: Facts) => Criterion

function callers({ calledBy: { internet, outside, pods } }: Facts): Criterion {
  const of = 35
  const is = (points: number, reason: string): Criterion => ({ id: 'callers', of, points, reason })
  if (internet) return is(0, 'every address outside the cluster may call it')
  switch (pods) {
    case 'any-pod':
      return is(5, 'any pod of any namespace may call it')
    case 'whole-namespaces':
      return is(10, 'every pod of other namespaces may call it')
    case 'own-namespace':
      return is(20, 'every pod of its namespace may call it')
    case 'labelled':
      return is(of, 'only pods with certain labels may call it')
    case 'none':
      return is(of, outside ? 'only certain addresses may call it' : 'nobody may call it')
  }
}

const ports: Judge = ({ otherPorts }) =>
  otherPorts === ''
    ? { id: 'ports', of: 10, points: 10, reason: 'only its API and metrics can be opened' }
    : { id: 'ports', of: 10, points: 0, reason: `more than its API can be opened: ${otherPorts}` }

const entrances: Judge = ({ waysIn }) =>
  waysIn.length === 0
    ? { id: 'ways-in', of: 10, points: 10, reason: 'no Service or route leads to it from outside' }
    : { id: 'ways-in', of: 10, points: 0, reason: `${waysIn.join(', ')} leads to it from outside` }

const internet: Judge = ({ opens }) =>
  opens.internet
    ? { id: 'internet', of: 20, points: 0, reason: 'it may open every address outside the cluster' }
    : { id: 'internet', of: 20, points: 20, reason: 'it may not open the Internet as a whole' }

const metadata: Judge = ({ opens }) =>
  opens.metadata
    ? { id: 'metadata', of: 10, points: 0, reason: 'it may open addresses where clouds hand out credentials' }
    : { id: 'metadata', of: 10, points: 10, reason: 'it may not open the metadata services of clouds' }

const CLUSTER: Readonly<Record<Openness, readonly [points: number, reason: string]>> = {
  'any-pod': [0, 'it may open any pod of any namespace'],
  'whole-namespaces': [4, 'it may open every pod of other namespaces'],
  'own-namespace': [5, 'it may open every pod of its namespace'],
  labelled: [10, 'it may open only pods with certain labels'],
  none: [10, 'it may open no pod'],
}

const cluster: Judge = ({ opens }) => {
  const [points, reason] = CLUSTER[opens.pods]
  return { id: 'cluster', of: 10, points, reason }
}

const dns: Judge = ({ opens }) =>
  opens.dns
    ? { id: 'dns', of: 5, points: 0, reason: 'it may open port 53: the names that it asks for can carry data out' }
    : { id: 'dns', of: 5, points: 5, reason: 'it may not open port 53, where DNS is' }

const CRITERIA: readonly Judge[] = [callers, ports, entrances, internet, metadata, cluster, dns]

/** On the network of its node nothing holds (S33), so nothing counts. */
export function criteriaOf(facts: Facts): readonly Criterion[] {
  if (!facts.hostNetwork) return CRITERIA.map((judge) => judge(facts))
  const reason = 'it uses the network of its node, where no policy applies to it'
  return [{ id: 'pod-network', of: 100, points: 0, reason }]
}

/** 0 to 100. */
export function scoreOf(criteria: readonly Criterion[]): number {
  return criteria.reduce((sum, { points }) => sum + points, 0)
}
