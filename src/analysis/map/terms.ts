// Sets of endpoints in few terms: every pod, all of a namespace, the whole outside, and single ones.
import type { MapEndpoint, ReachMap } from './map.ts'

export type Term =
  /** All pods of the map but these; there are more pods than these. */
  | { readonly kind: 'every-pod'; readonly except: readonly number[] }
  /** All pods of a namespace but these. */
  | { readonly kind: 'namespace'; readonly namespace: string; readonly except: readonly number[] }
  /** All outside addresses, which the map has in more than one piece. */
  | { readonly kind: 'everywhere-outside' }
  | { readonly kind: 'endpoint'; readonly id: number }

/** The endpoints of a map, by where they are. */
export interface Places {
  readonly endpoints: readonly MapEndpoint[]
  readonly pods: readonly number[]
  readonly outside: readonly number[]
  readonly byNamespace: ReadonlyMap<string, readonly number[]>
}

export function placesOf({ endpoints }: ReachMap): Places {
  const pods = endpoints.filter((one) => one.kind === 'pods')
  const outside = endpoints.filter(({ kind }) => kind === 'outside')
  const groups = Map.groupBy(pods, ({ namespace }) => namespace)
  return {
    endpoints,
    pods: pods.map(({ id }) => id),
    outside: outside.map(({ id }) => id),
    byNamespace: new Map([...groups].map(([namespace, own]) => [namespace, own.map(({ id }) => id)])),
  }
}

/** Few enough to be named as what is left out of that many. */
function few(missing: number, all: number): boolean {
  return missing === 0 || (all >= 4 && missing <= Math.max(1, all / 10) && missing <= 4)
}

/** The terms of a set of ids (ascending), pods first; together they mean exactly the set. */
export function termsOf(ids: readonly number[], { endpoints, pods, outside, byNamespace }: Places): Term[] {
  const given = new Set(ids)
  const podIds = ids.filter((id) => endpoints[id]?.kind === 'pods')
  const rest = ids.filter((id) => endpoints[id]?.kind === 'outside')
  const everywhere = rest.length === outside.length && rest.length > 1
  const outsideTerms: Term[] = everywhere
    ? [{ kind: 'everywhere-outside' }]
    : rest.map((id) => ({ kind: 'endpoint', id }))
  if (podIds.length > 1 && few(pods.length - podIds.length, pods.length)) {
    return [{ kind: 'every-pod', except: pods.filter((id) => !given.has(id)) }, ...outsideTerms]
  }
  const namespaces = Map.groupBy(podIds, (id) => {
    const endpoint = endpoints[id]
    return endpoint?.kind === 'pods' ? endpoint.namespace : ''
  })
  const podTerms = [...namespaces].flatMap(([namespace, own]): Term[] => {
    const all = byNamespace.get(namespace) ?? []
    if (own.length > 1 && few(all.length - own.length, all.length)) {
      return [{ kind: 'namespace', namespace, except: all.filter((id) => !given.has(id)) }]
    }
    return own.map((id) => ({ kind: 'endpoint', id }))
  })
  return [...podTerms, ...outsideTerms]
}
