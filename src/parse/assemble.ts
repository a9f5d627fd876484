// Objects -> one Snapshot: duplicates, namespaces known by use, and pods that the input counts twice.
import { clusterPolicyName, type ClusterNetworkPolicy } from '../policy/cluster-network-policy.ts'
import type { NetworkPolicy } from '../policy/network-policy.ts'
import type { Route } from '../policy/route.ts'
import {
  NAMESPACE_NAME_LABEL,
  type Moat,
  type Namespace,
  type Node,
  type Pod,
  type Service,
  type Snapshot,
  type Workload,
} from '../policy/snapshot.ts'
import { type ReferenceGrant, withGrants } from './gateway-routes.ts'
import type { ReadObject } from './objects.ts'
import type { Report } from './report.ts'

/** `Deployment shop/web`; for what lies in no namespace its name alone. */
function identity(kind: string, namespace: string | undefined, name: string): string {
  return namespace === undefined ? `${kind} ${name}` : `${kind} ${namespace}/${name}`
}

function identityOf(read: ReadObject): string {
  if (read.kind === 'Namespace' || read.kind === 'Node') return identity(read.kind, undefined, read.object.name)
  if (read.kind === 'ClusterPolicy') return clusterPolicyName(read.object)
  const kind = read.kind === 'Workload' || read.kind === 'Route' ? read.object.kind : read.kind
  return identity(kind, read.object.namespace, read.object.name)
}

export function assemble(objects: readonly ReadObject[], report: Report): Snapshot {
  const seen = new Map<string, ReadObject>()
  const namespaces = new Map<string, Namespace>()
  const pods: Pod[] = []
  const workloads: { readonly object: Workload; readonly owner: string | undefined }[] = []
  const services: Service[] = []
  const networkPolicies: NetworkPolicy[] = []
  const clusterPolicies: ClusterNetworkPolicy[] = []
  const nodes: Node[] = []
  const routes: Route[] = []
  const grants: ReferenceGrant[] = []
  const moats: Moat[] = []
  for (const given of objects) {
    const read = withUniqueName(given, seen)
    const id = identityOf(read)
    const first = seen.get(id)
    if (first) {
      report.add({
        severity: 'error',
        code: 'duplicate-object',
        message: `${id} is given twice`,
        span: read.span,
        notes: [{ message: 'the first is here', span: first.span }],
        help: 'remove or rename one of them',
      })
      continue
    }
    seen.set(id, read)
    switch (read.kind) {
      case 'Namespace':
        namespaces.set(read.object.name, read.object)
        break
      case 'Pod':
        pods.push(read.object)
        break
      case 'Workload': {
        const { owner } = read.metadata
        workloads.push({
          object: read.object,
          owner: owner && identity(owner.kind, read.object.namespace, owner.name),
        })
        break
      }
      case 'Service':
        services.push(read.object)
        break
      case 'NetworkPolicy':
        networkPolicies.push(read.object)
        break
      case 'ClusterPolicy':
        clusterPolicies.push(read.object)
        break
      case 'Node':
        nodes.push(read.object)
        break
      case 'Route':
        routes.push(read.object)
        break
      case 'ReferenceGrant':
        grants.push(read.object)
        break
      case 'Moat':
        moats.push(read.object)
    }
  }
  const placed = [pods, workloads.map(({ object }) => object), services, networkPolicies, routes, moats].flat()
  for (const { namespace } of placed) {
    // S40: known by use only.
    if (!namespaces.has(namespace)) namespaces.set(namespace, undeclared(namespace))
  }
  warnOfTwoApis(clusterPolicies, report)
  return {
    namespaces,
    pods,
    workloads: unrepresented(workloads, pods),
    services,
    networkPolicies,
    clusterPolicies,
    nodes,
    routes: routes.map((route) => withGrants(route, grants)),
    moats,
    assertions: [],
  }
}

/** A30: neither of the two admin APIs knows of the other, so nothing says which comes first. */
function warnOfTwoApis(policies: readonly ClusterNetworkPolicy[], report: Report): void {
  const newer = policies.find(({ kind }) => kind === 'ClusterNetworkPolicy')
  const older = policies.find(({ kind }) => kind !== 'ClusterNetworkPolicy')
  if (!newer?.span || !older?.span) return
  report.add({
    severity: 'warning',
    code: 'mixed-admin-apis',
    message: `${clusterPolicyName(newer)} and ${clusterPolicyName(older)} are of two APIs, and no API says which comes first: they are ordered by priority as if they were of one`,
    span: newer.span,
    notes: [{ message: 'one of the older API is here', span: older.span }],
    help: 'write all of them as ClusterNetworkPolicy',
  })
}

/** A generated name gets a number, as the API server gives it random letters. */
function withUniqueName(read: ReadObject, seen: ReadonlyMap<string, ReadObject>): ReadObject {
  if (!read.metadata.generated) return read
  for (let n = seen.size; ; n++) {
    const named = { ...read, object: { ...read.object, name: `${read.object.name}${n}` } } as ReadObject
    if (!seen.has(identityOf(named))) return named
  }
}

function undeclared(name: string): Namespace {
  return { name, labels: new Map([[NAMESPACE_NAME_LABEL, name]]), declared: false }
}

/**
 * The workloads whose pods nothing else in the input stands for. A dump of a cluster holds a Deployment, its ReplicaSets
 * and their pods: the pods as they are say most, then the topmost owner.
 */
function unrepresented(
  workloads: readonly { readonly object: Workload; readonly owner: string | undefined }[],
  pods: readonly Pod[],
): Workload[] {
  const owners = new Map(
    workloads.map(({ object, owner }) => [identity(object.kind, object.namespace, object.name), owner] as const),
  )
  const live = new Set<string>()
  for (const pod of pods) {
    if (pod.phase === 'Succeeded' || pod.phase === 'Failed') continue
    let owner = pod.owner && identity(pod.owner.kind, pod.namespace, pod.owner.name)
    while (owner !== undefined && !live.has(owner)) {
      live.add(owner)
      owner = owners.get(owner)
    }
  }
  return workloads
    .filter(({ object, owner }) => {
      const id = identity(object.kind, object.namespace, object.name)
      return !live.has(id) && !(owner !== undefined && owners.has(owner))
    })
    .map(({ object }) => object)
}
