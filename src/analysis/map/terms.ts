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

/** What is in `all` and not in `given`; both ascend. */
function missing(all: readonly number[], given: readonly number[]): number[] {
  let at = 0
  return all.filter((id) => {
    while ((given[at] ?? Infinity) < id) at++
    return given[at] !== id
  })
}

/** The terms of a set of ids (ascending), pods first; together they mean exactly the set. */
export function termsOf(ids: readonly number[], { endpoints, pods, outside, byNamespace }: Places): Term[] {
  const split = ids.findIndex((id) => endpoints[id]?.kind === 'outside')
  const podIds = split === -1 ? ids : ids.slice(0, split)
  const rest = split === -1 ? [] : ids.slice(split)
  const everywhere = rest.length === outside.length && rest.length > 1
  const outsideTerms: Term[] = everywhere
    ? [{ kind: 'everywhere-outside' }]
    : rest.map((id) => ({ kind: 'endpoint', id }))
  if (podIds.length > 1 && few(pods.length - podIds.length, pods.length)) {
    return [{ kind: 'every-pod', except: missing(pods, podIds) }, ...outsideTerms]
  }
  const terms: Term[] = []
  // Endpoints stand by namespace: those of one are next to each other.
  for (let from = 0; from < podIds.length;) {
    const endpoint = endpoints[podIds[from] as number]
    const namespace = endpoint?.kind === 'pods' ? endpoint.namespace : ''
    const all = byNamespace.get(namespace) ?? []
    const last = all.at(-1) ?? 0
    let to = from + 1
    while (to < podIds.length && (podIds[to] as number) <= last) to++
    const count = to - from
    if (count > 1 && few(all.length - count, all.length)) {
      terms.push({ kind: 'namespace', namespace, except: missing(all, podIds.slice(from, to)) })
    } else for (let i = from; i < to; i++) terms.push({ kind: 'endpoint', id: podIds[i] as number })
    from = to
  }
  return [...terms, ...outsideTerms]
}
