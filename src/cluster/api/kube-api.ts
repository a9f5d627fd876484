// What Moat asks of an API server: raw JSON in and out, server-side apply as one field manager, list-and-watch, exec.
import type { KubeObject, ObjectRef, Resource } from './object.ts'

/** Who Moat is in `metadata.managedFields`. */
export const FIELD_MANAGER = 'modelmoat'

/** What of a resource is meant. */
export interface Selection {
  /** Absent: of all namespaces. */
  readonly namespace?: string
  /** In the API's own syntax: `app=slm,tier!=db`. */
  readonly labelSelector?: string
  readonly fieldSelector?: string
}

export interface KubeList {
  readonly items: readonly KubeObject[]
  /** Where a watch goes on from. */
  readonly resourceVersion: string
}

export type WatchEvent =
  | { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly object: KubeObject }
  /** Nothing changed up to this version. */
  | { readonly type: 'BOOKMARK'; readonly resourceVersion: string }

export interface WriteOptions {
  /** The server checks and answers as for a real write, and stores nothing. */
  readonly dryRun?: boolean
}

export interface ApplyOptions extends WriteOptions {
  /** Default: `modelmoat`. */
  readonly fieldManager?: string
  /** Takes fields over from other managers; default false, a conflict is a `KubeError` with `conflicts`. */
  readonly force?: boolean
}

export interface RemoveOptions extends WriteOptions {
  /** Only the very object that was seen. */
  readonly uid?: string
  readonly resourceVersion?: string
  /** Seconds. */
  readonly gracePeriod?: number
  readonly propagation?: 'Background' | 'Foreground' | 'Orphan'
}

/** A program to run in a container. */
export interface ExecRequest {
  readonly namespace: string
  readonly pod: string
  /** Absent: the pod's first container. */
  readonly container?: string
  readonly command: readonly string[]
  readonly stdin?: string
  /** Milliseconds; then the attempt fails as `cut off`. */
  readonly timeout?: number
}

export interface ExecResult {
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
}

/**
 * A connection to one API server. Every method throws `KubeError`, which carries a diagnostic; a request without an
 * answer is given up after a bound, and what may be repeated is repeated.
 */
export interface KubeApi {
  /** `https://host:port` */
  readonly server: string
  /** Of the kubeconfig; absent inside a cluster. */
  readonly context?: string
  /** The context's namespace; `default` where it names none. */
  readonly namespace: string

  /** `undefined`: there is none (404). */
  get(ref: ObjectRef): Promise<KubeObject | undefined>
  /** All pages. A resource that the server does not serve is a `KubeError` with status 404. */
  list(resource: Resource, selection?: Selection): Promise<KubeList>
  /** Events after a version until the signal, or until the server ends the stream; 410 and resets throw. */
  watch(
    resource: Resource,
    options: Selection & { readonly resourceVersion: string; readonly signal: AbortSignal },
  ): AsyncIterable<WatchEvent>
  /** Server-side apply: creates or merges what the object says, as one manager. Returns it as stored. */
  apply(resource: Resource, object: KubeObject, options?: ApplyOptions): Promise<KubeObject>
  /** Fails with 409 where it exists. */
  create(resource: Resource, object: KubeObject, options?: WriteOptions): Promise<KubeObject>
  /** The whole object; with `metadata.resourceVersion` only over that version (else 409). */
  replace(resource: Resource, object: KubeObject, options?: WriteOptions): Promise<KubeObject>
  /** False: there was none. */
  remove(ref: ObjectRef, options?: RemoveOptions): Promise<boolean>
  /** `GET` of any path: `/version`, `/apis`, `/openapi/v3`. */
  read(path: string): Promise<unknown>
  /** `POST` of an object to any path: reviews of rights, evictions. */
  post(path: string, object: KubeObject | Readonly<Record<string, unknown>>): Promise<KubeObject>
  exec(request: ExecRequest): Promise<ExecResult>
  /** Text of a container's log, at most `lines` from the end. */
  logs(pod: {
    readonly namespace: string
    readonly pod: string
    readonly container?: string
    readonly lines?: number
  }): Promise<string>
  /** Ends open streams. */
  close(): void
}
