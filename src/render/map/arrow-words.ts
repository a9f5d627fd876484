// What an arrow between two marks of a picture says, and which line it is drawn with.
import type { Arrow, Mark } from '../../analysis/map/gather.ts'
import { formatConnections, isEmpty, NO_CONNECTIONS, unionConnections } from '../../sets/connection-set.ts'
import type { Words } from './words.ts'

/** `sure` when something is allowed, `depends` when all of it hangs on something. */
export function arrowKind({ reach }: Arrow): 'sure' | 'depends' {
  return isEmpty(reach.allowed) ? 'depends' : 'sure'
}

/** `tcp/8080`; `tcp/8080, perhaps udp/53`; with the family where it is one of the two. */
export function arrowWords({ reach, families }: Arrow): string {
  const maybe = reach.depends.reduce((all, { connections }) => unionConnections(all, connections), NO_CONNECTIONS)
  const parts = [
    ...(isEmpty(reach.allowed) ? [] : [formatConnections(reach.allowed)]),
    ...(isEmpty(maybe) ? [] : [`perhaps ${formatConnections(maybe)}`]),
  ]
  return families.length === 1 ? `${parts.join(', ')} (IPv${families[0]})` : parts.join(', ')
}

/** The members by name without their namespace, at most `most`, then how many more. */
export function markLines({ members, namespace }: Mark, words: Words, most: number): string[] {
  const names = members.map((id) => {
    const name = words.name(id)
    return namespace !== undefined && name.startsWith(`${namespace}/`) ? name.slice(namespace.length + 1) : name
  })
  if (names.length <= most) return names
  return [...names.slice(0, most - 1), `${names.length - most + 1} more`]
}
