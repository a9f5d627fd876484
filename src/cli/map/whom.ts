// What the filters of `moat map` name -> endpoints of a map and ports, or what is wrong with them.
import { isMeant, type MapFilter, type Who } from '../../analysis/map/filter.ts'
import type { ReachMap } from '../../analysis/map/map.ts'
import type { Diagnostic } from '../../diag/diagnostic.ts'
import { nearest } from '../../diag/suggest.ts'
import type { Direction } from '../../policy/network-policy.ts'
import {
  connections,
  type ConnectionSet,
  NO_CONNECTIONS,
  PROTOCOLS,
  unionConnections,
} from '../../sets/connection-set.ts'
import { parseAddress, parseCidr } from '../../sets/ip-address.ts'
import { ALL_ADDRESSES, type IpSet, ipSetOf, singleAddress } from '../../sets/ip-set.ts'
import { ALL_PORTS, portRange } from '../../sets/port-set.ts'

export interface FilterOptions {
  readonly in: readonly string[]
  readonly workload: readonly string[]
  readonly from: readonly string[]
  readonly to: readonly string[]
  readonly port: readonly string[]
  readonly direction?: Direction
}

function problem(code: string, message: string, help: string): Diagnostic {
  return { severity: 'error', code, message, help }
}

function addressesOf(text: string): IpSet | undefined {
  if (text === 'outside') return ALL_ADDRESSES
  const cidr = parseCidr(text)
  if (cidr) return ipSetOf(cidr)
  const address = parseAddress(text)
  return address && singleAddress(address)
}

/** `NAMESPACE/NAME`, `NAMESPACE/*` or `NAME`. */
function podsOf(text: string): Who {
  const slash = text.indexOf('/')
  if (slash === -1) return { kind: 'name', name: text }
  const [namespace, name] = [text.slice(0, slash), text.slice(slash + 1)]
  return name === '*' ? { kind: 'namespace', namespace } : { kind: 'name', namespace, name }
}

/** `8080`, `8000-8100`, `dns` is none; `/UDP` behind it, else TCP; `*` for all ports of a protocol. */
function portsOf(text: string): ConnectionSet | undefined {
  const match = /^(?:(\d{1,5})(?:-(\d{1,5}))?|\*)(?:\/(tcp|udp|sctp))?$/i.exec(text)
  if (!match) return undefined
  const [, first, last, protocol = 'TCP'] = match
  const found = PROTOCOLS.find((one) => one === protocol.toUpperCase()) ?? 'TCP'
  if (first === undefined) return connections(found, ALL_PORTS)
  const [low, high] = [Number(first), Number(last ?? first)]
  return low < 1 || high > 65_535 || low > high ? undefined : connections(found, portRange(low, high))
}

/** The filter, with one diagnostic for each name that the map does not have. */
export function filterOf(map: ReachMap, options: FilterOptions): { filter: MapFilter; diagnostics: Diagnostic[] } {
  const diagnostics: Diagnostic[] = []
  const pods = map.endpoints.filter((one) => one.kind === 'pods')
  const known = (who: Who, text: string): Who[] => {
    if (map.endpoints.some((endpoint) => isMeant(who, endpoint))) return [who]
    const isNamespace = who.kind === 'namespace'
    const names = isNamespace
      ? pods.map(({ namespace }) => namespace)
      : pods.flatMap(({ namespace, name }) => [`${namespace}/${name}`, name])
    const near = nearest(text, new Set(names))
    const what = isNamespace ? `pod in a namespace \`${who.namespace}\`` : `pod or workload \`${text}\``
    const some = [...new Set(pods.map(({ namespace, label }) => (isNamespace ? namespace : label)))].slice(0, 8)
    const list = some.length === 0 ? 'the input has no pod' : `there are \`${some.join('`, `')}\``
    diagnostics.push(
      problem('unknown-place', `the input has no ${what}`, near === undefined ? list : `did you mean \`${near}\`?`),
    )
    return []
  }
  const whos = (texts: readonly string[], isName: boolean): Who[] =>
    texts.flatMap((text): Who[] => {
      const addresses = isName ? undefined : addressesOf(text)
      return addresses ? [{ kind: 'outside', addresses }] : known(podsOf(text), text)
    })
  const ports = options.port.flatMap((text) => {
    const found = portsOf(text)
    if (found) return [found]
    const help = 'write a number or a range like 8000-8100, then perhaps `/TCP`, `/UDP` or `/SCTP`'
    diagnostics.push(problem('invalid-port-argument', `\`${text}\` is no port`, help))
    return []
  })
  const about = [
    ...options.in.flatMap((namespace) => known({ kind: 'namespace', namespace }, namespace)),
    ...whos(options.workload, true),
  ]
  const filter: MapFilter = {
    about,
    from: whos(options.from, false),
    to: whos(options.to, false),
    ...(ports.length > 0 && { connections: ports.reduce(unionConnections, NO_CONNECTIONS) }),
    ...(options.direction && { direction: options.direction }),
  }
  return { filter, diagnostics }
}
