// Objects of a live API server, as the raw JSON that it sends and takes: nothing renamed, nothing dropped.

/** What every object has; the rest is as the server sent it. */
export interface KubeObject {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: KubeMetadata
  readonly [field: string]: unknown
}

export interface KubeMetadata {
  readonly name: string
  readonly namespace?: string
  readonly uid?: string
  readonly resourceVersion?: string
  readonly generation?: number
  /** RFC 3339, UTC. */
  readonly creationTimestamp?: string
  readonly deletionTimestamp?: string
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
  readonly managedFields?: readonly ManagedFields[]
  readonly [field: string]: unknown
}

export interface ManagedFields {
  readonly manager?: string
  readonly operation?: string
  readonly [field: string]: unknown
}

/** A kind of objects and where the API serves it. */
export interface Resource {
  /** Empty: the core group. */
  readonly group: string
  readonly version: string
  /** As in the URL: `networkpolicies`. */
  readonly plural: string
  readonly kind: string
  readonly namespaced: boolean
}

/** One object by its name. */
export interface ObjectRef {
  readonly resource: Resource
  /** Absent for a resource that lies in no namespace. */
  readonly namespace?: string
  readonly name: string
}

/** `v1` or `networking.k8s.io/v1`. */
export function apiVersionOf({ group, version }: Resource): string {
  return group === '' ? version : `${group}/${version}`
}

/** `NetworkPolicy ai-models/slm-isolation`. */
export function refName({ resource, namespace, name }: ObjectRef): string {
  return `${resource.kind} ${namespace === undefined ? name : `${namespace}/${name}`}`
}

export function refOf(resource: Resource, { metadata }: Pick<KubeObject, 'metadata'>): ObjectRef {
  const { namespace, name } = metadata
  return { resource, name, ...(namespace !== undefined && { namespace }) }
}
