// Which kinds are read, which may be skipped, and which must never be skipped because they would change the answer.
import { nearest } from '../diag/suggest.ts'

/** What we read of them is the same in each version that is or was served. */
const GATEWAY_VERSIONS = ['v1', 'v1beta1', 'v1alpha2', 'v1alpha3']

/** Group (empty: core) to kind to the versions that are read. */
const READ: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  '': { Namespace: ['v1'], Node: ['v1'], Pod: ['v1'], Service: ['v1'] },
  apps: { Deployment: ['v1'], StatefulSet: ['v1'], DaemonSet: ['v1'], ReplicaSet: ['v1'] },
  batch: { Job: ['v1'], CronJob: ['v1'] },
  'networking.k8s.io': { NetworkPolicy: ['v1'], Ingress: ['v1'] },
  'gateway.networking.k8s.io': {
    HTTPRoute: GATEWAY_VERSIONS,
    GRPCRoute: GATEWAY_VERSIONS,
    TLSRoute: GATEWAY_VERSIONS,
    TCPRoute: GATEWAY_VERSIONS,
    UDPRoute: GATEWAY_VERSIONS,
    ReferenceGrant: GATEWAY_VERSIONS,
  },
  'policy.networking.k8s.io': {
    AdminNetworkPolicy: ['v1alpha1'],
    BaselineAdminNetworkPolicy: ['v1alpha1'],
    ClusterNetworkPolicy: ['v1alpha2', 'v1beta1'],
  },
  'route.openshift.io': { Route: ['v1'] },
  'modelmoat.dev': { Moat: ['v1alpha1'], Assertions: ['v1alpha1'] },
}

/** `group/version` that Kubernetes served once and removed, and what took its place. */
const REMOVED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'extensions/v1beta1': {
    NetworkPolicy: 'networking.k8s.io/v1',
    Deployment: 'apps/v1',
    DaemonSet: 'apps/v1',
    ReplicaSet: 'apps/v1',
    Ingress: 'networking.k8s.io/v1',
  },
  'networking.k8s.io/v1beta1': { Ingress: 'networking.k8s.io/v1' },
  'apps/v1beta1': { Deployment: 'apps/v1', StatefulSet: 'apps/v1' },
  'apps/v1beta2': { Deployment: 'apps/v1', StatefulSet: 'apps/v1', DaemonSet: 'apps/v1', ReplicaSet: 'apps/v1' },
  'batch/v1beta1': { CronJob: 'batch/v1' },
  'batch/v2alpha1': { CronJob: 'batch/v1' },
}

/** Kinds of Kubernetes that carry no policy: they are listed as skipped. */
const CARRY_NO_POLICY: Readonly<Record<string, readonly string[]>> = {
  '': [
    'Binding',
    'ComponentStatus',
    'ConfigMap',
    'Endpoints',
    'Event',
    'LimitRange',
    'PersistentVolume',
    'PersistentVolumeClaim',
    'PodTemplate',
    'ReplicationController',
    'ResourceQuota',
    'Secret',
    'ServiceAccount',
  ],
  apps: ['ControllerRevision'],
  batch: [],
  autoscaling: ['HorizontalPodAutoscaler', 'Scale'],
  policy: ['PodDisruptionBudget', 'PodSecurityPolicy', 'Eviction'],
  extensions: [],
  'gateway.networking.k8s.io': ['BackendLBPolicy', 'BackendTLSPolicy', 'Gateway', 'GatewayClass', 'ListenerSet'],
  'networking.k8s.io': ['IngressClass', 'IPAddress', 'ServiceCIDR'],
  'discovery.k8s.io': ['EndpointSlice'],
  'rbac.authorization.k8s.io': ['ClusterRole', 'ClusterRoleBinding', 'Role', 'RoleBinding'],
  'storage.k8s.io': [
    'CSIDriver',
    'CSINode',
    'CSIStorageCapacity',
    'StorageClass',
    'VolumeAttachment',
    'VolumeAttributesClass',
  ],
  'scheduling.k8s.io': ['PriorityClass', 'Workload'],
  'node.k8s.io': ['RuntimeClass'],
  'coordination.k8s.io': ['Lease', 'LeaseCandidate'],
  'certificates.k8s.io': ['CertificateSigningRequest', 'ClusterTrustBundle', 'PodCertificateRequest'],
  'events.k8s.io': ['Event'],
  'apiextensions.k8s.io': ['CustomResourceDefinition'],
  'apiregistration.k8s.io': ['APIService'],
  'admissionregistration.k8s.io': [
    'MutatingAdmissionPolicy',
    'MutatingAdmissionPolicyBinding',
    'MutatingWebhookConfiguration',
    'ValidatingAdmissionPolicy',
    'ValidatingAdmissionPolicyBinding',
    'ValidatingWebhookConfiguration',
  ],
  'flowcontrol.apiserver.k8s.io': ['FlowSchema', 'PriorityLevelConfiguration'],
  'resource.k8s.io': ['DeviceClass', 'DeviceTaintRule', 'ResourceClaim', 'ResourceClaimTemplate', 'ResourceSlice'],
  'storagemigration.k8s.io': ['StorageVersionMigration'],
  'internal.apiserver.k8s.io': ['StorageVersion'],
}

