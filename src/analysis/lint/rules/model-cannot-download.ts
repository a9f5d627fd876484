// A model server that is told to load its weights from a registry, and cannot reach any address outside.
import { policyName } from '../../../policy/network-policy.ts'
import type { Pod } from '../../../policy/snapshot.ts'
import { matches } from '../../../policy/selector.ts'
import { addressesOf } from '../../../engine/match.ts'
import { isAddressSubset, unionAddresses } from '../../../sets/ip-set.ts'
import { METADATA, PRIVATE } from '../../ranges.ts'
import { spanAt } from '../context.ts'
import { podNames } from '../pod-index.ts'
import { opensPort } from '../ports.ts'
import type { Rule } from '../rule.ts'
import { eachModel } from './model-exposed.ts'

/** `--model org/name`, `vllm serve org/name`, `-hf org/name`: a name of a registry, not a path. */
const REGISTRY = /(?:--model(?:-id|-path)?|--hf-repo|-hfr?|serve)[= ]([\w.-]+\/[\w.-]+)(?:[:\s]|$)/
const NO_DESTINATION = unionAddresses(PRIVATE.addresses, METADATA.addresses)

function modelName(pod: Pod): string | undefined {
  for (const { words } of pod.programs ?? []) {
    const found = REGISTRY.exec(words.join(' '))?.[1]
    if (found !== undefined) return found
  }
  return undefined
}

export const modelCannotDownload: Rule = {
  id: 'model-cannot-download',
  title: 'a model server loads its weights from a registry that it cannot reach',
  severity: 'note',
  *check(context) {
    for (const { pod } of eachModel(context.models)) {
      const name = modelName(pod)
      if (name === undefined || pod.hostNetwork) continue
      const policies = context
        .policiesIn(pod.namespace)
        .filter(({ egress, subject }) => egress && matches(subject, pod.labels))
      const [first] = policies
      const isOpen = policies.some(({ egress = [] }) =>
        egress.some(
          ({ peers, ports }) =>
            (opensPort(ports, 'TCP', 443) || opensPort(ports, 'TCP', 80)) &&
            (peers === 'any' ||
              peers.some((peer) => peer.kind === 'ipBlock' && !isAddressSubset(addressesOf(peer), NO_DESTINATION))),
        ),
      )
      const hasProxy = policies.some(({ egress = [] }) =>
        egress.some(
          ({ peers, ports }) =>
            peers !== 'any' && !opensPort(ports, 'TCP', 53) && peers.some(({ kind }) => kind === 'pods'),
        ),
      )
      if (!first || isOpen || hasProxy) continue
      yield {
        message: `${podNames([pod])} loads \`${name}\` from a registry when it starts, and its policies let it open no address outside: it starts only where the weights are in place`,
        ...(pod.span && { span: pod.span }),
        notes: [{ message: `${policyName(first)} isolates it for egress`, ...spanAt(first) }],
        help: 'fetch the weights beforehand with a Job of its own, and mount them',
      }
    }
  },
}
