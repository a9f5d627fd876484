// A connection to the API server that a kubeconfig names.
import { exec } from './exec.ts'
import {
  FIELD_MANAGER,
  type ExecRequest,
  type ExecResult,
  type KubeApi,
  type KubeList,
  type RemoveOptions,
  type Selection,
  type WatchEvent,
  type WriteOptions,
} from './kube-api.ts'
import type { ClusterChoice } from './kube-config.ts'
import { KubeError } from './kube-error.ts'
import { apiVersionOf, type KubeMetadata, type KubeObject, refName, refOf, type Resource } from './object.ts'
import { pathOf, selectionQuery, withQuery } from './paths.ts'
import { type Limits, Transport } from './transport.ts'
import { watchEvents } from './watch-stream.ts'

export interface ConnectOptions extends ClusterChoice {
  /** Instead of the context's. */
  readonly namespace?: string
  readonly limits?: Partial<Limits>
}

/** Objects on one page of a list. */
const PAGE = 500

/** Reads the kubeconfig; the server is first asked by the first request. */
export async function connect({ namespace, limits, ...choice }: ConnectOptions = {}): Promise<KubeApi> {
  const transport = await Transport.to(choice, limits)
  return apiOver(transport, namespace)
}

interface ListPage {
  readonly metadata?: { readonly resourceVersion?: string; readonly continue?: string }
  readonly items?: readonly Readonly<Record<string, unknown>>[] | null
}

function apiOver(transport: Transport, namespace: string | undefined): KubeApi {
  const { access } = transport
  const json = async <T>(ask: Parameters<Transport['text']>[0]): Promise<T> =>
    JSON.parse(await transport.text(ask)) as T
  const write = (method: 'POST' | 'PUT', { resource, object, verb, options }: Write): Promise<KubeObject> => {
    const ref = refOf(resource, object)
    const path = pathOf(resource, method === 'POST' ? { namespace: ref.namespace } : ref)
    return json({
      method,
      path: withQuery(path, { fieldManager: FIELD_MANAGER, ...dry(options) }),
      asked: `${verb} ${refName(ref)}`,
      body: typed(resource, object),
      // Over a version that it names it can only be done once; a dry run changes nothing.
      repeatable: options?.dryRun === true,
    })
  }
  return {
    server: access.server,
    ...(access.context !== undefined && { context: access.context }),
    namespace: namespace ?? access.namespace,

    async get(ref) {
      try {
        return await json<KubeObject>({ method: 'GET', path: pathOf(ref.resource, ref), asked: `get ${refName(ref)}` })
      } catch (error) {
        if (error instanceof KubeError && error.status === 404) return undefined
        throw error
      }
    },

    async list(resource, selection = {}) {
      try {
        return await listed(json, { resource, selection, page: PAGE })
      } catch (error) {
        // The pages' version is gone before the last was read: once more, in one piece.
        if (!(error instanceof KubeError) || error.status !== 410) throw error
        return listed(json, { resource, selection, page: undefined })
      }
    },

    watch(resource, { resourceVersion, signal, ...selection }) {
      return watched(transport, { resource, selection, resourceVersion, signal })
    },

    async apply(resource, object, { dryRun, fieldManager = FIELD_MANAGER, force } = {}) {
      const ref = refOf(resource, object)
      return json<KubeObject>({
        method: 'PATCH',
        path: withQuery(pathOf(resource, ref), { fieldManager, force, ...dry({ dryRun: dryRun === true }) }),
        asked: `apply ${refName(ref)}`,
        body: appliable(resource, object),
        // JSON is YAML, and every supported server knows the YAML type; the JSON one is new.
        contentType: 'application/apply-patch+yaml',
        repeatable: true,
      })
    },

    create: (resource, object, options) => write('POST', { resource, object, verb: 'create', options }),
    replace: (resource, object, options) => write('PUT', { resource, object, verb: 'replace', options }),

    async remove(ref, options = {}) {
      try {
        await transport.text({
          method: 'DELETE',
          path: withQuery(pathOf(ref.resource, ref), dry(options)),
          asked: `delete ${refName(ref)}`,
          body: deleteOptions(options),
        })
        return true
      } catch (error) {
        if (error instanceof KubeError && error.status === 404) return false
        throw error
      }
    },

    read: (path) => json<unknown>({ method: 'GET', path, asked: `get ${path}` }),
    // A review changes nothing; an eviction may be done once only.
    post: (path, object) =>
      json<KubeObject>({
        method: 'POST',
        path,
        asked: `post to ${path}`,
        body: object,
        repeatable: /\/(?:self)?subject[a-z]*reviews$/.test(path),
      }),
    exec: (request: ExecRequest): Promise<ExecResult> => exec(transport.access, request),
    logs: ({ namespace: of, pod, container, lines }) =>
      transport.text({
        method: 'GET',
        path: withQuery(`/api/v1/namespaces/${encodeURIComponent(of)}/pods/${encodeURIComponent(pod)}/log`, {
          container,
          tailLines: lines,
        }),
        asked: `logs of pod ${of}/${pod}`,
        accept: '*/*',
      }),
    close() {
      transport.close()
    },
  }
}

