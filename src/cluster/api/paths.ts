// Where the API serves an object or a kind of objects.
import type { Selection } from './kube-api.ts'
import type { Resource } from './object.ts'

/** Parameters of a request; `undefined` leaves one out. */
export type Query = Readonly<Record<string, string | number | boolean | undefined>>

/** `/apis/networking.k8s.io/v1/namespaces/shop/networkpolicies/web`; without a name the collection. */
export function pathOf(
  { group, version, plural, namespaced }: Resource,
  { namespace, name }: { readonly namespace?: string | undefined; readonly name?: string } = {},
): string {
  const root = group === '' ? ['api', version] : ['apis', group, version]
  const within = namespaced && namespace !== undefined ? ['namespaces', namespace] : []
  return `/${[...root, ...within, plural, ...(name === undefined ? [] : [name])].map(encodeURIComponent).join('/')}`
}

export function withQuery(path: string, query: Query): string {
  const parameters = new URLSearchParams()
  for (const [key, value] of Object.entries(query)) if (value !== undefined) parameters.set(key, String(value))
  return parameters.size === 0 ? path : `${path}${path.includes('?') ? '&' : '?'}${parameters.toString()}`
}

export function selectionQuery({ labelSelector, fieldSelector }: Selection): Query {
  return { labelSelector, fieldSelector }
}
