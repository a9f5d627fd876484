// Witnesses of proofs, put into the cluster as raw objects and judged by the reference oracle.
import { expect } from 'vitest'
import type { Proof, WitnessEnd } from '../../src/analysis/proof.ts'
import type { ProfileName } from '../../src/engine/profile.ts'
import { formatAddress } from '../../src/sets/ip-address.ts'
import { REFERENCE } from './oracles.ts'
import type { RawCluster, RawObject, RawPod } from './raw-objects.ts'

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
export function checkWitnesses(found: { readonly cluster: RawCluster }, proof: Proof, profile: ProfileName): number {
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
