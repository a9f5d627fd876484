// All lint rules, in the order of `moat lint --rules`.
import type { Rule } from './rule.ts'
import { adminDecidesFirst } from './rules/admin-decides-first.ts'
import { adminOpensIsolated } from './rules/admin-opens-isolated.ts'
import { adminRuleShadowed } from './rules/admin-rule-shadowed.ts'
import { baselineNeverReached } from './rules/baseline-never-reached.ts'
import { priorityTie } from './rules/priority-tie.ts'
import { allowAllBesideRestrictions } from './rules/allow-all-beside-restrictions.ts'
import { controlPlaneCutOff } from './rules/control-plane-cut-off.ts'
import { dnsDenied } from './rules/dns-denied.ts'
import { dnsEverywhere } from './rules/dns-everywhere.ts'
import { dnsNodeLocal } from './rules/dns-node-local.ts'
import { dnsOpenshiftPort } from './rules/dns-openshift-port.ts'
import { dnsProtocolMissing } from './rules/dns-protocol-missing.ts'
import { documentationRange } from './rules/documentation-range.ts'
import { exceptReadded } from './rules/except-readded.ts'
import { hostNetworkSubject } from './rules/host-network-subject.ts'
import { impliedIngressIsolation } from './rules/implied-ingress-isolation.ts'
import { metadataAddress } from './rules/metadata-address.ts'
import { metricsPolicyIsolates } from './rules/metrics-policy-isolates.ts'
import { modelCannotDownload } from './rules/model-cannot-download.ts'
import { modelEnginePort, modelEveryPort } from './rules/model-engine-port.ts'
import { modelEntrance } from './rules/model-entrance.ts'
import { modelExposed } from './rules/model-exposed.ts'
import { modelHostNetwork } from './rules/model-host-network.ts'
import { namespaceNameLabel } from './rules/namespace-name-label.ts'
import { neverMatches } from './rules/never-matches.ts'
import { oneFamily } from './rules/one-family.ts'
import { oneSided } from './rules/one-sided.ts'
import { ingressFromAnyone, egressToAnywhere, everyNamespace } from './rules/open-peers.ts'
import { peerMatchesNothing } from './rules/peer-matches-nothing.ts'
import { podAddressBlock } from './rules/pod-address-block.ts'
import { portNotServed } from './rules/port-not-served.ts'
import { privateRangeLeftIn } from './rules/private-range-left-in.ts'
import { redundantRule } from './rules/redundant-rule.ts'
import { scraperOnApiPort } from './rules/scraper-on-api-port.ts'
import { serviceAddress } from './rules/service-address.ts'
import { servicePortForPodPort } from './rules/service-port.ts'
import { sharedLabel } from './rules/shared-label.ts'
import { splitPeersRule } from './rules/split-peers.ts'
import { subjectMatchesNothing } from './rules/subject-matches-nothing.ts'
import { unroutableRange } from './rules/unroutable-range.ts'
import { wideEgress } from './rules/wide-egress.ts'
import { unusedSuppression } from './suppressions.ts'

export const RULES: readonly Rule[] = [
  subjectMatchesNothing,
  peerMatchesNothing,
  neverMatches,
  namespaceNameLabel,
  splitPeersRule,
  redundantRule,
  allowAllBesideRestrictions,
  impliedIngressIsolation,
  hostNetworkSubject,
  oneSided,
  controlPlaneCutOff,
  adminDecidesFirst,
  adminOpensIsolated,
  adminRuleShadowed,
  baselineNeverReached,
  priorityTie,
  servicePortForPodPort,
  portNotServed,
  dnsProtocolMissing,
  dnsDenied,
  dnsEverywhere,
  dnsNodeLocal,
  dnsOpenshiftPort,
  serviceAddress,
  documentationRange,
  metadataAddress,
  unroutableRange,
  podAddressBlock,
  exceptReadded,
  privateRangeLeftIn,
  wideEgress,
  oneFamily,
  ingressFromAnyone,
  egressToAnywhere,
  everyNamespace,
  modelExposed,
  modelEntrance,
  modelHostNetwork,
  modelEnginePort,
  modelEveryPort,
  scraperOnApiPort,
  metricsPolicyIsolates,
  modelCannotDownload,
  sharedLabel,
  unusedSuppression,
]
