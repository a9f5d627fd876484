// A live cluster -> Snapshot, through the same parser that reads manifests; what could not be read is said, never left out.
import { type Diagnostic, hasErrors } from '../diag/diagnostic.ts'
import { parse } from '../parse/parse.ts'
import { treatmentOf } from '../parse/kinds.ts'
import { EMPTY_SNAPSHOT, type Snapshot } from '../policy/snapshot.ts'
import { discover } from './api/discovery.ts'
import type { KubeApi } from './api/kube-api.ts'
import { KubeError } from './api/kube-error.ts'
import { apiVersionOf, type KubeObject, type Resource } from './api/object.ts'
import { rightHelp, rightWords } from './api/rbac-rule.ts'
import {
  CRON_JOBS,
  DAEMON_SETS,
  DEPLOYMENTS,
  INGRESSES,
  JOBS,
  NAMESPACES,
  NETWORK_POLICIES,
  NODES,
  PODS,
  REPLICA_SETS,
  SERVICES,
  STATEFUL_SETS,
} from './api/resources.ts'
import { sourceOf } from './object-source.ts'

export interface ReadOptions {
  /** Only these; absent: all. */
  readonly namespaces?: readonly string[]
  /** Policies of other APIs change the answer and are not understood: an error (the default) or a warning. */
  readonly otherPolicies?: 'refuse' | 'warn'
}

/** A kind that could not be listed. */
export interface Unread {
  readonly resource: Resource
  /** Absent: of the whole cluster. */
  readonly namespace?: string
  readonly error: KubeError
}

export interface ClusterRead {
  readonly snapshot: Snapshot
  /** No error: answers may be drawn from it. */
  readonly usable: boolean
  readonly diagnostics: readonly Diagnostic[]
  readonly unread: readonly Unread[]
  /** All objects of the Snapshot, as the server sent them. */
  readonly objects: readonly KubeObject[]
}

/** Without these no answer is true. */
const ESSENTIAL: readonly Resource[] = [PODS, NETWORK_POLICIES]

/** Without these an answer is less precise, and says so. */
const BESIDES: readonly Resource[] = [
  NAMESPACES,
  NODES,
  SERVICES,
  DEPLOYMENTS,
  STATEFUL_SETS,
  DAEMON_SETS,
  REPLICA_SETS,
  JOBS,
  CRON_JOBS,
  INGRESSES,
]

/** What the parser reads or must refuse, of the groups that only some clusters have: admin policies, other APIs' policies, routes. */
export async function installedResources(
  api: KubeApi,
): Promise<{ readonly resources: readonly Resource[]; readonly failed: readonly string[] }> {
  const { versions, failed } = await discover(api, (group) => group.includes('.') && !BUILT_IN.has(group))
  const all = versions.flatMap(({ resources }) => resources)
  const chosen = new Map<string, Resource>()
  // A kind that is served in no version that is read: its objects must be refused, not overlooked.
  for (const treatments of [['read', 'refuse', 'mesh'], ['unknown-version']]) {
    for (const resource of all) {
      const key = `${resource.group}/${resource.plural}`
      if (chosen.has(key) || !treatments.includes(treatmentOf(apiVersionOf(resource), resource.kind))) continue
      chosen.set(key, resource)
    }
  }
  return { resources: [...chosen.values()], failed }
}

/** Groups of Kubernetes itself: what is read of them stands above. */
const BUILT_IN: ReadonlySet<string> = new Set([
  'admissionregistration.k8s.io',
  'apiextensions.k8s.io',
  'apiregistration.k8s.io',
  'authentication.k8s.io',
  'authorization.k8s.io',
  'certificates.k8s.io',
  'coordination.k8s.io',
  'discovery.k8s.io',
  'events.k8s.io',
  'flowcontrol.apiserver.k8s.io',
  'internal.apiserver.k8s.io',
  'metrics.k8s.io',
  'networking.k8s.io',
  'node.k8s.io',
  'rbac.authorization.k8s.io',
  'resource.k8s.io',
  'scheduling.k8s.io',
  'storage.k8s.io',
  'storagemigration.k8s.io',
])

/** Every kind that a Snapshot of this cluster is made of. */
export async function snapshotResources(
  api: KubeApi,
): Promise<{ readonly resources: readonly Resource[]; readonly failed: readonly string[] }> {
  const { resources, failed } = await installedResources(api)
  return { resources: [...ESSENTIAL, ...BESIDES, ...resources], failed }
}

