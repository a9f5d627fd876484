// Manifests of the admin policy APIs in tests: all three kinds from one text of rules.
import { expect } from 'vitest'
import type { ClusterNetworkPolicy } from '../../src/policy/cluster-network-policy.ts'
import { found, sound } from './manifests.ts'

const VERSIONS = {
  AdminNetworkPolicy: 'v1alpha1',
  BaselineAdminNetworkPolicy: 'v1alpha1',
  ClusterNetworkPolicy: 'v1alpha2',
} as const
export type Kind = keyof typeof VERSIONS

export const HEADS = {
  AdminNetworkPolicy: 'priority: 7, ',
  BaselineAdminNetworkPolicy: '',
  ClusterNetworkPolicy: 'tier: Admin, priority: 7, ',
} as const
const ALLOW = {
  AdminNetworkPolicy: 'Allow',
  BaselineAdminNetworkPolicy: 'Allow',
  ClusterNetworkPolicy: 'Accept',
}
export const KINDS = Object.keys(VERSIONS) as Kind[]

/** An object whose spec stands in line 4 and starts in column 8 (behind `spec: {`). */
export function object(
  kind: Kind,
  spec: string,
  name = kind === 'BaselineAdminNetworkPolicy' ? 'default' : 'p',
): string {
  return `apiVersion: policy.networking.k8s.io/${VERSIONS[kind]}\nkind: ${kind}\nmetadata: {name: ${name}}\nspec: {${spec}}\n`
}

/** One with every required field, and these rules beside. */
export function withRules(kind: Kind, rules: string): string {
  return object(kind, `${HEADS[kind]}subject: {namespaces: {}}, ${rules}`)
}

export function policy(text: string): ClusterNetworkPolicy {
  const [only, ...rest] = sound(text).clusterPolicies
  expect(rest).toEqual([])
  return only as ClusterNetworkPolicy
}

export function codes(text: string): string[] {
  return found(text).map((line) => line.replace(/ \d+:\d+$/, ''))
}

export function egress(kind: Kind, peer: string, action: string = ALLOW[kind]): string {
  return withRules(kind, `egress: [{action: ${action}, to: [${peer}]}]`)
}

export function ingress(kind: Kind, peer: string, action: string = ALLOW[kind]): string {
  return withRules(kind, `ingress: [{action: ${action}, from: [${peer}]}]`)
}

export function withPorts(kind: Kind, ports: string, peer = 'namespaces: {}'): string {
  const field = kind === 'ClusterNetworkPolicy' ? 'protocols' : 'ports'
  return withRules(kind, `egress: [{action: ${ALLOW[kind]}, to: [{${peer}}], ${field}: ${ports}}]`)
}
