// Plain English for what a rule of a Moat's policy allows.
import type { MoatPort, PodPeer } from '../policy/moat-spec.ts'
import { EVERYTHING, formatSelector, type Selector } from '../policy/selector.ts'
import { NAMESPACE_NAME_LABEL } from '../policy/snapshot.ts'
import { type Cidr, formatCidr } from '../sets/ip-address.ts'

/** `tcp/8080 and udp/53`, `the tcp port named http`; no port at all reads as every port. */
export function portWords(ports: readonly MoatPort[]): string {
  if (ports.length === 0) return 'every port of every protocol'
  return listed(
    ports.map(({ protocol, port }) => {
      const name = protocol.toLowerCase()
      return typeof port === 'string' ? `the ${name} port named ${port}` : `${name}/${port}`
    }),
  )
}

/** `a`, `a and b`, `a, b and c`. */
export function listed(words: readonly string[]): string {
  if (words.length <= 1) return words[0] ?? ''
  return `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`
}

function isEverything(selector: Selector): boolean {
  return selector.requirements.length === EVERYTHING.requirements.length
}

function namespaceWords(namespaces: PodPeer['namespaces'], own: string): string {
  if (namespaces === 'own') return `namespace ${own}`
  if (isEverything(namespaces)) return 'any namespace'
  const [only, ...others] = namespaces.requirements
  if (only?.key === NAMESPACE_NAME_LABEL && only.operator === 'In' && others.length === 0) {
    return only.values.length === 1 ? `namespace ${only.values[0]}` : `namespaces ${listed(only.values)}`
  }
  return `namespaces with ${formatSelector(namespaces)}`
}

/** `pods with app=web in namespace ai-models`. */
export function podWords(peer: PodPeer, own: string): string {
  const where = namespaceWords(peer.namespaces, own)
  return isEverything(peer.pods) ? `every pod in ${where}` : `pods with ${formatSelector(peer.pods)} in ${where}`
}

/** `10.0.0.0/8 without 10.1.0.0/16`. */
export function cidrWords(cidr: Cidr, except: readonly Cidr[]): string {
  const without = except.length === 0 ? '' : ` without ${listed(except.map(formatCidr))}`
  return `${formatCidr(cidr)}${without}`
}