/** Lists all that decides about traffic and reads it. Throws only what hits the connection as a whole. */
export async function readCluster(api: KubeApi, options: ReadOptions = {}): Promise<ClusterRead> {
  const { resources, failed } = await snapshotResources(api)
  const objects: KubeObject[] = []
  const unread: Unread[] = []
  for (const resource of resources) {
    const places = resource.namespaced ? (options.namespaces ?? [undefined]) : [undefined]
    for (const namespace of places) {
      try {
        const { items } = await api.list(resource, namespace === undefined ? {} : { namespace })
        for (const item of items) objects.push(item)
      } catch (error) {
        if (!(error instanceof KubeError) || (error.status !== 403 && error.status !== 404)) throw error
        unread.push({ resource, error, ...(namespace !== undefined && { namespace }) })
      }
    }
  }
  const missing = await unreadNamespaces(api, unread, options.namespaces)
  const read = snapshotOf([...objects, ...missing], options)
  const diagnostics = [
    ...unread.filter(({ resource }) => resource !== NAMESPACES || missing.length === 0).map(unreadDiagnostic),
    ...failed.map(groupNotAsked),
    ...(options.namespaces === undefined ? [] : [onlyPart(options.namespaces)]),
    ...read.diagnostics,
  ]
  return { ...read, diagnostics, usable: !hasErrors(diagnostics), unread, objects: [...objects, ...missing] }
}

/** Who may not list namespaces may often get the own one. */
async function unreadNamespaces(
  api: KubeApi,
  unread: readonly Unread[],
  names: readonly string[] | undefined,
): Promise<readonly KubeObject[]> {
  if (names === undefined || !unread.some(({ resource }) => resource === NAMESPACES)) return []
  const found: KubeObject[] = []
  for (const name of names) {
    try {
      const namespace = await api.get({ resource: NAMESPACES, name })
      if (namespace) found.push(namespace)
    } catch (error) {
      if (!(error instanceof KubeError) || error.status !== 403) throw error
    }
  }
  return found
}

/** Objects of a cluster, as a store of them holds them -> Snapshot. Pure: the order of the objects does not matter. */
export function snapshotOf(
  objects: readonly KubeObject[],
  { otherPolicies = 'refuse' }: Pick<ReadOptions, 'otherPolicies'> = {},
): Pick<ClusterRead, 'snapshot' | 'diagnostics' | 'usable'> {
  const sources = objects.map(sourceOf).sort((a, b) => (a.name < b.name ? -1 : 1))
  if (sources.length === 0) return { snapshot: EMPTY_SNAPSHOT, diagnostics: [], usable: true }
  const { snapshot, diagnostics: all } = parse(sources, { defaultNamespace: 'default', otherPolicies })
  // The server has checked its objects; that a pod could be written better is for who writes it. An empty cluster is no mistake.
  const diagnostics = all.filter(
    ({ severity, code, span }) =>
      code !== 'no-manifests' && (severity === 'error' || span === undefined || /Policy|Firewall/.test(span.file.name)),
  )
  return { snapshot, diagnostics, usable: !hasErrors(diagnostics) }
}

/** Pods and policies decide; without the rest answers are less precise. */
function unreadDiagnostic({ resource, namespace, error }: Unread): Diagnostic {
  const { group, plural } = resource
  const right = { verb: 'list', group, resource: plural, ...(namespace !== undefined && { namespace }) }
  const mesh = treatmentOf(apiVersionOf(resource), resource.kind) === 'mesh'
  const decides = ESSENTIAL.includes(resource) || (!mesh && /Policy$|Firewall$/.test(resource.kind))
  return {
    severity: decides ? 'error' : 'warning',
    code: 'cluster-not-read',
    message:
      error.status === 403
        ? `you may not ${rightWords(right)}, so ${decides ? 'no answer would be true' : `answers know nothing of ${plural}`}`
        : error.message,
    help: rightHelp(right),
  }
}

function groupNotAsked(groupVersion: string): Diagnostic {
  return {
    severity: 'warning',
    code: 'cluster-group-not-read',
    message: `what \`${groupVersion}\` holds could not be asked: policies of that API, if there are any, are not known`,
    help: 'see why its server does not answer: kubectl get apiservices',
  }
}

function onlyPart(namespaces: readonly string[]): Diagnostic {
  const names = namespaces.map((name) => `\`${name}\``).join(', ')
  return {
    severity: 'note',
    code: 'cluster-part-read',
    message: `only ${names} was read: pods and policies of other namespaces are in no answer`,
  }
}
