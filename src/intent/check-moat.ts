// What a Moat says that cannot be kept, or that the rest of the input contradicts. (Whether its selectors match
// anything is checked where the input is read.)
import type { Diagnostic } from '../diag/diagnostic.ts'
import type { Span } from '../diag/source.ts'
import { matches } from '../policy/selector.ts'
import type { Moat, Snapshot } from '../policy/snapshot.ts'
import { profileOf } from './runtimes/profiles.ts'
import { candidateName, candidates, selectedIn } from './selected-pods.ts'
import { listed } from './sentence.ts'

type Check = (moat: Moat, snapshot: Snapshot) => readonly Diagnostic[]

function at(span: Span | undefined): { span?: Span } {
  return span ? { span } : {}
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

const CHECKS: readonly Check[] = [modelIsOnThePodNetwork, namesHavePods, internalPortsStayInside, defaultDenyHitsOthers]

/** Errors where the Moat cannot be kept, warnings where it probably is not what was meant. */
export function checkMoat(moat: Moat, snapshot: Snapshot): Diagnostic[] {
  return CHECKS.flatMap((check) => check(moat, snapshot))
}
