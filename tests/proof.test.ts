// Proofs against brute force: on small universes every pod that could exist is listed and asked about, one by one, and
// every witness is put into the cluster and judged by the reference oracle.
import { describe, expect, it } from 'vitest'
import type { Proof, WitnessEnd } from '../src/analysis/proof.ts'
import { prove } from '../src/analysis/prove.ts'
import { type ProfileName, PROFILES } from '../src/engine/profile.ts'
import { formatAddress } from '../src/sets/ip-address.ts'
import { allowing, expected, proven } from './support/expected-proofs.ts'
import { REFERENCE } from './support/oracles.ts'
import type { Verdict } from './support/possible-worlds.ts'
import { type MoatCase, randomMoatCase } from './support/random-moats.ts'
import type { RawCluster, RawObject, RawPod } from './support/raw-objects.ts'

/** The cluster with one more pod, and its namespace where it has no object. */
function withEnd(cluster: RawCluster, end: WitnessEnd): RawCluster {
  if (end.kind === 'outside') return cluster
  const has = (kind: string, name: string, namespace?: string) =>
    cluster.objects.some(
      (object) =>
        object.kind === kind &&
        object.metadata.name === name &&
        (namespace === undefined || (object as RawPod).metadata.namespace === namespace),
    )
  const namespace: RawObject = {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: end.namespace, labels: Object.fromEntries(end.namespaceLabels) },
  }
  const pod: RawPod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: end.name, namespace: end.namespace, labels: Object.fromEntries(end.labels) },
    spec: {
      containers: [
        {
          name: 'main',
          image: 'main',
          ports: end.ports.map(({ name, port, protocol }) => ({
            ...(name !== undefined && { name }),
            containerPort: port,
            protocol,
          })),
        },
      ],
    },
    ...(end.addresses.length > 0 && {
      status: { podIPs: end.addresses.map((address) => ({ ip: formatAddress(address) })) },
    }),
  }
  return {
    objects: [
      ...cluster.objects,
      ...(has('Namespace', end.namespace) || end.present ? [] : [namespace]),
      ...(has('Pod', end.name, end.namespace) ? [] : [pod]),
    ],
  }
}

function endName(end: WitnessEnd): string {
  return end.kind === 'outside' ? formatAddress(end.address) : `${end.namespace}/${end.name}`
}

/** Checks every witness by the reference oracle; gives back how many there were. */
function checkWitnesses(found: MoatCase, proof: Proof, profile: ProfileName): number {
  let count = 0
  for (const { id, witness } of proof.claims) {
    if (!witness) continue
    count++
    const cluster = withEnd(withEnd(found.cluster, witness.source), witness.destination)
    const { protocol, port, family, allowed } = witness
    const probe = { source: endName(witness.source), destination: endName(witness.destination), protocol, port, family }
    expect({ id, verdict: REFERENCE.read(cluster, profile)(probe) }).toEqual({
      id,
      verdict: allowed ? 'Allowed' : 'Denied',
    })
  }
  return count
}

/** More in one run: PROOF_CASES=1000 PROOF_SEED=7 npx vitest run --project unit tests/proof.test.ts */
const CASES = Number(process.env['PROOF_CASES'] ?? 0)
const FIRST = Number(process.env['PROOF_SEED'] ?? 1)

describe.each([
  ['spec', 3],
  ['conformance', 3],
  ['cilium', 10],
] as const)('proofs under profile %s', (name, few) => {
  it(`say what brute force over all pods that could exist says, from seed ${FIRST} on`, () => {
    const verdicts: Record<Verdict, number> = { PROVEN: 0, REFUTED: 0, OUT_OF_SCOPE: 0 }
    let witnesses = 0
    for (let seed = FIRST; seed < FIRST + (CASES || few); seed++) {
      const found = randomMoatCase(seed)
      if (!found) continue
      const proof = prove(found.snapshot, found.moat, PROFILES[name])
      const said = proven(proof)
      expect({ seed, ...said }).toEqual({ seed, ...allowing(said, expected(found, PROFILES[name]), found) })
      for (const verdict of Object.values(said)) verdicts[verdict]++
      witnesses += checkWitnesses(found, proof, name)
    }
    expect(Math.min(verdicts.PROVEN, verdicts.REFUTED, witnesses)).toBeGreaterThan(0)
  })
})