interface Write {
  readonly resource: Resource
  readonly object: KubeObject
  readonly verb: string
  readonly options: WriteOptions | undefined
}

type Json = <T>(ask: Parameters<Transport['text']>[0]) => Promise<T>

async function listed(
  json: Json,
  {
    resource,
    selection,
    page,
  }: { readonly resource: Resource; readonly selection: Selection; readonly page: number | undefined },
): Promise<KubeList> {
  const items: KubeObject[] = []
  let resourceVersion: string | undefined
  let next: string | undefined
  do {
    const { metadata, items: some }: ListPage = await json<ListPage>({
      method: 'GET',
      path: withQuery(pathOf(resource, selection), { ...selectionQuery(selection), limit: page, continue: next }),
      asked: `list ${words(resource)}${selection.namespace === undefined ? '' : ` in ${selection.namespace}`}`,
    })
    resourceVersion ??= metadata?.resourceVersion
    for (const item of some ?? []) items.push(typed(resource, item as { readonly metadata: KubeMetadata }))
    next = metadata?.continue
  } while (next !== undefined && next !== '')
  return { items, resourceVersion: resourceVersion ?? '' }
}

async function* watched(
  transport: Transport,
  {
    resource,
    selection,
    resourceVersion,
    signal,
  }: {
    readonly resource: Resource
    readonly selection: Selection
    readonly resourceVersion: string
    readonly signal: AbortSignal
  },
): AsyncGenerator<WatchEvent> {
  const asked = `watch ${words(resource)}`
  const { watchSilence } = transport.limits
  // Until the first event the connection is bounded by the transport; the server sends its head at once.
  const path = withQuery(pathOf(resource, selection), {
    ...selectionQuery(selection),
    watch: 1,
    allowWatchBookmarks: true,
    resourceVersion,
    // Between four and eight minutes, so that many watches do not all end together.
    timeoutSeconds: 240 + Math.floor(Math.random() * 240),
  })
  const response = await transport.stream({ method: 'GET', path, asked }, signal).catch((error: unknown) => {
    if (signal.aborted) return undefined
    throw error
  })
  if (!response) return
  response.socket.setTimeout(0)
  yield* watchEvents(response, { server: transport.access.server, asked, silence: watchSilence, signal })
}

/** Items of a list name neither kind nor version; these come first, as in manifests. */
function typed(resource: Resource, object: { readonly metadata: KubeMetadata }): KubeObject {
  return { apiVersion: apiVersionOf(resource), kind: resource.kind, ...object }
}

/** An apply must not say who manages what. */
function appliable(resource: Resource, object: KubeObject): KubeObject {
  const { managedFields: _, ...metadata } = object.metadata
  return { ...typed(resource, object), metadata }
}

function dry({ dryRun }: WriteOptions = {}): { readonly dryRun: 'All' | undefined } {
  return { dryRun: dryRun === true ? 'All' : undefined }
}

function deleteOptions({ uid, resourceVersion, gracePeriod, propagation }: RemoveOptions): object {
  const preconditions = {
    ...(uid !== undefined && { uid }),
    ...(resourceVersion !== undefined && { resourceVersion }),
  }
  return {
    apiVersion: 'v1',
    kind: 'DeleteOptions',
    ...(Object.keys(preconditions).length > 0 && { preconditions }),
    ...(gracePeriod !== undefined && { gracePeriodSeconds: gracePeriod }),
    ...(propagation !== undefined && { propagationPolicy: propagation }),
  }
}

function words({ plural, group }: Resource): string {
  return group === '' ? plural : `${plural}.${group}`
}