/**
 * Policies that networks enforce beside NetworkPolicy v1, of whatever group: CiliumNetworkPolicy,
 * Calico's and Antrea's NetworkPolicy, EgressFirewall, … Staged ones are not enforced.
 */
const ENFORCED_ELSEWHERE = /^(?!Staged).*(?:NetworkPolicy|Firewall)$/

/** Policies of service meshes, which can only deny more than the network does. */
const MESH: Readonly<Record<string, readonly string[]>> = {
  'security.istio.io': ['AuthorizationPolicy'],
  'policy.linkerd.io': ['AuthorizationPolicy', 'Server', 'ServerAuthorization'],
}

export type Treatment =
  | 'read'
  /** Carries no policy, or is a custom resource. */
  | 'skip'
  /** Would change the answer and is not understood. */
  | 'refuse'
  /** Can only deny more, on a layer that is not looked at. */
  | 'mesh'
  | 'removed'
  | 'unknown-version'
  | 'unknown-kind'
  | 'unknown-group'

/** Group and version of an `apiVersion`; the core group is empty. */
export function groupOf(apiVersion: string): { readonly group: string; readonly version: string } {
  const slash = apiVersion.indexOf('/')
  return slash === -1
    ? { group: '', version: apiVersion }
    : { group: apiVersion.slice(0, slash), version: apiVersion.slice(slash + 1) }
}

function own<T>(record: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined
}

/** What is done with an object of this kind. */
export function treatmentOf(apiVersion: string, kind: string): Treatment {
  if (replacementOf(apiVersion, kind) !== undefined) return 'removed'
  const { group, version } = groupOf(apiVersion)
  const read = own(READ, group)
  const versions = read && own(read, kind)
  if (versions) return versions.includes(version) ? 'read' : 'unknown-version'
  const known = own(CARRY_NO_POLICY, group)
  if (known?.includes(kind)) return 'skip'
  if (known ?? read) return 'unknown-kind'
  // A custom resource's group always has a dot.
  if (!group.includes('.') || meantGroup(group, kind) !== undefined) return 'unknown-group'
  if (own(MESH, group)?.includes(kind)) return 'mesh'
  return ENFORCED_ELSEWHERE.test(kind) ? 'refuse' : 'skip'
}

/** The known group that was probably meant: near in spelling, and it has the kind. */
export function meantGroup(group: string, kind: string): string | undefined {
  const near = nearest(group, knownGroups())
  return near !== undefined && kindsOf(near).includes(kind) ? near : undefined
}

/** The `apiVersion` that took the place of a removed one, or `undefined`. */
export function replacementOf(apiVersion: string, kind: string): string | undefined {
  return own(own(REMOVED, apiVersion) ?? {}, kind)
}

export function kindsOf(group: string): readonly string[] {
  return [...Object.keys(own(READ, group) ?? {}), ...(own(CARRY_NO_POLICY, group) ?? [])]
}

export function knownGroups(): readonly string[] {
  return [...new Set([...Object.keys(READ), ...Object.keys(CARRY_NO_POLICY)])].filter((group) => group !== '')
}

/** The `apiVersion` under which a kind is read (of one group where that is given), or `undefined`. */
export function apiVersionOf(kind: string, only?: string): string | undefined {
  for (const [group, kinds] of Object.entries(READ)) {
    if (only !== undefined && only !== group) continue
    const version = own(kinds, kind)?.[0]
    if (version !== undefined) return group === '' ? version : `${group}/${version}`
  }
  return undefined
}
