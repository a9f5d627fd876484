// Names of chains and sets: readable, within the kernel's limits, and a function of what they name (never of history).
import type { ClusterTier } from '../policy/cluster-network-policy.ts'
import type { Direction } from '../policy/network-policy.ts'
import { formatSelector, type Selector } from '../policy/selector.ts'

/** The kernel allows 127 bytes in a chain's name. */
const LONGEST = 120

/** 53 bits of a text as 11 letters and digits (two multiplicative lanes, mixed at the end). */
export function digest(text: string): string {
  let a = 0x9e3779b9
  let b = 0x85ebca6b
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    a = Math.imul(a ^ code, 0x27d4eb2f)
    b = Math.imul(b ^ code, 0x165667b1)
    a = (a << 13) | (a >>> 19)
    b = (b << 17) | (b >>> 15)
  }
  a = Math.imul(a ^ (a >>> 15), 0x2c1b3c6d) ^ Math.imul(b ^ (b >>> 13), 0x297a2d39)
  b = Math.imul(b ^ (b >>> 16), 0x2c1b3c6d) ^ Math.imul(a ^ (a >>> 14), 0x297a2d39)
  const number = (a >>> 0) * 0x200000 + ((b >>> 0) & 0x1fffff)
  return number.toString(36).padStart(11, '0')
}

/** The text itself when it fits, else its beginning and a digest of all of it. */
export function shorten(text: string, longest: number = LONGEST): string {
  return text.length <= longest ? text : `${text.slice(0, longest - 12)}-${digest(text)}`
}

/** Only what an nft identifier may hold after its first letter; a digest is added where that changes the text. */
function legal(text: string): string {
  const plain = slug(text)
  return plain === text ? text : `${plain}-${digest(text)}`
}

function slug(text: string): string {
  return text.replace(/[^A-Za-z0-9_./-]/g, '.')
}

/** The chain with a policy's rules of one direction: `egress/NAMESPACE/POLICY`. */
export function policyChain(direction: Direction, policy: string): string {
  return shorten(legal(`${direction}/${policy}`))
}

/** The chain that an isolated pod's connections go through: `pod-egress/NAMESPACE/POD`. */
export function podChain(direction: Direction, pod: string): string {
  return shorten(legal(`pod-${direction}/${pod}`))
}

/** The chain that logs what one rule accepts: `accepted-egress/NAMESPACE/POLICY/RULE`. */
export function acceptedChain(direction: Direction, policy: string, rule: number): string {
  return shorten(legal(`accepted-${direction}/${policy}/${rule}`))
}

/** The chain that says and does what one rule denies: `denied-egress/KIND/POLICY/RULE`. */
export function deniedChain(direction: Direction, policy: string, rule: number): string {
  return shorten(legal(`denied-${direction}/${policy}/${rule}`))
}

/** The chain with the rules of some policies of one tier, in their order: `admin-egress/KIND.POLICY_KIND.POLICY`. */
export function tierChain(tier: ClusterTier, direction: Direction, policies: readonly string[]): string {
  return shorten(legal(`${tier}-${direction}/${policies.join('_')}`))
}

/** True of the chains whose rules decide in their order, so that any change of them may take something away. */
export function isOrdered(chain: string): boolean {
  return /^(?:admin|baseline)-(?:ingress|egress)\//.test(chain)
}

/** The chain that accepts some ports, known by them: `accept/tcp/80.443_udp/53`. */
export function acceptChain(ports: readonly string[]): string {
  return shorten(legal(`accept/${[...new Set(ports)].join('_')}`))
}

/** The chain that accepts the ports of one rule: `ports-egress/NAMESPACE/POLICY/RULE`. */
export function rulePortsChain(direction: Direction, policy: string, rule: number): string {
  return shorten(legal(`ports-${direction}/${policy}/${rule}`))
}

/** The chain that spreads one Service port over its endpoints: `service4/NAMESPACE/SERVICE/tcp/80`. */
export function serviceChain(family: 4 | 6, service: string, port: string): string {
  return shorten(legal(`service${family}/${service}/${port}`))
}

/** The verdict map from a pod's address to its chain: `egress4`. */
export function isolationMap(direction: Direction, family: 4 | 6): string {
  return `${direction}${family}`
}

/** The set of pods that a selector means: a slug to read, and a digest to tell apart. */
export function podsSet(family: 4 | 6, text: string): string {
  return `pods${family}/${slug(text).slice(0, 48)}-${digest(text)}`
}

/** The set of ports of one container port name: `np4/http/tcp`. */
export function namedPortSet(family: 4 | 6, name: string, protocol: string): string {
  return legal(`np${family}/${name}/${protocol.toLowerCase()}`)
}

/** A set known by its content: `ports/80.443`, `cidr4/10.0.0.0/8`; long content is digested. */
export function contentSet(prefix: string, content: string): string {
  return `${prefix}/${shorten(legal(content.replaceAll(':', '-')), 60)}`
}

/** A selector in one order whatever the order it was written in. */
export function canonicalSelector(selector: Selector): string {
  const requirements = selector.requirements.map((r) => ({ ...r, values: [...r.values].sort() }))
  requirements.sort(
    (a, b) => compare(a.key, b.key) || compare(a.operator, b.operator) || compare(a.values.join(), b.values.join()),
  )
  return formatSelector({ requirements })
}

/** Order by code unit: the same on every machine. */
export function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** A comment nft accepts: printable, without quotes, at most 120 bytes. */
export function comment(text: string): string {
  const plain = quotable(text)
  return plain.length <= 120 ? plain : `${plain.slice(0, 117)}...`
}

/** Text that may stand between quotes in nft. */
export function quotable(text: string): string {
  return text.replace(/[^\x20-\x7e]|["\\$]/g, '?')
}
