// One change in a session, to everything worked out anew: CPU time at 10,000 pods and 1,000 policies.
import { createEngine } from '../src/engine/engine.ts'
import { CONFORMANCE } from '../src/engine/profile.ts'
import { createSession, type SessionChange } from '../src/engine/session.ts'
import { parse } from '../src/parse/parse.ts'
import type { Snapshot } from '../src/policy/snapshot.ts'
import { benchManifests } from './manifests.ts'

const [WORKLOADS, POLICIES, ROUNDS] = [10_000, 1_000, 15]

/** Milliseconds of CPU time. */
function cpu(act: () => unknown): number {
  const before = process.cpuUsage()
  act()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] as number
}

const { snapshot: all } = parse([{ name: 'bench.json', text: benchManifests(WORKLOADS) }])
const snapshot: Snapshot = { ...all, networkPolicies: all.networkPolicies.slice(0, POLICIES) }
const full = median([0, 1, 2].map(() => cpu(() => createEngine(snapshot, CONFORMANCE).reachability())))
const session = createSession(snapshot, CONFORMANCE)
const { pods } = session.snapshot()
const spare = all.networkPolicies.slice(POLICIES, POLICIES + ROUNDS + 1)

const changes: Readonly<Record<string, (round: number) => SessionChange>> = {
  'a policy added': (i) => ({ put: 'network-policy', object: spare[i]! }),
  'a policy without its last ingress rule': (i) => {
    const policy = snapshot.networkPolicies[i * 7]!
    return { put: 'network-policy', object: { ...policy, ingress: policy.ingress?.slice(0, -1) } }
  },
  'a policy deleted': (i) => ({ delete: 'network-policy', namespace: spare[i]!.namespace, name: spare[i]!.name }),
  'a pod relabelled': (i) => {
    const pod = pods[i * 31]!
    return { put: 'pod', object: { ...pod, labels: new Map([...pod.labels, ['app', `app-${i}`]]) } }
  },
  'a pod added': (i) => ({ put: 'pod', object: { ...pods[i]!, name: `more-${i}` } }),
  'a pod deleted': (i) => ({ delete: 'pod', namespace: pods[i]!.namespace, name: `more-${i}` }),
}

process.stdout.write(`everything: ${full.toFixed(0)} ms\n`)
for (const [name, change] of Object.entries(changes)) {
  session.apply([change(0)])
  const ms = median(Array.from({ length: ROUNDS }, (_, i) => cpu(() => session.apply([change(i + 1)]))))
  process.stdout.write(`${name}: ${ms.toFixed(1)} ms, ${((100 * ms) / full).toFixed(2)} %\n`)
}
