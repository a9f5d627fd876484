// Services as destination NAT: cluster address and port to the pods behind them.
import { qualifiedName, type Service, type ServicePort } from '../policy/snapshot.ts'
import { type Family, formatAddress } from '../sets/ip-address.ts'
import { FAMILIES, selected } from './cast.ts'
import { ADDRESS_TYPE, addSet, containerPorts, type Draft } from './draft.ts'
import { serviceChain } from './names.ts'
import type { NatTarget } from './ruleset.ts'

/** Cluster addresses: what is still addressed to one after DNAT has nobody behind it. */
export const CLUSTER_IPS: Readonly<Record<Family, string>> = { 4: 'clusterips4', 6: 'clusterips6' }
/** From cluster address, protocol and port to the chain that picks an endpoint. */
export const SERVICE_MAP: Readonly<Record<Family, string>> = { 4: 'services4', 6: 'services6' }

/** Adds the maps, the chains and the set of cluster addresses. */
export function compileServices(draft: Draft, services: readonly Service[]): void {
  for (const family of FAMILIES) {
    const elements = new Map<string, string>()
    const clusterIPs: string[] = []
    for (const service of services) {
      const address = service.clusterIPs.find((ip) => ip.family === family)
      if (!address || service.headless) continue
      clusterIPs.push(formatAddress(address))
      for (const port of service.ports) {
        const to = endpointsOf(draft, service, { port, family })
        if (to.length === 0) continue
        const protocol = port.protocol.toLowerCase()
        const name = serviceChain(family, qualifiedName(service), `${protocol}/${port.port}`)
        draft.chains.set(name, {
          name,
          rules: [
            {
              matches: [{ keys: ['meta l4proto'], right: { values: [protocol] } }],
              statements: [{ do: 'dnat', family: family === 4 ? 'ip' : 'ip6', to }],
            },
          ],
        })
        elements.set(`${formatAddress(address)} . ${protocol} . ${port.port}`, name)
      }
    }
    const name = SERVICE_MAP[family]
    draft.maps.set(name, { name, type: [ADDRESS_TYPE[family], 'inet_proto', 'inet_service'], elements })
    addSet(draft, CLUSTER_IPS[family], { type: [ADDRESS_TYPE[family]], elements: clusterIPs })
  }
}

/** The pods behind one Service port, in order of name; a named target port is each pod's own. */
function endpointsOf(
  draft: Draft,
  service: Service,
  { port, family }: { readonly port: ServicePort; readonly family: Family },
): NatTarget[] {
  if (!service.selector) return []
  return selected(draft.cast, service.namespace, service.selector).flatMap((member): NatTarget[] => {
    const address = member[family]
    const target = port.targetPort
    const number =
      typeof target === 'number' ? target : containerPorts(member, { name: target, protocol: port.protocol })[0]
    return address === undefined || number === undefined ? [] : [{ address, port: number }]
  })
}
