// Policies of the admin APIs go by kind and name: they live in no namespace.
import { expect, it } from 'vitest'
import { type ClusterNetworkPolicy, clusterPolicyName } from './cluster-network-policy.ts'

it('a policy of the admin APIs is named by its kind and name', () => {
  const policy: ClusterNetworkPolicy = {
    kind: 'BaselineAdminNetworkPolicy',
    name: 'default',
    tier: 'baseline',
    priority: 0,
    subject: { namespaces: { requirements: [] }, pods: { requirements: [] } },
    ingress: [],
    egress: [],
  }
  expect(clusterPolicyName(policy)).toBe('BaselineAdminNetworkPolicy default')
})
