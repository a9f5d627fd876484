// Peers that are there to collect metrics, as their labels or their namespace say.
import type { Peer } from '../../policy/network-policy.ts'
import type { Selector } from '../../policy/selector.ts'

const WORDS =
  /(?:^|[-_./])(?:prometheus|monitoring|metrics|vmagent|victoria-?metrics|grafana-agent|alloy|opentelemetry|otel-collector|datadog)(?:$|[-_./])/i

function says({ requirements }: Selector): boolean {
  return requirements.some(({ operator, values }) => operator === 'In' && values.every((value) => WORDS.test(value)))
}

/** Pods called so, or every pod of a namespace called so. */
export function isScraper(peer: Peer): boolean {
  if (peer.kind !== 'pods') return false
  return says(peer.pods) || (peer.namespaces !== 'own' && says(peer.namespaces))
}
