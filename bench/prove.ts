// Proofs: the seed's, and those beside hundreds of policies of others. Run: npx node bench/prove.ts
import { readInput } from '../src/cli/input/read-input.ts'
import { prove } from '../src/analysis/prove.ts'
import { policiesInForce } from '../src/intent/policies-in-force.ts'
import { parse } from '../src/parse/parse.ts'
import type { NetworkPolicy } from '../src/policy/network-policy.ts'
import type { Moat, Snapshot } from '../src/policy/snapshot.ts'
import { namespace, pod } from '../tests/support/moats.ts'
import { labelled } from '../tests/support/snapshots.ts'
import { ownCpuOf } from './children.ts'

const { sources } = readInput(['examples/seed/moat.yaml', 'examples/seed/workloads.yaml'])
const seed = parse(sources).snapshot
const moat = seed.moats[0] as Moat

/** The seed with policies of others, each in one of `namespaces`, selecting by two labels. */
function crowded(count: number, namespaces: number, labels: (index: number) => Record<string, string>): Snapshot {
  const places = Array.from({ length: namespaces }, (_, index) => (namespaces === 1 ? moat.namespace : `team-${index}`))
  const policies = Array.from({ length: count }, (_, index): NetworkPolicy => {
    const peer = {
      kind: 'pods',
      namespaces: labelled({ team: `t${index % 10}` }),
      pods: labelled({ app: `b${index}` }),
    } as const
    const rules = [{ peers: [peer], ports: 'any' }] as const
    const place = places[index % namespaces] as string
    return { namespace: place, name: `p${index}`, subject: labelled(labels(index)), ingress: rules, egress: rules }
  })
  return {
    ...seed,
    namespaces: new Map([
      ...seed.namespaces,
      ...places.map((name, i) => [name, namespace(name, { team: `t${i % 10}` })] as const),
    ]),
    pods: [...seed.pods, ...policies.map((policy, i) => pod(`${policy.namespace}/p${i}`, labels(i)))],
    networkPolicies: [...seed.networkPolicies, ...policies],
  }
}

/** A policy that opens the model to everybody, both ways. */
const OPEN: NetworkPolicy = {
  namespace: moat.namespace,
  name: 'open',
  subject: moat.spec.model.pods,
  ingress: [{ peers: 'any', ports: 'any' }],
  egress: [{ peers: 'any', ports: 'any' }],
}

let base: number | undefined

function measure(name: string, input: Snapshot): void {
  const { snapshot } = policiesInForce(input)
  const { claims } = prove(snapshot, moat)
  const proof = ownCpuOf(() => void prove(snapshot, moat), { times: 3 })
  const proven = claims.filter(({ verdict }) => verdict === 'PROVEN').length
  base ??= proof
  const ratio = (proof / base).toFixed(0)
  process.stdout.write(
    `${name.padEnd(44)} ${proof.toFixed(1).padStart(8)} ms, ${ratio} times the seed; ${proven} of ${claims.length} proven\n`,
  )
}

const spread = crowded(500, 100, (i) => ({ app: `a${i}`, tier: `t${i % 3}` }))
const keys = crowded(200, 1, (i) => ({ [`k${i}`]: 'x', [`l${i}`]: 'x' }))
const opened = (input: Snapshot): Snapshot => ({ ...input, networkPolicies: [...input.networkPolicies, OPEN] })
measure('the seed', seed)
measure('500 policies in 100 namespaces', spread)
measure('the same, and the model open', opened(spread))
measure('200 policies, each with two keys of its own', keys)
measure('the same, and the model open', opened(keys))
