// How the map speaks of sets of endpoints and of connections.
import type { ReachMap } from '../../analysis/map/map.ts'
import { type Places, placesOf, type Term, termsOf } from '../../analysis/map/terms.ts'
import type { Family } from '../../sets/ip-address.ts'
import { type ConnectionSet, formatConnections } from '../../sets/connection-set.ts'
import { visible } from '../styled-text.ts'

export interface Words {
  readonly places: Places
  /** The endpoint's name, safe to print. */
  readonly name: (id: number) => string
  /** The set in words, one for each item of a list; at most `most` names of endpoints, then how many more. */
  readonly set: (ids: readonly number[], most?: number) => string[]
}

/** `tcp/80,443 udp/53`; with the family where it is one of the two. */
export function connectionWords(set: ConnectionSet, families: readonly Family[]): string {
  const [only] = families
  const words = formatConnections(set)
  return families.length === 1 ? `${words} (IPv${only})` : words
}

export function wordsOf(map: ReachMap): Words {
  const places = placesOf(map)
  const name = (id: number): string => visible(map.endpoints[id]?.label ?? '')
  /** Without its namespace, for use behind it. */
  const short = (id: number): string => {
    const endpoint = map.endpoints[id]
    return endpoint?.kind === 'pods' ? visible(endpoint.label.slice(endpoint.namespace.length + 1)) : name(id)
  }
  const but = (except: readonly number[], of: (id: number) => string): string =>
    except.length === 0 ? '' : ` but ${except.map(of).join(', ')}`

  const termWords = (terms: readonly Term[]): string[] => {
    const byNamespace = Map.groupBy(terms, (term) => {
      const endpoint = term.kind === 'endpoint' ? map.endpoints[term.id] : undefined
      return endpoint?.kind === 'pods' ? endpoint.namespace : undefined
    })
    const plain = (byNamespace.get(undefined) ?? []).map((term): string => {
      switch (term.kind) {
        case 'every-pod':
          return `every pod${but(term.except, name)}`
        case 'namespace':
          return `${visible(term.namespace)}/*${but(term.except, short)}`
        case 'everywhere-outside':
          return 'everywhere outside'
        case 'endpoint':
          return name(term.id)
      }
    })
    const grouped = [...byNamespace].flatMap(([namespace, own]) => {
      if (namespace === undefined) return []
      const ids = own.flatMap((term) => (term.kind === 'endpoint' ? [term.id] : []))
      const [first] = ids
      if (ids.length === 1 && first !== undefined) return [name(first)]
      return [`${visible(namespace)}/{${ids.map(short).join(',')}}`]
    })
    const isWide = (term: Term | undefined): boolean => term?.kind === 'every-pod' || term?.kind === 'namespace'
    const wide = plain.slice(0, (byNamespace.get(undefined) ?? []).filter(isWide).length)
    return [...wide, ...grouped, ...plain.slice(wide.length)]
  }

  return {
    places,
    name,
    set: (ids, most = Infinity) => {
      const terms = termsOf(ids, places)
      const singles = terms.filter(({ kind }) => kind === 'endpoint')
      if (singles.length <= most) return termWords(terms)
      const kept = new Set(singles.slice(0, most - 1))
      const shown = terms.filter((term) => term.kind !== 'endpoint' || kept.has(term))
      return [...termWords(shown), `${singles.length - kept.size} more`]
    },
  }
}
