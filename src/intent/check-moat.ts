// What a Moat says that the rest of the input contradicts.
import type { Diagnostic, Note } from '../diag/diagnostic.ts'
import type { Span } from '../diag/source.ts'
import type { PodPeer } from '../policy/moat-spec.ts'
import { formatSelector, matches } from '../policy/selector.ts'
import type { Moat, Snapshot } from '../policy/snapshot.ts'
import { profileOf } from './runtimes/profiles.ts'
import { type Candidate, candidateName, candidates, meant, selectedIn } from './selected-pods.ts'
import { listed, podWords } from './sentence.ts'

type Check = (moat: Moat, snapshot: Snapshot) => readonly Diagnostic[]

function at(span: Span | undefined): { span?: Span } {
  return span ? { span } : {}
}

function note(message: string, span: Span | undefined): Note {
  return { message, ...at(span) }
}

/** Where pods with the wanted labels do run, when not where the Moat looks for them. */
function elsewhere(pods: readonly Candidate[]): Note[] {
  return pods.slice(0, 3).map((pod) => note(`${candidateName(pod)} has these labels`, pod.span))
}

/** An input without any pod says nothing about who is there. */
function knowsPods(snapshot: Snapshot): boolean {
  return snapshot.pods.length > 0 || snapshot.workloads.length > 0
}

const modelExists: Check = (moat, snapshot) => {
  const { pods, span } = moat.spec.model
  if (!knowsPods(snapshot) || selectedIn(snapshot, moat.namespace, pods).length > 0) return []
  return [
    {
      severity: 'warning',
      code: 'moat-selects-nothing',
      message: `Moat \`${moat.name}\` selects no pod: none in namespace \`${moat.namespace}\` has ${formatSelector(pods)}`,
      ...at(span ?? moat.span),
      notes: elsewhere(candidates(snapshot).filter((pod) => matches(pods, pod.labels))),
      help: 'correct spec.model.podSelector or metadata.namespace',
    },
  ]
}

/** No NetworkPolicy takes hold of a pod on its node's network (S33). */
const modelIsOnThePodNetwork: Check = (moat, snapshot) =>
  selectedIn(snapshot, moat.namespace, moat.spec.model.pods)
    .filter((pod) => pod.hostNetwork)
    .map((pod) => ({
      severity: 'error',
      code: 'moat-host-network',
      message: `${candidateName(pod)} uses the network of its node, where no NetworkPolicy applies to it`,
      ...at(pod.span ?? moat.span),
      help: 'remove hostNetwork from the pod of the model',
    }))

interface NamedPeer {
  readonly what: string
  readonly peer: PodPeer
  readonly span: Span | undefined
}

function peersOf({ spec }: Moat): NamedPeer[] {
  return [
    ...spec.callers.map((peer) => ({ what: `caller \`${peer.name}\``, peer, span: peer.span })),
    ...spec.scrapers.map((peer) => ({ what: `scraper \`${peer.name}\``, peer, span: peer.span })),
    ...spec.egress.flatMap(({ name, to, span }) =>
      to.kind === 'pods' ? [{ what: `egress \`${name}\``, peer: to, span }] : [],
    ),
  ]
}

const peersExist: Check = (moat, snapshot) => {
  if (!knowsPods(snapshot)) return []
  return peersOf(moat)
    .filter(({ peer }) => meant(snapshot, moat.namespace, peer).length === 0)
    .map(({ what, peer, span }) => ({
      severity: 'warning',
      code: 'moat-peer-matches-nothing',
      message: `${what} matches no pod of the input: ${podWords(peer, moat.namespace)}`,
      ...at(span ?? moat.span),
      notes: elsewhere(candidates(snapshot).filter((pod) => matches(peer.pods, pod.labels))),
      help: 'correct its selectors, or add the manifests of those pods to the input',
    }))
}

/** A name means a container port, and addresses outside have no containers (S18). */
const namesHavePods: Check = (moat) =>
  moat.spec.egress.flatMap(({ name, to, ports, span }) => {
    if (to.kind !== 'cidr') return []
    return ports
      .filter(({ port }) => typeof port === 'string')
      .map((port) => ({
        severity: 'error' as const,
        code: 'moat-named-port-outside',
        message: `egress \`${name}\` leads to addresses, where the port name \`${port.port}\` means nothing`,
        ...at(port.span ?? span),
        help: 'write the port as a number',
      }))
  })

const internalPortsStayInside: Check = (moat) => {
  const profile = profileOf(moat.spec.model.runtime)
  return [...moat.spec.callers, ...moat.spec.scrapers].flatMap(({ name, ports, span }) =>
    ports.flatMap(({ port, span: portSpan }) => {
      const internal = profile?.internalPorts.find((candidate) => candidate.port === port)
      if (!profile || !internal) return []
      return [
        {
          severity: 'warning' as const,
          code: 'moat-internal-port',
          message: `\`${name}\` is let in to ${internal.port}, which ${profile.title} uses for itself: ${internal.what}`,
          ...at(portSpan ?? span),
          help: 'remove the port from the list',
        },
      ]
    }),
  )
}

const defaultDenyHitsOthers: Check = (moat, snapshot) => {
  if (!moat.spec.namespaceDefaultDeny) return []
  const others = candidates(snapshot).filter(
    (pod) => pod.namespace === moat.namespace && !matches(moat.spec.model.pods, pod.labels) && !pod.hostNetwork,
  )
  if (others.length === 0) return []
  return [
    {
      severity: 'warning',
      code: 'moat-default-deny-isolates',
      message: `namespaceDefaultDeny also isolates ${listed(others.map(candidateName))}`,
      ...at(moat.span),
      help: 'check that a policy of their own allows what they need; Moat opens only the way to the model',
    },
  ]
}

const CHECKS: readonly Check[] = [
  modelExists,
  modelIsOnThePodNetwork,
  peersExist,
  namesHavePods,
  internalPortsStayInside,
  defaultDenyHitsOthers,
]

/** Errors where the Moat cannot be kept, warnings where it probably is not what was meant. */
export function checkMoat(moat: Moat, snapshot: Snapshot): Diagnostic[] {
  return CHECKS.flatMap((check) => check(moat, snapshot))
}
