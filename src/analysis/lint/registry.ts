// All lint rules, in the order of `moat lint --rules`.
import type { Rule } from './rule.ts'
import { dnsProtocolMissing } from './rules/dns-protocol-missing.ts'
import { documentationRange } from './rules/documentation-range.ts'
import { hostNetworkSubject } from './rules/host-network-subject.ts'
import { peerMatchesNothing } from './rules/peer-matches-nothing.ts'
import { subjectMatchesNothing } from './rules/subject-matches-nothing.ts'
import { unusedSuppression } from './suppressions.ts'

export const RULES: readonly Rule[] = [
  subjectMatchesNothing,
  peerMatchesNothing,
  hostNetworkSubject,
  dnsProtocolMissing,
  documentationRange,
  unusedSuppression,
]
