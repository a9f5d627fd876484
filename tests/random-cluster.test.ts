// The random clusters that oracles are compared on: what the API server would take, and something of everything.
import { expect, it } from 'vitest'
import { snapshotOf } from './support/oracles.ts'
import { ADMIN_SHAPE, FULL_SHAPE, randomCluster } from './support/random-cluster.ts'
import { rawClusterPolicies } from './support/raw-objects.ts'

const SEEDS = Array.from({ length: 300 }, (_, seed) => seed)

it('are read without an error, with as many admin policies and nodes as were written', () => {
  for (const seed of SEEDS) {
    const cluster = randomCluster(seed, ADMIN_SHAPE)
    const { clusterPolicies, nodes } = snapshotOf(cluster)
    expect(clusterPolicies.map(({ kind, name }) => [kind, name])).toEqual(
      rawClusterPolicies(cluster).map(({ kind, metadata }) => [kind, metadata.name]),
    )
    expect(nodes).toHaveLength(cluster.objects.filter(({ kind }) => kind === 'Node').length)
  }
})

it('have every kind, tier, action, peer and port of the admin APIs, and ties', () => {
  const policies = SEEDS.map((seed) => snapshotOf(randomCluster(seed, ADMIN_SHAPE)).clusterPolicies)
  const rules = policies.flat().flatMap(({ ingress, egress }) => [...ingress, ...egress])
  const distinct = (words: readonly string[]): string[] => [...new Set(words)].sort()
  expect(distinct(policies.flat().map(({ kind, tier }) => `${kind} ${tier}`))).toEqual([
    'AdminNetworkPolicy admin',
    'BaselineAdminNetworkPolicy baseline',
    'ClusterNetworkPolicy admin',
    'ClusterNetworkPolicy baseline',
  ])
  expect(distinct(rules.map(({ action }) => action))).toEqual(['Accept', 'Deny', 'Pass'])
  expect(distinct(rules.flatMap(({ peers }) => peers.map(({ kind }) => kind)))).toEqual([
    'domainNames',
    'networks',
    'nodes',
    'pods',
    'unknown',
  ])
  const ports = rules.flatMap(({ ports: some }) => (some === 'any' ? ['any'] : some.map(({ kind }) => kind)))
  expect(distinct(ports)).toEqual(['any', 'named', 'range', 'unknown'])
  const tied = policies.filter((some) => new Set(some.map((one) => `${one.tier} ${one.priority}`)).size < some.length)
  expect(tied.length).toBeGreaterThan(30)
})

it('are the same without admin policies as the first part of those with them', () => {
  for (const seed of SEEDS.slice(0, 30)) {
    const { objects } = randomCluster(seed, FULL_SHAPE)
    expect(randomCluster(seed, ADMIN_SHAPE).objects.slice(0, objects.length)).toEqual(objects)
  }
})
