// Exposure in words: conditions on labels as people write selectors.
import type { ExposedTo } from '../../analysis/map/exposure.ts'
import { NAMESPACE_NAME } from '../../analysis/universe.ts'
import { formatConnections } from '../../sets/connection-set.ts'
import { coverByCidrs } from '../../sets/ip-set.ts'
import type { ValueSet } from '../../sets/value-set.ts'
import { visible } from '../styled-text.ts'

/** `app=web`, `tier in (a,b)`, `env!=prod`, `debug`, `!debug`, as kubectl prints selectors. */
function condition(key: string, { cofinite, values, absent }: ValueSet): string {
  const list = values.join(',')
  if (!cofinite) {
    if (values.length === 0) return `!${key}`
    const some = values.length === 1 ? `${key}=${list}` : `${key} in (${list})`
    return absent ? `(${some} or !${key})` : some
  }
  if (values.length === 0) return key
  const none = values.length === 1 ? `${key}!=${list}` : `${key} notin (${list})`
  return absent ? none : `${key},${none}`
}

/** `any pod of any namespace`, `pods app=web of namespace shop`. */
export function whoWords({ box, addresses }: ExposedTo): string {
  const pods: string[] = []
  const namespaces: string[] = []
  let only: string | undefined
  for (const [key, values] of box) {
    const [name] = values.values
    if (key === NAMESPACE_NAME && !values.cofinite && !values.absent && values.values.length === 1) only = name
    else if (key.startsWith('pod:')) pods.push(condition(key.slice(4), values))
    else namespaces.push(condition(key.slice(3), values))
  }
  const who = pods.length === 0 ? 'any pod' : `pods ${pods.join(',')}`
  const labels = namespaces.length === 0 ? '' : ` ${namespaces.join(',')}`
  const where =
    only === undefined ? (labels === '' ? 'any namespace' : `namespaces${labels}`) : `namespace ${only}${labels}`
  const at = addresses ? `, addresses in ${coverByCidrs(addresses).join(', ')}` : ''
  return visible(`${who} of ${where}${at}`)
}

function named(ports: ExposedTo['names']): string {
  return ports.map(({ name, protocol }) => `${protocol.toLowerCase()} port named ${visible(name)}`).join(' and ')
}

/** `tcp/8080`, or a port that the destination names, or does not. */
export function openWords({ connections, names, without }: ExposedTo): string {
  const open = names.length === 0 ? formatConnections(connections) : named(names)
  return without.length === 0 ? open : `${open} but no ${named(without)}`
}

/** What the policies of the other end make of it, where that is worth a word. */
export function heldWords({ heldBack, box }: ExposedTo): string {
  if (heldBack === 'all') return 'but their own policies hold them back'
  return heldBack === 'some' && box.size > 0 ? 'but their own policies hold some back' : ''
}
